// About a group: its name, who is in it, and leaving.
import {
  AddParticipantsDocument,
  DeleteConversationDocument,
  LeaveConversationDocument,
  type MemberFieldsFragment,
  type MemberRole,
  RemoveParticipantDocument,
  SetMemberRoleDocument,
  UpdateConversationDocument,
} from '@parlance/client';
import { useMutation } from '@urql/preact';
import { useState } from 'preact/hooks';
import { useAsking } from '../parts/asking';
import { Avatar } from '../parts/avatar';
import { Ask, Dialog } from '../parts/dialog';
import { Field } from '../parts/field';
import { Icon } from '../parts/icons';
import { People } from '../parts/people';
import { operation } from '../server';
import type { Room } from '../state/room';
import { go } from '../state/viewer';
import { nameOf } from '../words';

const RENAME = operation(UpdateConversationDocument);
const ADD = operation(AddParticipantsDocument);
const REMOVE = operation(RemoveParticipantDocument);
const SET_ROLE = operation(SetMemberRoleDocument);
const LEAVE = operation(LeaveConversationDocument);
const END = operation(DeleteConversationDocument);

const ROLES: Record<MemberRole, string> = { OWNER: 'Owner', ADMIN: 'Admin', MEMBER: 'Member' };

type View = 'members' | 'add' | 'leave' | 'end';

export function Details({ room, onClose }: { room: Room; onClose: () => void }) {
  const [view, setView] = useState<View>('members');
  // What is shown changes by the events of the conversation; an error is said here.
  const { ask, wrong, forget } = useAsking();
  const [, rename] = useMutation(RENAME);
  const [, add] = useMutation(ADD);
  const [, remove] = useMutation(REMOVE);
  const [, setRole] = useMutation(SET_ROLE);
  const [, leave] = useMutation(LEAVE);
  const [, end] = useMutation(END);

  const conversationId = room.id;
  const members = [...room.members.all.value.values()];
  const own = room.me.value?.role ?? 'MEMBER';
  const [isOwner, mayManage] = [own === 'OWNER', own !== 'MEMBER'];
  const title = room.conversation.value?.title ?? '';

  const show = (next: View) => {
    forget();
    setView(next);
  };

  if (view === 'leave' || view === 'end') {
    const isLeaving = view === 'leave';
    return (
      <Ask
        title={isLeaving ? 'Leave this group?' : 'Delete this group?'}
        words={
          isLeaving
            ? 'You see nothing of it any more unless somebody adds you again.'
            : 'It ends for everybody who is in it, and cannot be brought back.'
        }
        act={isLeaving ? 'Leave' : 'Delete'}
        error={wrong}
        onAct={async () => {
          const done = isLeaving
            ? await ask(() => leave({ input: { conversationId } }))
            : await ask(() => end({ input: { id: conversationId } }));
          if (done) go('#/');
        }}
        onClose={() => show('members')}
      />
    );
  }
  const error = wrong && (
    <p class="wrong" role="alert">
      {wrong}
    </p>
  );
  if (view === 'add') {
    return (
      <Dialog title="Add people" onClose={() => show('members')}>
        {error}
        <People
          without={members.map(({ user }) => user.id)}
          chosen={null}
          onPick={async ({ id }) => {
            const input = { conversationId, userIds: [id] };
            if (await ask(() => add({ input }))) show('members');
          }}
        />
      </Dialog>
    );
  }
  return (
    <Dialog title="About this group" onClose={onClose}>
      {error}
      {mayManage && (
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            const given = String(new FormData(event.currentTarget).get('title') ?? '').trim();
            const input = { id: conversationId, title: given || null };
            void ask(() => rename({ input }));
          }}
        >
          <Field
            key={title}
            label="Name of the group"
            name="title"
            value={title}
            isRequired={false}
            maxLength={200}
          />
          <button type="submit">Rename</button>
        </form>
      )}
      <div class="between">
        <h3>
          {members.length}
          {room.members.hasMore.value && '+'} {members.length === 1 ? 'member' : 'members'}
        </h3>
        {mayManage && (
          <button type="button" onClick={() => show('add')}>
            Add people
          </button>
        )}
      </div>
      {room.members.isCutOff.value && (
        <p class="wrong" role="alert">
          The members could not be loaded.{' '}
          <button type="button" class="link" onClick={() => void room.members.load()}>
            Try again
          </button>
        </p>
      )}
      <ul class="found">
        {members.map((member) => (
          <MemberRow
            key={member.user.id}
            member={member}
            isViewer={member.user.id === room.viewerId}
            own={own}
            onRole={(role) => {
              const input = { conversationId, userId: member.user.id, role };
              void ask(() => setRole({ input }));
            }}
            onRemove={() => {
              const input = { conversationId, userId: member.user.id };
              void ask(() => remove({ input }));
            }}
          />
        ))}
      </ul>
      <footer>
        {isOwner && (
          <button type="button" class="danger" onClick={() => show('end')}>
            Delete group
          </button>
        )}
        <button type="button" onClick={() => show('leave')}>
          Leave group
        </button>
      </footer>
    </Dialog>
  );
}

interface RowProps {
  member: MemberFieldsFragment;
  isViewer: boolean;
  /** What the viewer is. */
  own: MemberRole;
  onRole: (role: MemberRole) => void;
  onRemove: () => void;
}

function MemberRow({ member: { user, role }, isViewer, own, onRole, onRemove }: RowProps) {
  const name = nameOf(user);
  const mayRemove = !isViewer && (own === 'OWNER' || (own === 'ADMIN' && role === 'MEMBER'));
  return (
    <li class="person">
      <Avatar id={user.id} name={name} />
      <span class="what">
        <span class="title">{isViewer ? `${name} (you)` : name}</span>
        {name !== user.username && <span class="preview">{user.username}</span>}
      </span>
      {own === 'OWNER' && !isViewer ? (
        <select
          aria-label={`What ${name} may do`}
          value={role}
          onChange={({ currentTarget }) => onRole(currentTarget.value as MemberRole)}
        >
          {Object.entries(ROLES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      ) : (
        <span class="hint">{ROLES[role]}</span>
      )}
      {mayRemove && (
        <button
          type="button"
          class="quiet round"
          aria-label={`Remove ${name}`}
          title="Remove"
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}
