// Finding people, to talk to one or to make a group.
import {
  type ConversationFieldsFragment,
  CreateConversationDocument,
  StartDirectConversationDocument,
  type UserFieldsFragment,
  uuid,
} from '@parlance/client';
import { useMutation } from '@urql/preact';
import { useRef, useState } from 'preact/hooks';
import { useAsking } from '../parts/asking';
import { Dialog } from '../parts/dialog';
import { Field } from '../parts/field';
import { Icon } from '../parts/icons';
import { People } from '../parts/people';
import { operation } from '../server';
import type { Chats } from '../state/chats';
import { go, placeOf } from '../state/viewer';
import { nameOf } from '../words';

const START = operation(StartDirectConversationDocument);
const CREATE = operation(CreateConversationDocument);

export function NewChat({ list, viewerId, onClose }: { list: Chats; viewerId: string; onClose: () => void }) {
  const [isGroup, setGroup] = useState(false);
  const [chosen, setChosen] = useState<readonly UserFieldsFragment[]>([]);
  const { ask, wrong, isBusy } = useAsking();
  const [, start] = useMutation(START);
  const [, create] = useMutation(CREATE);
  // One name for all attempts: if an answer is lost, the next attempt finds the group that was made.
  const clientConversationId = useRef(uuid());

  const opened = (conversation: ConversationFieldsFragment) => {
    list.put(conversation);
    onClose();
    go(placeOf(conversation.id));
  };
  const pick = async (user: UserFieldsFragment) => {
    if (isGroup) {
      const others = chosen.filter(({ id }) => id !== user.id);
      return setChosen(others.length < chosen.length ? others : [...chosen, user]);
    }
    const input = { userId: user.id };
    const made = await ask(() => start({ input }));
    if (made) opened(made.startDirectConversation.conversation);
  };
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const title = String(new FormData(event.target as HTMLFormElement).get('title') ?? '').trim() || null;
    const participantIds = chosen.map(({ id }) => id);
    const input = { participantIds, title, clientConversationId: clientConversationId.current };
    const made = await ask(() => create({ input }));
    if (made) opened(made.createConversation.conversation);
  };

  return (
    <Dialog title={isGroup ? 'New group' : 'New conversation'} onClose={onClose}>
      <fieldset class="tabs">
        <legend class="unseen">What to start</legend>
        <button type="button" aria-pressed={!isGroup} onClick={() => setGroup(false)}>
          With one person
        </button>
        <button type="button" aria-pressed={isGroup} onClick={() => setGroup(true)}>
          A group
        </button>
      </fieldset>
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <People without={[viewerId]} chosen={isGroup ? chosen : null} onPick={pick} />
      {isGroup && chosen.length > 0 && (
        <ul class="chips" aria-label="In the group">
          {chosen.map((user) => (
            <li key={user.id}>
              <button type="button" aria-label={`Without ${nameOf(user)}`} onClick={() => pick(user)}>
                {nameOf(user)}
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {isGroup && (
        <form onSubmit={make}>
          <Field
            label="Name of the group"
            name="title"
            isRequired={false}
            maxLength={200}
            hint="May be left empty."
          />
          <footer>
            <button type="submit" class="primary" disabled={chosen.length === 0 || isBusy}>
              Create group{chosen.length > 0 && ` with ${chosen.length}`}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}
