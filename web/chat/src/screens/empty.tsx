// Beside the list, where no conversation is open.
import { Icon } from '../parts/icons';
import type { Chats } from '../state/chats';

export function Empty({ list }: { list: Chats }) {
  const isNew = list.isLoaded.value && list.inOrder.value.length === 0;
  return (
    <main class="empty" aria-label="No conversation is open">
      <div>
        <span class="emblem">
          <Icon name="send" />
        </span>
        <h2>{isNew ? 'Say hello to somebody' : 'Pick a conversation'}</h2>
        <p class="hint">
          {isNew
            ? 'Find people by their name and start the first conversation.'
            : 'Or start another with the plus sign above the list.'}
        </p>
      </div>
    </main>
  );
}
