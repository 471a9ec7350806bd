// The loop that loses nothing: load, subscribe after what was loaded, and when the stream breaks, for whatever reason,
// subscribe again after the last thing that was dealt with by then.
import type { Client } from 'graphql-ws';
import { type AnswerError, ParlanceError } from './errors.js';
import type { TypedDocumentString } from './generated.js';
import type { Session } from './session.js';
import type { Tokens } from './transport.js';
import { backoff, pauseUnlessNudged, persist } from './wait.js';

/**
 * How a stream stands: no connection yet, or none any more; being told what happened meanwhile; told all of that, and
 * hearing what happens as it happens.
 */
export type Phase = 'connecting' | 'catching up' | 'live';

export interface Following {
  /** Stops it; nothing is called back afterwards. */
  stop(): void;
  /** Resolves when it was stopped, or with the reason for which it cannot go on. */
  readonly ended: Promise<ParlanceError | null>;
}

export interface Followed<Result, Variables> {
  readonly document: TypedDocumentString<Result, Variables>;
  /** Loads afresh what is followed: at the beginning, and when the server says that the cursor is of no use. */
  load(signal: AbortSignal): Promise<void>;
  /** From where to go on, as of now. */
  variables(): Variables;
  /** Deals with one item; answers `caught up` at the end of what was missed, `over` if nothing can follow. */
  take(item: Result): 'caught up' | 'over' | undefined;
  onPhase(phase: Phase): void;
}

export interface Surroundings {
  readonly socket: Client;
  readonly session: Session;
  /** Has `wake` called when it is worth trying now; answers how to stop that. */
  nudged(wake: () => void): () => void;
}

/** Close codes after which the same is refused again. */
const FATAL_CODES = [1002, 1007, 1008, 1009, 4400, 4406, 4409, 4429];

export function follow<Result, Variables extends Record<string, unknown>>(
  { socket, session, nudged }: Surroundings,
  { document, load, variables, take, onPhase }: Followed<Result, Variables>,
): Following {
  const control = new AbortController();
  const { signal } = control;
  // What one person follows nobody else goes on with.
  const tokens = session.tokens();
  let isLoaded = false;
  let failures = 0;
  let phase: Phase | undefined;
  let giveUp = () => {};
  signal.addEventListener('abort', () => giveUp());
  const enter = (next: Phase) => {
    if (next === phase || signal.aborted) return;
    phase = next;
    onPhase(next);
  };

  /** Subscribes once; resolves to true if nothing can follow, and rejects when the stream breaks. */
  const listen = () =>
    new Promise<boolean>((resolve, reject) => {
      let isOver = false;
      const stop = socket.subscribe<Result>(
        { query: document.toString(), variables: variables() },
        {
          next({ data, errors }) {
            if (signal.aborted || isOver) return;
            if (errors?.length || !data) {
              isOver = true;
              return reject(ParlanceError.of((errors ?? []) as readonly AnswerError[]));
            }
            failures = 0;
            if (phase !== 'live') enter('catching up');
            const state = take(data);
            if (state === 'caught up') enter('live');
            if (state === 'over') {
              isOver = true;
              resolve(true);
            }
          },
          error: (thrown) => reject(reasonOf(thrown)),
          // The server ends a stream when it stops; a closure that is no error ends it, too.
          complete: () => resolve(false),
        },
      );
      giveUp = () => {
        stop();
        resolve(true);
      };
    });

  const run = async (): Promise<ParlanceError | null> => {
    while (!signal.aborted) {
      enter('connecting');
      try {
        if (!isLoaded) {
          await persist(() => load(signal), { signal, nudged });
          isLoaded = true;
        }
        // Whoever is not signed in any more is told so here; the socket would only say that it could not be opened.
        await tokens();
        if (signal.aborted || (await listen())) return null;
      } catch (thrown) {
        if (signal.aborted) return null;
        let error = ParlanceError.from(thrown);
        // Only the session knows whether this is the end of it: it tries to get another token.
        if (error.code === 'UNAUTHENTICATED' || error.code === 'SESSION_REVOKED')
          error = await renewed(tokens);
        if (error.code === 'RESYNC_REQUIRED') isLoaded = false;
        else if (!error.retryable) return error;
      }
      failures += 1;
      enter('connecting');
      await pauseUnlessNudged(backoff(failures), signal, nudged);
    }
    return null;
  };
  return { stop: () => control.abort(), ended: run() };
}

/** Why a subscription ended: errors of GraphQL, or how the socket was closed, or that it could not be opened. */
function reasonOf(thrown: unknown): ParlanceError {
  if (thrown instanceof ParlanceError) return thrown;
  if (Array.isArray(thrown)) return ParlanceError.of(thrown);
  const code = Number((thrown as { code?: unknown } | null)?.code);
  if (code === 4401) return new ParlanceError('The session has ended.', 'UNAUTHENTICATED', false);
  if (FATAL_CODES.includes(code)) {
    return new ParlanceError(`The server refuses the connection (${code}).`, 'FORBIDDEN', false);
  }
  return ParlanceError.network(thrown);
}

async function renewed(tokens: Tokens): Promise<ParlanceError> {
  try {
    await tokens(await tokens());
    return ParlanceError.network('a fresh token');
  } catch (thrown) {
    return ParlanceError.from(thrown);
  }
}
