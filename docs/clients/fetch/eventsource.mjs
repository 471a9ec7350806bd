// Server-sent events with the class EventSource of the package `eventsource`, which is based on `fetch` and so can send a
// token; the browser's own cannot. It opens a stream again by itself, with the last id that it has seen, and asks for a
// token each time.
import { EventSource } from 'eventsource';
import { fetchEvents } from '../shared/alive.mjs';
import { ApiError } from '../shared/graphql.mjs';

/**
 * Opens a subscription that goes on until it is ended or refused; answers a function that ends it. `silence` is how long a
 * stream may say nothing, if not as long as usual.
 */
export function subscribe({ url, token, onOpen, silence }, { query, variables }, sink) {
  const address = new URL(`${url}/graphql`);
  address.search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  let refusal = null;
  const source = new EventSource(address, {
    fetch: async (input, init) => {
      const headers = { ...init.headers, authorization: `Bearer ${await token()}` };
      const response = await fetchEvents(input, { ...init, headers }, silence);
      if (!response.ok) refusal = new ApiError((await response.clone().json()).errors);
      return response;
    },
  });
  source.addEventListener('open', () => onOpen?.());
  source.addEventListener('next', ({ data }) => sink.next(JSON.parse(data)));
  source.addEventListener('complete', () => {
    source.close();
    sink.complete();
  });
  source.addEventListener('error', () => {
    // A stream that broke off is opened again by itself; one that was refused is not.
    if (source.readyState === EventSource.CLOSED) sink.error(refusal ?? new Error('the events were refused'));
  });
  return () => source.close();
}
