// The way of Relay to the server: queries and mutations over HTTP, subscriptions over a WebSocket.
import { createClient } from 'graphql-ws';
import { Environment, Network, Observable, RecordSource, Store } from 'relay-runtime';
import { WebSocket } from 'ws'; // in a browser: leave this and `webSocketImpl` out
import { endWhenSilent, impatient } from '../../shared/alive.mjs';
import { ApiError, persist } from '../../shared/graphql.mjs';

/** `session` has a `token()` that is good for a while yet, and `ask`, which renews it where the server wants that. */
export function createEnvironment({ url, session }) {
  const socket = createClient({
    url: `${url}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await session.token()}` }),
    webSocketImpl: impatient(WebSocket),
    keepAlive: 10_000,
    // The loop in follow.mjs subscribes again, with a cursor of that moment.
    retryAttempts: 0,
  });
  endWhenSilent(socket);

  /** What may be done twice is repeated until it is answered; anything else is tried once. */
  const ask = ({ text, operationKind }, variables) => {
    const { input } = variables;
    const isSafe = operationKind === 'query' || input?.clientMessageId || input?.clientConversationId;
    const once = () => session.ask(text, variables);
    // Relay takes an answer with `data`; what is thrown reaches `onError`, with the errors and their codes.
    return (isSafe ? persist(once) : once()).then((data) => ({ data }));
  };

  const follow = ({ text, name }, variables) =>
    Observable.create((sink) => {
      const stop = socket.subscribe(
        { query: text, operationName: name, variables },
        {
          next: ({ data, errors }) => (errors ? sink.error(new ApiError(errors)) : sink.next({ data })),
          // Errors of GraphQL are a list, a closed socket is an event; Relay wants an Error.
          error: (reason) => sink.error(errorOf(reason)),
          complete: sink.complete,
        },
      );
      return () => stop();
    });

  const environment = new Environment({
    network: Network.create(ask, follow),
    store: new Store(new RecordSource()),
  });
  return { environment, dispose: () => socket.dispose() };
}

function errorOf(reason) {
  if (Array.isArray(reason)) return new ApiError(reason);
  if (reason instanceof Error) return reason;
  return Object.assign(new Error(`the socket was closed: ${reason?.code} ${reason?.reason ?? ''}`), { code: reason?.code });
}
