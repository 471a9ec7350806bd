// The mutations of the example, as promises.
import { commitMutation, graphql } from 'relay-runtime';

const commit = (environment, mutation, input) =>
  new Promise((resolve, reject) => {
    commitMutation(environment, { mutation, variables: { input }, onCompleted: resolve, onError: reject });
  });

export const start = async (environment, input) => {
  const mutation = graphql`
    mutation mutationsStartMutation($input: StartDirectConversationInput!) {
      startDirectConversation(input: $input) {
        conversation {
          id
        }
      }
    }
  `;
  return (await commit(environment, mutation, input)).startDirectConversation.conversation;
};

export const send = async (environment, input) => {
  const mutation = graphql`
    mutation mutationsSendMutation($input: SendMessageInput!) {
      sendMessage(input: $input) {
        deduplicated
        message {
          id
          seq
          ...Message_message @relay(mask: false)
        }
      }
    }
  `;
  return (await commit(environment, mutation, input)).sendMessage;
};

export const edit = async (environment, input) => {
  const mutation = graphql`
    mutation mutationsEditMutation($input: EditMessageInput!) {
      editMessage(input: $input) {
        message {
          ...Message_message @relay(mask: false)
        }
      }
    }
  `;
  return (await commit(environment, mutation, input)).editMessage.message;
};

export const remove = async (environment, input) => {
  const mutation = graphql`
    mutation mutationsDeleteMutation($input: DeleteMessageInput!) {
      deleteMessage(input: $input) {
        message {
          ...Message_message @relay(mask: false)
        }
      }
    }
  `;
  return (await commit(environment, mutation, input)).deleteMessage.message;
};
