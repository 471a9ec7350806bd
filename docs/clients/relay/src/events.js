// The subscription to a conversation, and what its events change in Relay's store.
import { ConnectionHandler, graphql, requestSubscription } from 'relay-runtime';

const EventsSubscription = graphql`
  subscription eventsSubscription($id: ID!, $last: Int, $epoch: ID) {
    conversationEvents(conversationId: $id, afterEventSeq: $last, epoch: $epoch) {
      __typename
      ... on MessageAdded {
        eventSeq
        message {
          id
          ...Message_message @relay(mask: false)
        }
      }
      ... on MessageEdited {
        eventSeq
        message {
          id
          ...Message_message @relay(mask: false)
        }
      }
      ... on MessageDeleted {
        eventSeq
        message {
          id
          ...Message_message @relay(mask: false)
        }
      }
      ... on MemberJoined {
        eventSeq
      }
      ... on MemberLeft {
        eventSeq
      }
      ... on MemberRoleChanged {
        eventSeq
      }
      ... on ConversationUpdated {
        eventSeq
        conversation {
          id
          title
        }
      }
      ... on ConversationDeleted {
        eventSeq
      }
      ... on CaughtUp {
        toldUpTo: eventSeq
      }
    }
  }
`;

/** Opens one subscription; answers a function that ends it. Edits and deletions reach what is shown by the message's id. */
export function subscribe(environment, variables, sink) {
  const { dispose } = requestSubscription(environment, {
    subscription: EventsSubscription,
    variables,
    updater(store) {
      const event = store.getRootField('conversationEvents');
      if (event?.getType() !== 'MessageAdded') return;
      const conversation = store.get(variables.id);
      const list = conversation && ConnectionHandler.getConnection(conversation, 'Chat_messages');
      const message = event.getLinkedRecord('message');
      if (!list) return;
      const edges = list.getLinkedRecords('edges') ?? [];
      if (edges.some((edge) => edge.getLinkedRecord('node')?.getDataID() === message.getDataID())) return;
      ConnectionHandler.insertEdgeAfter(list, ConnectionHandler.createEdge(store, list, message, 'MessageEdge'));
    },
    onNext: (data) => sink.next({ data }),
    onError: sink.error,
    onCompleted: sink.complete,
  });
  return dispose;
}
