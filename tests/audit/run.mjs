// Runs the public GraphQL over HTTP audits (npm package graphql-http) against a
// running server:
//
//   npm ci && node run.mjs http://127.0.0.1:8000/graphql [TOKEN]
//
// Prints each audit that does not hold, the optional ones too, and at last
// "N passed, N failed". Ends with 1 if any failed, with 2 if none could be run.
import { serverAudits } from 'graphql-http';

const [url, token] = process.argv.slice(2);
if (!url) {
  console.error('usage: node run.mjs URL [TOKEN]');
  process.exit(2);
}

const authorization = token ? { authorization: `Bearer ${token}` } : {};

/** `fetch` with the token, and not for ever. */
const fetchFn = (target, init = {}) =>
  fetch(target, {
    ...init,
    headers: { ...authorization, ...init.headers },
    signal: AbortSignal.timeout(10_000),
  });

try {
  await fetchFn(url);
} catch (error) {
  console.error(`cannot reach ${url}: ${error.cause?.message ?? error.message}`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
// One after the other, so that a limit on the rate of requests is not in the way.
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn().catch((error) => ({ status: 'error', reason: error.message }));
  if (result.status === 'ok') {
    passed += 1;
  } else {
    failed += 1;
    const status = result.response ? ` (status ${result.response.status})` : '';
    console.log(`FAIL ${audit.id} ${audit.name}: ${result.reason}${status}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
