// People by their name, to pick one or to choose some.
import { FindPeopleDocument, type UserFieldsFragment } from '@parlance/client';
import { useQuery } from '@urql/preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { errorOf, operation } from '../server';
import { inboxPhase } from '../state/connection';
import { nameOf } from '../words';
import { Avatar } from './avatar';
import { sentence } from './field';
import { Icon } from './icons';

const FIND = operation(FindPeopleDocument);
const FIRST = 30;
/** So long nothing is typed before it is asked for. */
const REST_MS = 200;

interface Props {
  /** Ids of people who are not offered. */
  without: readonly string[];
  /** Those who are chosen, or null where one is picked. */
  chosen: readonly UserFieldsFragment[] | null;
  onPick: (user: UserFieldsFragment) => void;
}

export function People({ without, chosen, onPick }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [search, setSearch] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => input.current?.focus(), []);
  // What is not wanted any more is aborted; until there is an answer, those are shown who fitted what was typed before.
  const [{ data, error, fetching }, findAgain] = useQuery({
    query: FIND,
    variables: { search, first: FIRST },
    requestPolicy: 'cache-and-network',
  });
  // What failed is asked again when the server is back.
  const isBack = inboxPhase.value === 'live';
  useEffect(() => {
    if (isBack && error) findAgain({ requestPolicy: 'network-only' });
  }, [isBack]);
  const users = error ? undefined : data?.users;
  const found = (users?.nodes ?? []).filter((user) => !without.includes(user.id));
  const isEmpty = users && !fetching && found.length === 0;
  return (
    <div class="people">
      <label class="unseen" for={id}>
        Find people
      </label>
      <div class="search">
        <Icon name="search" />
        <input
          ref={input}
          id={id}
          type="search"
          placeholder="Find people by name"
          autocomplete="off"
          onInput={({ currentTarget: { value } }) => {
            clearTimeout(timer.current);
            timer.current = setTimeout(() => setSearch(value.trim()), REST_MS);
          }}
        />
      </div>
      {error && (
        <p class="wrong" role="alert">
          {sentence(errorOf(error).message)}{' '}
          <button type="button" class="link" onClick={() => findAgain({ requestPolicy: 'network-only' })}>
            Try again
          </button>
        </p>
      )}
      <ul class="found">
        {found.map((user) => {
          const name = nameOf(user);
          const isChosen = chosen?.some((one) => one.id === user.id) ?? false;
          return (
            <li key={user.id}>
              <button
                type="button"
                class="person"
                aria-pressed={chosen ? isChosen : undefined}
                onClick={() => onPick(user)}
              >
                <Avatar id={user.id} name={name} />
                <span class="what">
                  <span class="title">{name}</span>
                  {name !== user.username && <span class="preview">{user.username}</span>}
                </span>
                {isChosen && <Icon name="tick" />}
              </button>
            </li>
          );
        })}
      </ul>
      <p class="hint" role="status">
        {isEmpty
          ? search
            ? `Nobody else is called “${search}”.`
            : 'Nobody else is here yet.'
          : users?.pageInfo.hasNextPage
            ? 'There are more: go on typing.'
            : ''}
      </p>
    </div>
  );
}
