// The hash of what was sent, for the archive: nobody can tell a body from it without the salt of its event, and erasing the
// event erases the salt.
import { createHmac, createSecretKey } from 'node:crypto';

export const SALT_BYTES = 16;

/** HMAC-SHA256, base64url. @param salt of the body's event */
export function bodyHash(salt: Uint8Array, body: Uint8Array): string {
  // Given bytes, createHmac finds out by exceptions that they are no key object, which takes five times as long as the hash.
  return createHmac('sha256', createSecretKey(salt)).update(body).digest('base64url');
}
