// A conversation on the screen: its newest messages, and older ones as they are asked for.
import { graphql, usePaginationFragment, usePreloadedQuery } from 'react-relay';

export const ChatQuery = graphql`
  query ChatQuery($id: ID!, $count: Int!) {
    server {
      epoch
    }
    conversation(id: $id) {
      id
      eventSeq
      ...Chat_conversation @arguments(count: $count)
    }
  }
`;

// A conversation is a Node, so the compiler makes the query for further pages by itself.
export const ChatFragment = graphql`
  fragment Chat_conversation on Conversation
  @refetchable(queryName: "ChatPageQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    messages(last: $count, before: $cursor, filter: { includeDeleted: true })
      @connection(key: "Chat_messages", filters: []) {
      __id
      edges {
        node {
          id
          seq
          ...Message_message @relay(mask: false)
        }
      }
    }
  }
`;

export const MessageFragment = graphql`
  fragment Message_message on Message {
    id
    seq
    body
    revision
    sender {
      id
      username
    }
  }
`;

/** `screen` is told what is shown and how to get more, as a scrolling list would be. */
export function Chat({ queryRef, screen }) {
  const { conversation } = usePreloadedQuery(ChatQuery, queryRef);
  const { data, hasPrevious, isLoadingPrevious, loadPrevious } = usePaginationFragment(ChatFragment, conversation);
  const messages = data.messages.edges.map(({ node }) => node);
  Object.assign(screen, { messages, hasPrevious, isLoadingPrevious, loadPrevious, connection: data.messages.__id });
  return (
    <ol>
      {messages.map(({ id, sender, body }) => (
        <li key={id}>
          <b>{sender.username}</b>: {body}
        </li>
      ))}
    </ol>
  );
}
