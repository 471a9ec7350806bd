// Who is in an open conversation, what they may do, and up to where they have read.
import {
  type MemberFieldsFragment,
  MembersDocument,
  type MembersQuery,
  type MembersQueryVariables,
} from '@parlance/client';
import { signal } from '@preact/signals';
import { parlance } from '../server';

const PAGE = 100;

export class Members {
  /** By the ids of the users. Replaced, never changed. */
  readonly all = signal<ReadonlyMap<string, MemberFieldsFragment>>(new Map());
  /** There are more than are held. */
  readonly hasMore = signal(false);
  /** They could not be loaded, for a reason that waiting does not mend. */
  readonly isCutOff = signal(false);
  readonly #conversationId: string;
  #loading = new AbortController();
  /** What was told of somebody while they were being loaded, which is newer; null of who went. */
  readonly #told = new Map<string, MemberFieldsFragment | null>();
  /** Up to where those have read who are not held yet. */
  readonly #reads = new Map<string, number>();

  constructor(conversationId: string) {
    this.#conversationId = conversationId;
  }

  /** Holds the first of them, and loads all if there are more. */
  start(members: readonly MemberFieldsFragment[], hasMore: boolean): void {
    this.forget();
    this.#show(members);
    this.hasMore.value = hasMore;
    if (hasMore) void this.load();
  }

  forget(): void {
    this.#loading.abort();
    this.#told.clear();
    this.#reads.clear();
    this.all.value = new Map();
    this.hasMore.value = false;
    this.isCutOff.value = false;
  }

  put(member: MemberFieldsFragment): void {
    this.#told.set(member.user.id, member);
    this.all.value = new Map(this.all.peek()).set(member.user.id, this.#asRead(member));
  }

  drop(userId: string): void {
    this.#told.set(userId, null);
    this.#reads.delete(userId);
    const all = new Map(this.all.peek());
    all.delete(userId);
    this.all.value = all;
  }

  hasRead(userId: string, readSeq: number): void {
    const member = this.all.peek().get(userId);
    const known = member?.readSeq ?? this.#reads.get(userId) ?? 0;
    if (readSeq <= known) return;
    if (member) this.all.value = new Map(this.all.peek()).set(userId, { ...member, readSeq });
    else this.#reads.set(userId, readSeq);
  }

  /** Loads all of them afresh, as soon as the server can be reached. */
  async load(): Promise<void> {
    this.#loading.abort();
    this.#loading = new AbortController();
    this.#told.clear();
    this.isCutOff.value = false;
    const { signal } = this.#loading;
    const options = { signal, persist: true };
    const all: MemberFieldsFragment[] = [];
    try {
      for (let after: string | null = null; ; ) {
        const variables: MembersQueryVariables = { id: this.#conversationId, first: PAGE, after };
        const { conversation }: MembersQuery = await parlance.request(MembersDocument, variables, options);
        // Not the viewer's any more is told by the stream.
        if (!conversation || signal.aborted) return;
        all.push(...conversation.members.nodes);
        after = conversation.members.pageInfo.endCursor;
        if (!conversation.members.pageInfo.hasNextPage) break;
      }
      const told = [...this.#told.values()].filter((one) => one !== null);
      this.#show([...all.filter(({ user }) => !this.#told.has(user.id)), ...told]);
      this.hasMore.value = false;
    } catch {
      if (!signal.aborted) this.isCutOff.value = true;
    }
  }

  #show(members: readonly MemberFieldsFragment[]): void {
    this.all.value = new Map(members.map((one) => [one.user.id, this.#asRead(one)]));
  }

  /** A read position never goes back. */
  #asRead(member: MemberFieldsFragment): MemberFieldsFragment {
    const { id } = member.user;
    const known = Math.max(this.all.peek().get(id)?.readSeq ?? 0, this.#reads.get(id) ?? 0);
    return known > member.readSeq ? { ...member, readSeq: known } : member;
  }
}
