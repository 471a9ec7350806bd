// A WebSocket without a client around it, for what clients hide: close codes, pauses, each single message.
import { WebSocket } from 'ws';
import { within } from './place.mjs';

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
