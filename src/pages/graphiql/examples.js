// The tabs that GraphiQL opens with, from left to right. All can be run as they are but for those that name somebody or a
// conversation: what to put where is said above them.
"use strict";

const PARLANCE_EXAMPLES = [
    {
        query: `# Welcome to Parlance! Run this with ▶ or
# Ctrl-Enter: it registers Ann, and signs
# you in as her (see the bar above).
#
# Then change name and address under
# Variables, and run it again: that is
# somebody to write to, and you stay Ann.
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
        query: `# Three operations: ▶ asks which to run. The
# ids that two of them need come from the
# one before, and are yours to copy into
# Variables, in place of PASTE_….
#
# 1. Run People, and copy the id of somebody
#    else into "person".

query People {
  users(first: 10) {
    nodes {
      id
      username
    }
  }
}

# 2. Run Start. A pair has one conversation:
#    asking again answers the same. Copy its
#    id into "chat".

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

# 3. Run Send. The answer comes when the
#    message is safe. With the same
#    clientMessageId it is never stored
#    twice: run it again, and look at
#    "deduplicated".

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
                person: "PASTE_AN_ID_FROM_PEOPLE",
                chat: "PASTE_THE_ID_FROM_START",
                body: "Hello!",
                key: crypto.randomUUID ? crypto.randomUUID() : null,
            },
            null,
            2,
        ),
    },
    {
        query: `# Your conversations, those with the newest
# messages first. More of them come with
# after: "…" and the endCursor.

query Inbox {
  conversations(first: 10) {
    nodes {
      id
      title
      unreadCount
      participants {
        username
      }
      lastMessage {
        body
        sentAt
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}

# The newest messages of the first of them.
# For those before, put the startCursor
# into "before" under Variables.

query Newest($before: String) {
  conversations(first: 1) {
    nodes {
      id
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
  }
}
`,
        variables: JSON.stringify({ before: null }, null, 2),
    },
    {
        query: `# Live: what happens in your conversations.
# Let it run, and send something from another
# tab of the browser.

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
# one that you have, then live, no seam. Put
# its id (see Inbox) into "chat".

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
      toldUpTo: eventSeq
    }
  }
}
`,
        variables: JSON.stringify({ chat: "PASTE_AN_ID_FROM_INBOX", after: 0 }, null, 2),
    },
];
