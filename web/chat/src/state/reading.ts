// Whether whoever is signed in looks at the newest message of the conversation that is open.
import { computed, signal } from '@preact/signals';

const seen = () => document.visibilityState === 'visible' && document.hasFocus();

const isLooking = signal(seen());
for (const event of ['visibilitychange', 'focus', 'blur']) {
  addEventListener(event, () => {
    isLooking.value = seen();
  });
}
document.addEventListener('visibilitychange', () => {
  isLooking.value = seen();
});

/** The newest message is in sight. */
export const isAtEnd = signal(false);

export { isLooking };

export const isReading = computed(() => isLooking.value && isAtEnd.value);
