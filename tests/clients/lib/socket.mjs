// A WebSocket without a client around it, for what clients hide: close codes, pauses, each single message.
import { WebSocket } from 'ws';
import { sleep, within } from './place.mjs';

const MESSAGES = `subscription ($conversationId: ID!, $afterSeq: Int) {
  messageAdded(conversationId: $conversationId, afterSeq: $afterSeq) { id seq } }`;

export class Socket {
  /** Opens and signs in. `said` is called with everything else that the server says. */
  static async open(url, token, said) {
    const socket = new Socket();
    socket.ws = new WebSocket(`${url}/graphql`.replace(/^http/, 'ws'), 'graphql-transport-ws');
    socket.closed = new Promise((tell) => socket.ws.once('close', tell));
    const ready = new Promise((resolve, reject) => {
      socket.ws.once('error', reject);
      socket.ws.once('close', (code) => reject(new Error(`closed with ${code}`)));
      socket.ws.on('message', (data) => {
        const message = JSON.parse(data);
        if (message.type === 'connection_ack') resolve();
        else if (message.type === 'ping') socket.say({ type: 'pong' });
        else said(message);
      });
    });
    socket.ws.once('open', () => {
      socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    });
    await within(15_000, 'the server does not let the socket in', ready);
    return socket;
  }

  say(message) {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify(message));
  }

  subscribe(query, variables, id = 'one') {
    this.say({ type: 'subscribe', id, payload: { query, variables } });
  }
}

/** One stream of messages from `afterSeq` on, to the log; each single one, as it comes. */
export async function stream(url, token, conversationId, afterSeq, log, query = MESSAGES) {
  const socket = await Socket.open(url, token, ({ type, payload }) => {
    if (type === 'next') log.push(payload.data.messageAdded);
    else if (type === 'error') log.error = payload;
  });
  socket.subscribe(query, { conversationId, afterSeq });
  return socket;
}

const EVENTS = `subscription ($conversationId: ID!, $after: Int) {
  conversationEvents(conversationId: $conversationId, afterEventSeq: $after) {
    __typename ... on MessageAdded { eventSeq message { id seq } } ... on MemberJoined { eventSeq } } }`;

/**
 * Follows the messages and the events of a conversation until told to stop, with whatever
 * connections it takes. Everything that comes is kept as it comes: nothing is dropped or sorted.
 */
export function resuming(url, token, conversationId) {
  const [messages, events] = [[], []];
  let socket;
  let isOver = false;
  const run = async () => {
    while (!isOver) {
      try {
        socket = await Socket.open(url(), token, ({ id, type, payload }) => {
          if (type === 'error') socket.ws.terminate();
          if (type !== 'next') return;
          const { messageAdded, conversationEvents } = payload.data;
          if (id === 'messages') messages.push(messageAdded);
          else if (conversationEvents.eventSeq) events.push(conversationEvents);
        });
        socket.subscribe(MESSAGES, { conversationId, afterSeq: messages.at(-1)?.seq ?? 0 }, 'messages');
        socket.subscribe(EVENTS, { conversationId, after: events.at(-1)?.eventSeq ?? 0 }, 'events');
        await socket.closed;
      } catch {
        // It is tried again.
      }
      await sleep(20);
    }
  };
  const ended = run();
  const stop = async () => {
    isOver = true;
    socket?.ws.terminate();
    await ended;
  };
  return { messages, events, stop };
}
