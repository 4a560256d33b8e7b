// Tells whether a receiver had closed a kept connection before it could see the request: undici says which socket
// it writes a request to, and which error a request ended with, on Node's diagnostics channels.
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** What broke later was not closed already: its receiver may be at work on the request. */
const STALE_WITHIN_MS = 100;

interface Reuse {
  readonly socket: Socket;
  readonly bytesRead: number;
  readonly writtenAtMs: number;
}
const reuses = new WeakMap<object, Reuse>();
const errors = new WeakSet<object>();

// What these channels carry is on the page "Diagnostics Channel Support" of undici's documentation.
subscribe('undici:client:sendHeaders', (message) => {
  const { request, socket } = message as { readonly request: object; readonly socket: Socket };
  const { bytesRead } = socket;
  if (bytesRead > 0) reuses.set(request, { socket, bytesRead, writtenAtMs: performance.now() });
});
subscribe('undici:request:error', (message) => {
  const { request, error } = message as { readonly request: object; readonly error: object };
  const reuse = reuses.get(request);
  if (!reuse || performance.now() - reuse.writtenAtMs > STALE_WITHIN_MS) return;
  if (reuse.socket.bytesRead === reuse.bytesRead && error instanceof Error) errors.add(error);
});

export function wasStale(error: unknown): boolean {
  return error instanceof Error && errors.has(error);
}
