// Who is out hears nothing more.
import { test } from 'node:test';
import { logout, removal } from '../lib/removal.mjs';

const timeout = 60_000;

test('who is removed gets nothing numbered after that, then MEMBERSHIP_ENDED, and the same again from an old cursor', { timeout }, (t) =>
  removal(t));

test('logging out closes the sockets and streams of that session and no others', { timeout }, (t) => logout(t));
