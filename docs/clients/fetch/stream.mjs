// Server-sent events with `fetch` alone, in browsers and in Node.
import { fetchEvents } from '../shared/alive.mjs';
import { ApiError } from '../shared/graphql.mjs';

/**
 * Opens one subscription; answers a function that ends it. `token` is a function. `silence` is how long a stream may say
 * nothing, if not as long as usual.
 */
export function subscribe({ url, token, onOpen, silence }, { query, variables }, sink) {
  const control = new AbortController();
  run({ url, token, onOpen, silence, query, variables, signal: control.signal }, sink).then(sink.complete, (error) => {
    if (!control.signal.aborted) sink.error(error);
  });
  return () => control.abort();
}

async function run({ url, token, onOpen, silence, query, variables, signal }, sink) {
  const headers = {
    accept: 'text/event-stream',
    'content-type': 'application/json',
    authorization: `Bearer ${await token()}`,
  };
  const request = { method: 'POST', headers, body: JSON.stringify({ query, variables }), signal };
  const response = await fetchEvents(`${url}/graphql`, request, silence);
  // Refused as a whole: the answer is JSON.
  if (!response.ok) throw new ApiError((await response.json()).errors);
  onOpen?.();
  for await (const { event, data } of events(response.body)) {
    if (event === 'next') sink.next(JSON.parse(data));
    if (event === 'complete') return;
  }
  throw new Error('the stream broke off');
}

/** Takes a stream apart: events end with an empty line, and a line that begins with a colon is a sign of life. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split(/\r?\n\r?\n/);
    text = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split(/\r?\n/)) {
        const [, name, words] = /^(\w*): ?(.*)$/.exec(line) ?? [];
        if (name) event[name] = name === 'data' && event.data ? `${event.data}\n${words}` : words;
      }
      yield event;
    }
  }
}
