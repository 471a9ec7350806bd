// Changes that a screen asks for, and what became of them.
import { ParlanceError } from '@parlance/client';
import { useState } from 'preact/hooks';
import { sentence } from './field';

export interface Asking {
  /** Why the last one failed, as a sentence. */
  readonly wrong: string | null;
  readonly isBusy: boolean;
  /** Asks, unless something is being asked; answers what came of it, or null if nothing did. */
  ask<Result>(question: () => Promise<Result>): Promise<Result | null>;
  forget(): void;
}

export function useAsking(): Asking {
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  return {
    wrong,
    isBusy,
    forget: () => setWrong(null),
    async ask(question) {
      if (isBusy) return null;
      setBusy(true);
      setWrong(null);
      try {
        return await question();
      } catch (thrown) {
        setWrong(sentence(ParlanceError.from(thrown).message));
        return null;
      } finally {
        setBusy(false);
      }
    },
  };
}
