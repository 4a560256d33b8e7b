// `Idempotency-Key` on operations that create: the first request with a key decides the id of the resource, so that
// a repeat finds the resource, or creates the same one after a crash. Keys are kept for 7 days.
import { createHash } from 'node:crypto';
import type { DedupeLedger } from '../core/events/ledger.ts';
import { createId, type IdPrefix } from '../core/identifiers.ts';
import { Problem } from '../core/problem.ts';
import type { Scope } from '../core/scope.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { AppContext } from './authentication.ts';
import { idempotencyKeyIn } from './idempotency-key.ts';

export const creationHeader = {
  'Idempotency-Key':
    'A repeat with the same key and body within 7 days returns what the first request created.',
};
export const DELETED_SINCE =
  'The resource that this idempotency key created has since been deleted.';
export const OTHER_BODY = 'The `Idempotency-Key` was used with another body.';

export interface CreationPorts {
  readonly ledger: DedupeLedger;
  readonly surroundings: Pick<Surroundings, 'now' | 'random'>;
}

/** The creation for a request without a key. */
export function newCreation(
  { now, random }: Pick<Surroundings, 'now' | 'random'>,
  prefix: IdPrefix,
): Creation {
  const atMs = now();
  return { id: createId(prefix, atMs, random(10)), atMs, isRepeat: false };
}

export interface Creation {
  readonly id: string;
  readonly atMs: number;
  /** Whether an earlier request may have created it. */
  readonly isRepeat: boolean;
}

/**
 * @param of the kind that is created: keys of different kinds, and of events, are independent
 * @param body what was asked, as its schema gives it
 * @throws Problem 409 if the key belongs to another body
 */
export async function creationOf(
  c: AppContext,
  { ledger, surroundings }: CreationPorts,
  scope: Scope,
  of: { readonly kind: string; readonly prefix: IdPrefix; readonly body: unknown },
): Promise<Creation> {
  const key = idempotencyKeyIn(c);
  const fresh = newCreation(surroundings, of.prefix);
  if (key === undefined) return fresh;
  const { id, atMs } = fresh;
  const bodyHash = createHash('sha256').update(JSON.stringify(of.body)).digest('hex');
  // No header can contain the separator.
  const name = `${of.kind}\u0000${key}`;
  const holder = await ledger.reserve(scope, name, { eventId: id, bodyHash, acceptedAtMs: atMs });
  if (holder.bodyHash !== bodyHash) {
    throw new Problem(409, 'This idempotency key was used with another body.', [
      {
        path: 'Idempotency-Key',
        message: `was used to create ${holder.eventId}, with another body`,
      },
    ]);
  }
  return { id: holder.eventId, atMs: holder.acceptedAtMs, isRepeat: holder.eventId !== id };
}
