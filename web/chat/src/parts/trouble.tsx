// What is shown here is not up to date, and will not be by itself.
import { sentence } from './field';

export function Trouble({ why, onRetry }: { why: string; onRetry: () => void }) {
  return (
    <p class="trouble" role="alert">
      <span>This is not up to date: {sentence(why)}</span>
      <button type="button" class="link" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
