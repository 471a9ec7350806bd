// Where one writes. Enter sends, Shift+Enter begins a line, Esc gives up an answer or an edit, and the up arrow in an
// empty field takes one's last message to give it new words.
import { EditMessageDocument } from '@parlance/client';
import { useMutation } from '@urql/preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { operation } from '../server';
import type { Room } from '../state/room';
import { announce } from '../state/viewer';
import { useAsking } from './asking';
import { Icon } from './icons';
import { Quote } from './quote';

const EDIT = operation(EditMessageDocument);

/** What the server takes of a message, in bytes. */
const MOST_BYTES = 16_384;
const bytesOf = (text: string) => new TextEncoder().encode(text.trim()).length;

export function Composer({ room }: { room: Room }) {
  const id = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const { ask, wrong, isBusy, forget } = useAsking();
  const [, edit] = useMutation(EDIT);
  const [replying, editing, draft] = [room.replying.value, room.editing.value, room.draft.value];
  /** New words for a message; the draft waits meanwhile. */
  const [words, setWords] = useState('');
  /** What the message said when that was looked at last. */
  const before = useRef<string | undefined>(undefined);
  const text = editing ? words : draft;
  const setText = (next: string) => {
    if (editing) setWords(next);
    else room.draft.value = next;
  };

  // Before anybody can type into it.
  useLayoutEffect(() => {
    setWords(editing?.body ?? '');
    before.current = editing?.body;
  }, [room, editing?.id]);

  useEffect(() => {
    forget();
    // On a telephone that would bring up the keyboard with each conversation.
    if (replying || editing || matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, [room, replying?.id, editing?.id]);

  // It has other words now: those that were sent, whose answer may be lost, or some from another device.
  useEffect(() => {
    if (!editing || before.current === editing.body) return;
    const isUntouched = words === before.current;
    before.current = editing.body;
    if (isUntouched) setWords(editing.body);
    else if (words.trim() === editing.body) saved(editing.id);
  }, [editing?.revision]);

  // As high as what is in it, up to a bound of the style sheet.
  useLayoutEffect(() => {
    const field = input.current;
    if (!field) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
  }, [text]);

  const excess = bytesOf(text) - MOST_BYTES;
  const isEmpty = text.trim() === '';
  const problem = excess > 0 ? `This is ${excess.toLocaleString()} bytes too long.` : wrong;

  async function save(): Promise<void> {
    if (!editing) return;
    if (text.trim() === editing.body) return stop();
    const input = { id: editing.id, body: text, expectedRevision: editing.revision };
    const answer = await ask(() => edit({ input }));
    if (answer) room.put(answer.editMessage.message);
    // The stream may have told it before, and something else may be written by now.
    if (room.editing.peek()?.id !== editing.id) forget();
    else if (answer) saved(editing.id);
  }

  function saved(id: string): void {
    if (room.editing.peek()?.id !== id) return;
    announce('Saved');
    stop();
  }

  function submit(): void {
    if (isEmpty || excess > 0) return;
    if (editing) return void save();
    room.send(text);
    room.draft.value = '';
    input.current?.focus();
  }

  function stop(): void {
    room.replying.value = null;
    room.editing.value = null;
  }

  function pressed(event: KeyboardEvent): void {
    // While a word is composed of several keys, Enter is about the word.
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && matchMedia('(pointer: fine)').matches) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape' && (replying || editing)) {
      event.preventDefault();
      stop();
    } else if (event.key === 'ArrowUp' && text === '' && !editing) {
      const last = room.messages
        .peek()
        .findLast(({ sender, deletedAt }) => sender.id === room.viewerId && !deletedAt);
      if (!last) return;
      event.preventDefault();
      room.replying.value = null;
      room.editing.value = last;
    }
  }

  const subject = editing ?? replying;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {subject && (
        <div class="subject">
          <Icon name={editing ? 'edit' : 'reply'} />
          <span class="unseen">{editing ? 'Editing' : 'Answering'}</span>
          <Quote message={subject} viewerId={room.viewerId} />
          <button
            type="button"
            class="quiet round"
            aria-label={editing ? 'Stop editing' : 'Do not answer this message'}
            onClick={() => {
              stop();
              input.current?.focus();
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      {problem && (
        <p class="wrong" role="alert" id={`${id}-wrong`}>
          {problem}
        </p>
      )}
      <div class="writing">
        <label class="unseen" for={id}>
          {editing ? 'New words' : 'Message'}
        </label>
        <textarea
          ref={input}
          id={id}
          rows={1}
          placeholder={editing ? 'New words' : 'Write a message'}
          value={text}
          aria-invalid={problem ? 'true' : undefined}
          aria-describedby={problem ? `${id}-wrong` : undefined}
          onInput={({ currentTarget: { value } }) => {
            setText(value);
            if (editing) return;
            if (value.trim() === '') room.typing.stop();
            else room.typing.pressed();
          }}
          onKeyDown={pressed}
          onBlur={() => room.typing.stop()}
        />
        <button
          type="submit"
          class="primary round"
          aria-label={editing ? 'Save' : 'Send'}
          title={editing ? 'Save (Enter)' : 'Send (Enter)'}
          disabled={isEmpty || excess > 0 || (isBusy && editing !== null)}
        >
          <Icon name={editing ? 'tick' : 'send'} />
        </button>
      </div>
    </form>
  );
}
