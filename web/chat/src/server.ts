// The two ways to the server. What `state` keeps true over time goes through the package: the session, sends, streams,
// and the pages that join a stream. What a screen asks once, and shows as it was answered, goes through urql's hooks,
// over the package's `fetch`: so both sign in, renew their tokens and fail in the same way.
import { connect, ParlanceError, type TypedDocumentString } from '@parlance/client';
import { type AnyVariables, Client, type CombinedError, cacheExchange, fetchExchange, gql } from '@urql/core';

export const parlance = connect({ url: location.origin });

addEventListener('online', () => parlance.nudge());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') parlance.nudge();
});

/** No answer to a screen takes longer; the server itself gives up after ten seconds. */
const PATIENCE_MS = 15_000;

/**
 * A client for one person. Its cache goes with it, so nobody finds what somebody else has asked for, and nothing that
 * they have asked is done as another.
 */
export function urqlClient(userId: string): Client {
  return new Client({
    url: parlance.endpoint,
    // An address would be kept by browsers and proxies, and with it the names that one has looked for.
    preferGetMethod: false,
    exchanges: [cacheExchange, fetchExchange],
    async fetch(input, init) {
      if (parlance.session.user?.id !== userId) throw ParlanceError.replaced();
      const patience = AbortSignal.timeout(PATIENCE_MS);
      const signal = init?.signal ? AbortSignal.any([init.signal, patience]) : patience;
      return parlance.fetch(input, { ...init, signal });
    },
  });
}

/** An operation of the package as urql takes it. */
export function operation<Result, Variables extends AnyVariables>(
  text: TypedDocumentString<Result, Variables>,
) {
  return gql<Result, Variables>(text.toString());
}

/** An error of urql as the package has it. */
export function errorOf({ graphQLErrors, networkError }: CombinedError): ParlanceError {
  return graphQLErrors.length > 0 ? ParlanceError.of(graphQLErrors) : ParlanceError.from(networkError);
}
