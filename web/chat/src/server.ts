// The way to the server: everything goes through the package, so that whatever is asked is asked as whoever was signed in
// when it began, and fails in the same words.
import { connect } from '@parlance/client';

export const parlance = connect({ url: location.origin });

addEventListener('online', () => parlance.nudge());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') parlance.nudge();
});
