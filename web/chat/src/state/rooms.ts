// The rooms that were open since somebody signed in: each keeps its draft while another is looked at.
import type { Chats } from './chats';
import type { Outbox } from './outbox';
import { Room } from './room';

const rooms = new Map<string, Room>();

export function roomOf(id: string, viewerId: string, chats: Chats, outbox: Outbox): Room {
  const held = rooms.get(id);
  if (held && held.viewerId === viewerId && held.chats === chats) return held;
  const room = new Room(id, viewerId, chats, outbox);
  rooms.set(id, room);
  return room;
}

export function forgetRooms(): void {
  rooms.clear();
}
