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
  readonly #conversationId: string;

  constructor(conversationId: string) {
    this.#conversationId = conversationId;
  }

  show(members: readonly MemberFieldsFragment[]): void {
    this.all.value = new Map(members.map((one) => [one.user.id, one]));
  }

  forget(): void {
    this.show([]);
  }

  put(member: MemberFieldsFragment): void {
    this.all.value = new Map(this.all.peek()).set(member.user.id, member);
  }

  drop(userId: string): void {
    const all = new Map(this.all.peek());
    all.delete(userId);
    this.all.value = all;
  }

  hasRead(userId: string, readSeq: number): void {
    const member = this.all.peek().get(userId);
    if (member && member.readSeq < readSeq) this.put({ ...member, readSeq });
  }

  /** Loads all of them afresh. */
  async load(signal: AbortSignal): Promise<void> {
    const id = this.#conversationId;
    const all: MemberFieldsFragment[] = [];
    try {
      for (let after: string | null = null; ; ) {
        const variables: MembersQueryVariables = { id, first: PAGE, after };
        const { conversation }: MembersQuery = await parlance.request(MembersDocument, variables, { signal });
        if (!conversation || signal.aborted) return;
        all.push(...conversation.members.nodes);
        after = conversation.members.pageInfo.endCursor;
        if (!conversation.members.pageInfo.hasNextPage) break;
      }
      this.show(all);
    } catch {
      // They, and their read positions, are shown as they were.
    }
  }
}
