// What is shown: the form to sign in, or the conversations and the one that is open.
import { effect, signal, untracked } from '@preact/signals';
import type { Client } from '@urql/core';
import { Provider } from '@urql/preact';
import { Live } from './parts/live';
import { Empty } from './screens/empty';
import { RoomScreen } from './screens/room';
import { Sidebar } from './screens/sidebar';
import { SignIn } from './screens/sign-in';
import { urqlClient } from './server';
import { Chats, chats } from './state/chats';
import { forgetConnection } from './state/connection';
import { forgetUnsent, Outbox, outbox } from './state/outbox';
import { forgetRooms } from './state/rooms';
import { isKnown, route, viewer } from './state/viewer';

/** What the screens of whoever is signed in ask through; null for nobody. */
const client = signal<Client | null>(null);

// Whoever signs in gets a list, an outbox and a client of their own, and takes them along when they leave.
effect(() => {
  const id = viewer.value?.id;
  if (!id) return forgetUnsent();
  // What they read when they are made must not make them anew when it changes.
  const [list, out] = untracked(() => [new Chats(), new Outbox(id)] as const);
  [chats.value, outbox.value, client.value] = [list, out, urqlClient(id)];
  untracked(() => list.start());
  return () => {
    list.stop();
    out.stop();
    [chats.value, outbox.value, client.value] = [null, null, null];
    forgetRooms();
    forgetConnection();
  };
});

// Closing the tab would lose what is on its way, and whoever closes it cannot know.
const warn = (event: BeforeUnloadEvent) => event.preventDefault();
effect(() => {
  if (!outbox.value?.isBusy.value) return;
  addEventListener('beforeunload', warn);
  return () => removeEventListener('beforeunload', warn);
});

effect(() => {
  const unread = chats.value?.unread.value ?? 0;
  document.title = unread > 0 ? `(${unread}) Parlance` : 'Parlance';
});

export function App() {
  const user = viewer.value;
  const [list, out, urql] = [chats.value, outbox.value, client.value];
  const at = route.value;
  if (!user || !list || !out || !urql) {
    const isNew = at.screen === 'register' || (at.screen !== 'login' && !isKnown.value);
    return <SignIn isNew={isNew} />;
  }
  const isRoom = at.screen === 'room';
  return (
    // Nothing on the screen of one person stays for the next.
    <Provider key={user.id} value={urql}>
      <div class={`app ${isRoom ? 'in-room' : 'in-list'}`}>
        <Sidebar list={list} out={out} user={user} openId={isRoom ? at.id : null} />
        {isRoom ? (
          <RoomScreen key={at.id} id={at.id} list={list} out={out} viewerId={user.id} />
        ) : (
          <Empty list={list} />
        )}
      </div>
      <Live />
    </Provider>
  );
}
