// The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
import { idempotencyKeySchema } from '../core/events/event.ts';
import type { AppContext } from './authentication.ts';
import { refused } from './body.ts';

/** @throws Problem 422 */
export function idempotencyKeyIn(c: AppContext): string | undefined {
  const key = c.req.header('Idempotency-Key');
  if (key === undefined) return undefined;
  const parsed = idempotencyKeySchema.safeParse(key);
  if (parsed.success) return key;
  throw refused([
    { path: 'Idempotency-Key', message: parsed.error.issues[0]?.message ?? 'is not valid' },
  ]);
}
