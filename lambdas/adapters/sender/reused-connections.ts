// Tells whether a request failed on a connection that had served an earlier one: undici says which
// socket it writes a request to, and which error a request ended with, on Node's diagnostics channels.
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const onReused = new WeakSet<object>();
const errors = new WeakSet<object>();

interface SendHeaders {
  readonly request: object;
  readonly socket: Socket;
}
interface RequestError {
  readonly request: object;
  readonly error: object;
}

// What these channels carry is on the page "Diagnostics Channel Support" of undici's documentation.
subscribe('undici:client:sendHeaders', (message) => {
  const { request, socket } = message as SendHeaders;
  if (socket.bytesRead > 0) onReused.add(request);
});
subscribe('undici:request:error', (message) => {
  const { request, error } = message as RequestError;
  if (onReused.has(request) && typeof error === 'object' && error !== null) errors.add(error);
});

/** Whether the receiver closed a kept connection just when it was used again. */
export function failedOnReusedConnection(error: unknown): boolean {
  return typeof error === 'object' && error !== null && errors.has(error);
}
