// The two ways to the server. What lives goes through the package: sessions, sends, streams. What a screen asks once
// goes through urql, over the package's `fetch`.
import { connect, ParlanceError, type TypedDocumentString } from '@parlance/client';
import { type AnyVariables, Client, type CombinedError, cacheExchange, fetchExchange, gql } from '@urql/core';

export const parlance = connect({ url: location.origin });

addEventListener('online', () => parlance.nudge());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') parlance.nudge();
});

/** One for each person who signs in, so that nobody finds what somebody else has asked for. */
export function urqlClient(): Client {
  return new Client({
    url: parlance.endpoint,
    fetch: parlance.fetch,
    preferGetMethod: false,
    exchanges: [cacheExchange, fetchExchange],
  });
}

/** An operation of the package as urql takes it. */
export function operation<Result, Variables extends AnyVariables>(
  text: TypedDocumentString<Result, Variables>,
) {
  return gql<Result, Variables>(text.toString());
}

/** An error of urql as the package has it. */
export function errorOf(error: CombinedError): ParlanceError {
  return error.graphQLErrors.length > 0
    ? ParlanceError.of(error.graphQLErrors)
    : ParlanceError.from(error.networkError);
}
