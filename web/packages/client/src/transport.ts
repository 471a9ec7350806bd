// One request over HTTP, and a `fetch` for other GraphQL clients that signs in by itself.
import { type AnswerError, ParlanceError } from './errors.js';
import type { TypedDocumentString } from './generated.js';

export interface AskOptions {
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends an operation and answers its data. Throws a `ParlanceError`, also where there is data beside errors. */
export type Ask = <Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  options?: AskOptions,
) => Promise<Result>;

/** No answer takes longer; the server itself gives up after ten seconds. */
const PATIENCE_MS = 15_000;

export function asker(url: string, fetch: typeof globalThis.fetch): Ask {
  return async (document, variables, { token, signal } = {}) => {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    let answer: { data?: unknown; errors?: AnswerError[] };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          accept: 'application/graphql-response+json, application/json;q=0.9',
          'content-type': 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query: document.toString(), variables }),
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
      });
      answer = await response.json();
    } catch (cause) {
      throw ParlanceError.network(cause);
    }
    if (answer.errors?.length) throw ParlanceError.of(answer.errors);
    // A proxy may answer with JSON of its own while the server is away.
    if (!answer.data) throw ParlanceError.network(answer);
    return answer.data as never;
  };
}

/** Something that gives access tokens, all of one person; `spent` is one that was refused. */
export type Tokens = (spent?: string) => Promise<string>;

/**
 * `fetch` with the token of whoever is signed in when it is called. A request that is refused because its token has
 * expired is sent again with another of theirs: it was refused as a whole, so nothing is done twice.
 */
export function authorizedFetch(
  begin: () => Tokens,
  fetch: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return async (input, init) => {
    const tokens = begin();
    const send = (token: string) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${token}`);
      return fetch(input, { ...init, headers });
    };
    const token = await tokens();
    const response = await send(token);
    return response.status === 401 ? send(await tokens(token)) : response;
  };
}
