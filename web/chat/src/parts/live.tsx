// What happens out of sight, for those who see it and for those who hear it.
import { banner } from '../state/connection';
import { announcements } from '../state/viewer';

const WORDS = {
  connecting: 'Connecting…',
  reconnecting: 'Connection lost. Reconnecting… What you write is sent as soon as it is back.',
  'catching up': 'Catching up…',
  'caught up': 'Back, and up to date. You missed nothing.',
};

export function Live() {
  const now = banner.value;
  return (
    <>
      <div class="banner-place" role="status">
        {now && (
          <p class="banner" data-state={now}>
            <span class="dot" aria-hidden="true" />
            {WORDS[now]}
          </p>
        )}
      </div>
      <Announcements />
    </>
  );
}

/** A dialog has one of its own: what is outside of it is out of reach for a reader of the screen, too. */
export function Announcements() {
  return (
    <div class="unseen" aria-live="polite">
      {announcements.value.map(({ key, words }) => (
        <p key={key}>{words}</p>
      ))}
    </div>
  );
}
