// The hash of what was sent, for the archive: nobody can tell a body from it without the salt of its event, and erasing the
// event erases the salt.
import { createHmac } from 'node:crypto';

export const SALT_BYTES = 16;

/** HMAC-SHA256, base64url. @param salt of the body's event */
export function bodyHash(salt: Uint8Array, body: Uint8Array): string {
  return createHmac('sha256', salt).update(body).digest('base64url');
}
