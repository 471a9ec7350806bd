// Changes that a screen asks for, and what became of them.
import type { CombinedError } from '@urql/core';
import { useState } from 'preact/hooks';
import { errorOf } from '../server';
import { viewer } from '../state/viewer';
import { sentence } from './field';

/** What a mutation of urql answers. */
interface Answer<Result> {
  readonly data?: Result | undefined;
  readonly error?: CombinedError | undefined;
}

export interface Asking {
  /** Why the last one failed, as a sentence. */
  readonly wrong: string | null;
  readonly isBusy: boolean;
  /** Runs a mutation, unless one is running; answers what came of it, or null if nothing did. */
  ask<Result>(mutation: () => Promise<Answer<Result>>): Promise<Result | null>;
  forget(): void;
}

export function useAsking(): Asking {
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  return {
    wrong,
    isBusy,
    forget: () => setWrong(null),
    async ask(mutation) {
      if (isBusy) return null;
      const whose = viewer.peek()?.id;
      setBusy(true);
      setWrong(null);
      const { data, error } = await mutation();
      setBusy(false);
      if (error) setWrong(sentence(errorOf(error).message));
      // An answer that comes after its person has left leads nobody else anywhere.
      return error || !data || viewer.peek()?.id !== whose ? null : data;
    },
  };
}
