// Asking a server of Parlance with `fetch` and nothing else.

/** What an answer with `errors` becomes. Act on `code`; `message` is for people. */
export class ApiError extends Error {
  constructor(errors) {
    super(errors[0].message);
    this.name = 'ApiError';
    this.errors = errors;
    const { code, field, retryable, retryAfterMs, requestId } = errors[0].extensions ?? {};
    Object.assign(this, { code, field, retryable: retryable === true, retryAfterMs, requestId });
  }
}

/** Sends one operation once and answers its data. Throws an `ApiError`, or what `fetch` throws if no answer came. */
export async function post(url, token, query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json',
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  const { data, errors } = await response.json();
  if (errors) throw new ApiError(errors);
  return data;
}

/**
 * Does something until it is answered: again when no answer came, or when the answer says that the same may succeed
 * later. Only for what may be done twice: queries, and mutations that the server knows again by an id of the client's.
 */
export async function persist(attempt, within = 60_000) {
  const giveUp = Date.now() + within;
  for (let failures = 0; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if ((error instanceof ApiError && !error.retryable) || Date.now() > giveUp) throw error;
      failures += 1;
      await sleep(error.retryAfterMs ?? backoff(failures));
    }
  }
}

/** Soon at first, then more and more rarely, and not all clients at the same moment. */
export const backoff = (failures) => Math.random() * Math.min(100 * 2 ** failures, 5_000);

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
