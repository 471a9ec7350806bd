// The rooms that are open, and those that were left with something in the composer: it is there when one comes back.
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

export function closeRoom(room: Room): void {
  room.close();
  if (!room.hasDraft && rooms.get(room.id) === room) rooms.delete(room.id);
}

export function forgetRooms(): void {
  rooms.clear();
}
