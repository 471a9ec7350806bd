// Whether whoever is signed in looks at the newest message of the conversation that is open.
import { computed, signal } from '@preact/signals';

const seen = () => document.visibilityState === 'visible' && document.hasFocus();

export const isLooking = signal(seen());
// What happens to the document comes to the window, too.
for (const event of ['visibilitychange', 'focus', 'blur']) {
  addEventListener(event, () => {
    isLooking.value = seen();
  });
}

/** The newest message is in sight, and no unread one is further back than what is in the page. */
export const isAtEnd = signal(false);

export const isReading = computed(() => isLooking.value && isAtEnd.value);
