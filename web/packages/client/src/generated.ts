// Made by generate.mjs out of operations/*.graphql and the schema; not to be edited.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Who comes into which group */
export type AddParticipantsInput = {
  /** The group */
  conversationId: string;
  /** 1 to 100; those already in are no error */
  userIds: Array<string>;
};

/** The newest event of a conversation that the client has */
export type ConversationHeadInput = {
  /** The conversation */
  conversationId: string;
  /** Its `eventSeq` as the client has it */
  eventSeq: number;
};

/** Two people for ever, or any number that changes */
export type ConversationKind =
  /** The one conversation of a pair; its members never change */
  | 'DIRECT'
  /** Members come and go */
  | 'GROUP';

/** A GROUP; the viewer is always in it */
export type CreateConversationInput = {
  /** The others; at least one, at most 999 */
  participantIds: Array<string>;
  /** What it is called; at most 200 characters */
  title?: string | null | undefined;
  /** A UUID of the client's: a retry with it answers what the first try has made */
  clientConversationId?: string | null | undefined;
};

/** Which group ends for everybody */
export type DeleteConversationInput = {
  /** The group */
  id: string;
};

/** Which message becomes a tombstone */
export type DeleteMessageInput = {
  /** One of the viewer's own messages; any of a group for its OWNERs and ADMINs */
  id: string;
  /** Only if it is still at this revision; else CONFLICT */
  expectedRevision?: number | null | undefined;
};

/** New words for a message */
export type EditMessageInput = {
  /** One of the viewer's own messages */
  id: string;
  /** 1 to 16384 bytes after trimming */
  body: string;
  /** Only if it is still at this revision; else CONFLICT */
  expectedRevision?: number | null | undefined;
};

/** Which group the viewer leaves */
export type LeaveConversationInput = {
  /** The group */
  conversationId: string;
};

/** Exactly one of username and email */
export type LoginInput = {
  /** The user name, in any case */
  username?: string | null | undefined;
  /** The e-mail address, in any case */
  email?: string | null | undefined;
  /** The password */
  password: string;
};

/** How far the viewer has read */
export type MarkReadInput = {
  /** A conversation that the viewer takes part in */
  conversationId: string;
  /** The number of a message; above messageSeq is `BAD_USER_INPUT` */
  upToSeq: number;
};

/** What a person may do in a conversation */
export type MemberRole =
  /** Everything */
  | 'OWNER'
  /** Adds people, removes MEMBERs, sets the title, deletes messages */
  | 'ADMIN'
  /** Sends, leaves, edits and deletes their own messages */
  | 'MEMBER';

/** What was given at the last sign-in or refresh */
export type RefreshTokenInput = {
  /** The refresh token; it is spent by this */
  refreshToken: string;
};

/** What somebody who signs up says of themselves */
export type RegisterInput = {
  /** Letters, digits and @ . + - _, at most 150; unique without regard to case */
  username: string;
  /** An e-mail address that no other account has */
  email: string;
  /** At least as long as the server wants (5 by default), at most 128 characters, not a common one */
  password: string;
  /** At most 150 characters */
  firstName?: string | null | undefined;
  /** At most 150 characters */
  lastName?: string | null | undefined;
  /** At most 20 characters */
  phoneNumber?: string | null | undefined;
  /** GUEST or HOST; ADMIN is refused here */
  role?: Role | null | undefined;
};

/** Who is taken out of which group */
export type RemoveParticipantInput = {
  /** The group */
  conversationId: string;
  /** Somebody else; for oneself there is leaveConversation */
  userId: string;
};

/** What a person is to the whole server */
export type Role =
  /** Someone who signed up */
  | 'GUEST'
  /** Someone who offers a place; the same rights as a guest */
  | 'HOST'
  /** Manages users; does not read other people's conversations */
  | 'ADMIN';

/** What the viewer wants to say, and where */
export type SendMessageInput = {
  /** A conversation that the viewer takes part in */
  conversationId: string;
  /** 1 to 16384 bytes after trimming */
  body: string;
  /** A UUID of the client's: a retry with it never stores the message twice */
  clientMessageId?: string | null | undefined;
  /** A message of the same conversation that this one answers */
  replyToId?: string | null | undefined;
};

/** Who may do what in which group */
export type SetMemberRoleInput = {
  /** The group */
  conversationId: string;
  /** Somebody in it */
  userId: string;
  /** What they may do from now on */
  role: MemberRole;
};

