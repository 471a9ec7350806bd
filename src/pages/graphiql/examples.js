// The tabs that GraphiQL opens with. Each can be run as it is, from left to right, once by each of two people.
"use strict";

const PARLANCE_EXAMPLES = [
    {
        query: `# Welcome to Parlance! Run this with ▶ or
# Ctrl-Enter: it registers Ann, and signs
# you in as her (see the bar above).
#
# Then change name and address below, and
# run it again for somebody to write to.
# The tabs go on from here.

mutation Register($input: RegisterInput!) {
  register(input: $input) {
    accessToken
    refreshToken
    expiresAt
    user {
      id
      username
    }
  }
}
`,
        variables: JSON.stringify(
            { input: { username: "ann", email: "ann@example.org", password: "correct horse battery" } },
            null,
            2,
        ),
    },
    {
        query: `# 1. Find whom to write to, and copy their
#    id into "person" below.

query People {
  users(first: 10) {
    nodes {
      id
      username
    }
  }
}

# 2. A pair has one conversation: asking
#    again answers the same. Copy its id
#    into "chat".

mutation Start($person: ID!) {
  startDirectConversation(input: { userId: $person }) {
    conversation {
      id
      participants {
        username
      }
    }
  }
}

# 3. The answer comes when the message is
#    safe. With the same clientMessageId
#    it is never stored twice: run it again,
#    and look at "deduplicated".

mutation Send($chat: ID!, $body: String!, $key: UUID) {
  sendMessage(input: { conversationId: $chat, body: $body, clientMessageId: $key }) {
    deduplicated
    message {
      id
      seq
      body
      sentAt
    }
  }
}
`,
        variables: JSON.stringify(
            {
                person: "an id of People",
                chat: "the id of Start",
                body: "Hello!",
                key: crypto.randomUUID ? crypto.randomUUID() : null,
            },
            null,
            2,
        ),
    },
    {
        query: `# Your conversations in order of activity,
# each with its newest messages. For those
# before, set "before" to a startCursor.

query Inbox($before: String) {
  conversations(first: 10) {
    nodes {
      id
      title
      unreadCount
      participants {
        username
      }
      messages(last: 20, before: $before) {
        nodes {
          seq
          body
          sentAt
          sender {
            username
          }
        }
        pageInfo {
          hasPreviousPage
          startCursor
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
        variables: JSON.stringify({ before: null }, null, 2),
    },
    {
        query: `# All that happens in your conversations,
# live. Let it run, and send something from
# another window.

subscription Live {
  inboxEvents {
    __typename
    ... on ConversationAdvanced {
      conversation {
        id
        unreadCount
        lastMessage {
          seq
          body
          sender {
            username
          }
        }
      }
    }
    ... on ConversationAdded {
      conversation {
        id
        title
      }
    }
  }
}

# One conversation: all events after the
# one that you have, then live, no seam.

subscription Follow($chat: ID!, $after: Int) {
  conversationEvents(conversationId: $chat, afterEventSeq: $after) {
    __typename
    ... on MessageAdded {
      eventSeq
      message {
        seq
        body
        sender {
          username
        }
      }
    }
    ... on CaughtUp {
      eventSeq
    }
  }
}
`,
        variables: JSON.stringify({ chat: "the id of a conversation", after: 0 }, null, 2),
    },
];