/** Where the viewer is typing */
export type SetTypingInput = {
  /** A conversation that the viewer takes part in */
  conversationId: string;
  /** False says that the viewer has stopped */
  typing?: boolean;
};

/** The other person of the pair */
export type StartDirectConversationInput = {
  /** Anybody but the viewer */
  userId: string;
};

/** What is absent stays; null takes the title away */
export type UpdateConversationInput = {
  /** The group */
  id: string;
  /** What it is called; at most 200 characters */
  title?: string | null | undefined;
};

export type ConversationFieldsFragment = { id: string, kind: ConversationKind, title: string | null, lastActivityAt: string, messageSeq: number, eventSeq: number, readSeq: number, unreadCount: number, participants: Array<UserFieldsFragment>, lastMessage: { id: string, seq: number, body: string, sentAt: string, sender: UserFieldsFragment } | null };

export type MemberFieldsFragment = { role: MemberRole, readSeq: number, joinedAt: string, user: UserFieldsFragment };

export type ConversationsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ConversationsQuery = { server: { epoch: string }, conversations: { nodes: Array<ConversationFieldsFragment>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type OpenConversationQueryVariables = Exact<{
  id: string;
  last: number;
}>;


export type OpenConversationQuery = { server: { epoch: string }, conversation: (
    { messages: { nodes: Array<MessageFieldsFragment>, pageInfo: { hasPreviousPage: boolean, startCursor: string | null } }, members: { nodes: Array<MemberFieldsFragment>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    & ConversationFieldsFragment
  ) | null };

export type ConversationUnreadQueryVariables = Exact<{
  id: string;
}>;


export type ConversationUnreadQuery = { conversation: { id: string, readSeq: number, unreadCount: number } | null };

export type MembersQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;


export type MembersQuery = { conversation: { id: string, members: { nodes: Array<MemberFieldsFragment>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type StartDirectConversationMutationVariables = Exact<{
  input: StartDirectConversationInput;
}>;


export type StartDirectConversationMutation = { startDirectConversation: { conversation: ConversationFieldsFragment } };

export type CreateConversationMutationVariables = Exact<{
  input: CreateConversationInput;
}>;


export type CreateConversationMutation = { createConversation: { conversation: ConversationFieldsFragment } };

export type UpdateConversationMutationVariables = Exact<{
  input: UpdateConversationInput;
}>;


export type UpdateConversationMutation = { updateConversation: { conversation: ConversationFieldsFragment } };

export type DeleteConversationMutationVariables = Exact<{
  input: DeleteConversationInput;
}>;


export type DeleteConversationMutation = { deleteConversation: { conversationId: string } };

export type AddParticipantsMutationVariables = Exact<{
  input: AddParticipantsInput;
}>;


export type AddParticipantsMutation = { addParticipants: { conversation: ConversationFieldsFragment } };

export type RemoveParticipantMutationVariables = Exact<{
  input: RemoveParticipantInput;
}>;


export type RemoveParticipantMutation = { removeParticipant: { conversation: ConversationFieldsFragment } };

export type SetMemberRoleMutationVariables = Exact<{
  input: SetMemberRoleInput;
}>;


export type SetMemberRoleMutation = { setMemberRole: { conversation: ConversationFieldsFragment } };

export type LeaveConversationMutationVariables = Exact<{
  input: LeaveConversationInput;
}>;


export type LeaveConversationMutation = { leaveConversation: { conversationId: string } };

export type ConversationEventsSubscriptionVariables = Exact<{
  conversationId: string;
  afterEventSeq: number;
  epoch: string;
}>;


export type ConversationEventsSubscription = { conversationEvents:
    | { __typename: 'MessageAdded', eventSeq: number, message: MessageFieldsFragment }
    | { __typename: 'MessageEdited', eventSeq: number, message: MessageFieldsFragment }
    | { __typename: 'MessageDeleted', eventSeq: number, message: MessageFieldsFragment }
    | { __typename: 'MemberJoined', eventSeq: number, at: string, actor: UserFieldsFragment, member: MemberFieldsFragment }
    | { __typename: 'MemberLeft', eventSeq: number, at: string, actor: UserFieldsFragment, user: UserFieldsFragment }
    | { __typename: 'MemberRoleChanged', eventSeq: number, at: string, actor: UserFieldsFragment, member: MemberFieldsFragment }
    | { __typename: 'ConversationUpdated', eventSeq: number, at: string, actor: UserFieldsFragment, conversation: { id: string, title: string | null } }
    | { __typename: 'ConversationDeleted', eventSeq: number, at: string, actor: UserFieldsFragment }
    | { __typename: 'ReadPositionMoved', readSeq: number, user: UserFieldsFragment }
    | { __typename: 'Typing', typing: boolean, expiresAt: string, user: UserFieldsFragment }
    | { __typename: 'CaughtUp', caughtUpAt: number | null }
    | { __typename: 'Heartbeat', at: string }
   };

export type InboxEventsSubscriptionVariables = Exact<{
  known: Array<ConversationHeadInput> | ConversationHeadInput;
  activeSince?: string | null | undefined;
  epoch: string;
}>;


export type InboxEventsSubscription = { inboxEvents:
    | { __typename: 'ConversationAdvanced', conversationId: string, eventSeq: number, conversation: ConversationFieldsFragment }
    | { __typename: 'ConversationAdded', conversation: ConversationFieldsFragment }
    | { __typename: 'ConversationRemoved', conversationId: string }
    | { __typename: 'ReadPositionMoved', conversationId: string, readSeq: number }
    | { __typename: 'CaughtUp', caughtUpAt: number | null }
    | { __typename: 'Heartbeat', at: string }
   };

export type MessageFieldsFragment = { id: string, seq: number, body: string, sentAt: string, editedAt: string | null, deletedAt: string | null, revision: number, sender: UserFieldsFragment, replyTo: { id: string, seq: number, body: string, deletedAt: string | null, sender: UserFieldsFragment } | null };

export type OlderMessagesQueryVariables = Exact<{
  id: string;
  last: number;
  before: string;
}>;


export type OlderMessagesQuery = { conversation: { id: string, messages: { nodes: Array<MessageFieldsFragment>, pageInfo: { hasPreviousPage: boolean, startCursor: string | null } } } | null };

export type MessageByClientIdQueryVariables = Exact<{
  clientMessageId: string;
}>;


export type MessageByClientIdQuery = { messageByClientId: MessageFieldsFragment | null };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { sendMessage: { deduplicated: boolean, eventSeq: number, message: MessageFieldsFragment } };

export type EditMessageMutationVariables = Exact<{
  input: EditMessageInput;
}>;


export type EditMessageMutation = { editMessage: { message: MessageFieldsFragment } };

export type DeleteMessageMutationVariables = Exact<{
  input: DeleteMessageInput;
}>;


export type DeleteMessageMutation = { deleteMessage: { message: MessageFieldsFragment } };

export type MarkReadMutationVariables = Exact<{
  input: MarkReadInput;
}>;


export type MarkReadMutation = { markRead: { conversation: { id: string, readSeq: number, unreadCount: number } } };

export type SetTypingMutationVariables = Exact<{
  input: SetTypingInput;
}>;


export type SetTypingMutation = { setTyping: { conversationId: string } };

export type UserFieldsFragment = { id: string, username: string, firstName: string, lastName: string };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: (
    { email: string | null, role: Role }
    & UserFieldsFragment
  ) };

export type FindPeopleQueryVariables = Exact<{
  search: string;
  first: number;
}>;


export type FindPeopleQuery = { users: { nodes: Array<UserFieldsFragment>, pageInfo: { hasNextPage: boolean } } };

export type AuthFieldsFragment = { accessToken: string, refreshToken: string, user: UserFieldsFragment };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type RegisterMutation = { register: AuthFieldsFragment };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;


export type LoginMutation = { login: AuthFieldsFragment };

export type RefreshMutationVariables = Exact<{
  input: RefreshTokenInput;
}>;


export type RefreshMutation = { refreshToken: AuthFieldsFragment };

export type LogoutMutationVariables = Exact<{ [key: string]: never; }>;


export type LogoutMutation = { logout: { sessionId: string } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const UserFieldsFragmentDoc = new TypedDocumentString(`
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
    `, {"fragmentName":"UserFields"}) as unknown as TypedDocumentString<UserFieldsFragment, unknown>;
export const ConversationFieldsFragmentDoc = new TypedDocumentString(`
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`, {"fragmentName":"ConversationFields"}) as unknown as TypedDocumentString<ConversationFieldsFragment, unknown>;
export const MemberFieldsFragmentDoc = new TypedDocumentString(`
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`, {"fragmentName":"MemberFields"}) as unknown as TypedDocumentString<MemberFieldsFragment, unknown>;
export const MessageFieldsFragmentDoc = new TypedDocumentString(`
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`, {"fragmentName":"MessageFields"}) as unknown as TypedDocumentString<MessageFieldsFragment, unknown>;
export const AuthFieldsFragmentDoc = new TypedDocumentString(`
    fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  user {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`, {"fragmentName":"AuthFields"}) as unknown as TypedDocumentString<AuthFieldsFragment, unknown>;
export const ConversationsDocument = new TypedDocumentString(`
    query Conversations($first: Int!, $after: String) {
  server {
    epoch
  }
  conversations(first: $first, after: $after) {
    nodes {
      ...ConversationFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<ConversationsQuery, ConversationsQueryVariables>;
export const OpenConversationDocument = new TypedDocumentString(`
    query OpenConversation($id: ID!, $last: Int!) {
  server {
    epoch
  }
  conversation(id: $id) {
    ...ConversationFields
    messages(last: $last, filter: {includeDeleted: true}) {
      nodes {
        ...MessageFields
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
    members(first: 100) {
      nodes {
        ...MemberFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<OpenConversationQuery, OpenConversationQueryVariables>;
export const ConversationUnreadDocument = new TypedDocumentString(`
    query ConversationUnread($id: ID!) {
  conversation(id: $id) {
    id
    readSeq
    unreadCount
  }
}
    `) as unknown as TypedDocumentString<ConversationUnreadQuery, ConversationUnreadQueryVariables>;
export const MembersDocument = new TypedDocumentString(`
    query Members($id: ID!, $first: Int!, $after: String) {
  conversation(id: $id) {
    id
    members(first: $first, after: $after) {
      nodes {
        ...MemberFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<MembersQuery, MembersQueryVariables>;
export const StartDirectConversationDocument = new TypedDocumentString(`
    mutation StartDirectConversation($input: StartDirectConversationInput!) {
  startDirectConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<StartDirectConversationMutation, StartDirectConversationMutationVariables>;
export const CreateConversationDocument = new TypedDocumentString(`
    mutation CreateConversation($input: CreateConversationInput!) {
  createConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<CreateConversationMutation, CreateConversationMutationVariables>;
export const UpdateConversationDocument = new TypedDocumentString(`
    mutation UpdateConversation($input: UpdateConversationInput!) {
  updateConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<UpdateConversationMutation, UpdateConversationMutationVariables>;
export const DeleteConversationDocument = new TypedDocumentString(`
    mutation DeleteConversation($input: DeleteConversationInput!) {
  deleteConversation(input: $input) {
    conversationId
  }
}
    `) as unknown as TypedDocumentString<DeleteConversationMutation, DeleteConversationMutationVariables>;
export const AddParticipantsDocument = new TypedDocumentString(`
    mutation AddParticipants($input: AddParticipantsInput!) {
  addParticipants(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<AddParticipantsMutation, AddParticipantsMutationVariables>;
export const RemoveParticipantDocument = new TypedDocumentString(`
    mutation RemoveParticipant($input: RemoveParticipantInput!) {
  removeParticipant(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<RemoveParticipantMutation, RemoveParticipantMutationVariables>;
export const SetMemberRoleDocument = new TypedDocumentString(`
    mutation SetMemberRole($input: SetMemberRoleInput!) {
  setMemberRole(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<SetMemberRoleMutation, SetMemberRoleMutationVariables>;
export const LeaveConversationDocument = new TypedDocumentString(`
    mutation LeaveConversation($input: LeaveConversationInput!) {
  leaveConversation(input: $input) {
    conversationId
  }
}
    `) as unknown as TypedDocumentString<LeaveConversationMutation, LeaveConversationMutationVariables>;
export const ConversationEventsDocument = new TypedDocumentString(`
    subscription ConversationEvents($conversationId: ID!, $afterEventSeq: Int!, $epoch: ID!) {
  conversationEvents(
    conversationId: $conversationId
    afterEventSeq: $afterEventSeq
    epoch: $epoch
  ) {
    __typename
    ... on MessageAdded {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MessageEdited {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MessageDeleted {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MemberJoined {
      eventSeq
      at
      actor {
        ...UserFields
      }
      member {
        ...MemberFields
      }
    }
    ... on MemberLeft {
      eventSeq
      at
      actor {
        ...UserFields
      }
      user {
        ...UserFields
      }
    }
    ... on MemberRoleChanged {
      eventSeq
      at
      actor {
        ...UserFields
      }
      member {
        ...MemberFields
      }
    }
    ... on ConversationUpdated {
      eventSeq
      at
      actor {
        ...UserFields
      }
      conversation {
        id
        title
      }
    }
    ... on ConversationDeleted {
      eventSeq
      at
      actor {
        ...UserFields
      }
    }
    ... on ReadPositionMoved {
      user {
        ...UserFields
      }
      readSeq
    }
    ... on Typing {
      user {
        ...UserFields
      }
      typing
      expiresAt
    }
    ... on CaughtUp {
      caughtUpAt: eventSeq
    }
    ... on Heartbeat {
      at
    }
  }
}
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<ConversationEventsSubscription, ConversationEventsSubscriptionVariables>;
export const InboxEventsDocument = new TypedDocumentString(`
    subscription InboxEvents($known: [ConversationHeadInput!]!, $activeSince: DateTime, $epoch: ID!) {
  inboxEvents(known: $known, activeSince: $activeSince, epoch: $epoch) {
    __typename
    ... on ConversationAdvanced {
      conversationId
      eventSeq
      conversation {
        ...ConversationFields
      }
    }
    ... on ConversationAdded {
      conversation {
        ...ConversationFields
      }
    }
    ... on ConversationRemoved {
      conversationId
    }
    ... on ReadPositionMoved {
      conversationId
      readSeq
    }
    ... on CaughtUp {
      caughtUpAt: eventSeq
    }
    ... on Heartbeat {
      at
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<InboxEventsSubscription, InboxEventsSubscriptionVariables>;
export const OlderMessagesDocument = new TypedDocumentString(`
    query OlderMessages($id: ID!, $last: Int!, $before: String!) {
  conversation(id: $id) {
    id
    messages(last: $last, before: $before, filter: {includeDeleted: true}) {
      nodes {
        ...MessageFields
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<OlderMessagesQuery, OlderMessagesQueryVariables>;
export const MessageByClientIdDocument = new TypedDocumentString(`
    query MessageByClientId($clientMessageId: UUID!) {
  messageByClientId(clientMessageId: $clientMessageId) {
    ...MessageFields
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<MessageByClientIdQuery, MessageByClientIdQueryVariables>;
export const SendMessageDocument = new TypedDocumentString(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    deduplicated
    eventSeq
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<SendMessageMutation, SendMessageMutationVariables>;
export const EditMessageDocument = new TypedDocumentString(`
    mutation EditMessage($input: EditMessageInput!) {
  editMessage(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<EditMessageMutation, EditMessageMutationVariables>;
export const DeleteMessageDocument = new TypedDocumentString(`
    mutation DeleteMessage($input: DeleteMessageInput!) {
  deleteMessage(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<DeleteMessageMutation, DeleteMessageMutationVariables>;
export const MarkReadDocument = new TypedDocumentString(`
    mutation MarkRead($input: MarkReadInput!) {
  markRead(input: $input) {
    conversation {
      id
      readSeq
      unreadCount
    }
  }
}
    `) as unknown as TypedDocumentString<MarkReadMutation, MarkReadMutationVariables>;
export const SetTypingDocument = new TypedDocumentString(`
    mutation SetTyping($input: SetTypingInput!) {
  setTyping(input: $input) {
    conversationId
  }
}
    `) as unknown as TypedDocumentString<SetTypingMutation, SetTypingMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    ...UserFields
    email
    role
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const FindPeopleDocument = new TypedDocumentString(`
    query FindPeople($search: String!, $first: Int!) {
  users(first: $first, filter: {search: $search}) {
    nodes {
      ...UserFields
    }
    pageInfo {
      hasNextPage
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`) as unknown as TypedDocumentString<FindPeopleQuery, FindPeopleQueryVariables>;
export const RegisterDocument = new TypedDocumentString(`
    mutation Register($input: RegisterInput!) {
  register(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  user {
    ...UserFields
  }
}`) as unknown as TypedDocumentString<RegisterMutation, RegisterMutationVariables>;
export const LoginDocument = new TypedDocumentString(`
    mutation Login($input: LoginInput!) {
  login(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  user {
    ...UserFields
  }
}`) as unknown as TypedDocumentString<LoginMutation, LoginMutationVariables>;
export const RefreshDocument = new TypedDocumentString(`
    mutation Refresh($input: RefreshTokenInput!) {
  refreshToken(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  user {
    ...UserFields
  }
}`) as unknown as TypedDocumentString<RefreshMutation, RefreshMutationVariables>;
export const LogoutDocument = new TypedDocumentString(`
    mutation Logout {
  logout {
    sessionId
  }
}
    `) as unknown as TypedDocumentString<LogoutMutation, LogoutMutationVariables>;