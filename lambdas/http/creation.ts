// `Idempotency-Key` on operations that create: the first request with a key decides the id of the resource, so that
// a repeat finds the resource, or creates the same one after a crash. Keys are kept for 7 days.
import { createHash } from 'node:crypto';
import type { DedupeEntry, DedupeLedger, DedupeLookup } from '../core/events/ledger.ts';
import { createId, type IdPrefix } from '../core/identifiers.ts';
import { Problem } from '../core/problem.ts';
import type { Scope } from '../core/scope.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { Tombstones } from '../core/tombstone.ts';
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
  readonly ledger: DedupeLedger & DedupeLookup & Pick<Tombstones, 'findTombstones'>;
  readonly surroundings: Pick<Surroundings, 'now' | 'random'>;
}

export interface Creation {
  readonly id: string;
  readonly atMs: number;
}

interface Wanted<T, C> {
  /** Idempotency keys of one kind are separate from those of other kinds, and of events. */
  readonly kind: string;
  readonly prefix: IdPrefix;
  /** What was asked, as its schema gives it. */
  readonly body: unknown;
  /** Its place in a request that creates several. */
  readonly index?: number | undefined;
  /** What an earlier request of the same key created, as the answer shows it now. */
  readonly find: (id: string) => Promise<T | undefined>;
  /** What is refused here leaves the key free. */
  readonly check: () => Promise<C>;
  /** An earlier request may have begun under the same id, or may be doing it now. */
  readonly make: (creation: Creation, checked: C) => Promise<T>;
}

/**
 * Creates one thing for one key. What was created before is found first: it is answered even if it would be
 * refused by now.
 * @throws Problem 409 if the key belongs to another body, or what it created has since been deleted
 */
export async function createOnce<T, C>(
  c: AppContext,
  { ledger, surroundings }: CreationPorts,
  scope: Scope,
  { kind, prefix, body, index, find, check, make }: Wanted<T, C>,
): Promise<T> {
  const key = idempotencyKeyIn(c);
  const atMs = surroundings.now();
  const id = createId(prefix, atMs, surroundings.random(10));
  if (key === undefined) return make({ id, atMs }, await check());
  // No header can hold the character between.
  const name = [kind, key, ...(index === undefined ? [] : [index])].join('\u0000');
  const bodyHash = hashOf(JSON.stringify(body, sorted));
  // Until they were sorted, members counted in their order.
  const hashes = [bodyHash, hashOf(JSON.stringify(body))];
  const earlier = await ledger.holderOf(scope, name, atMs);
  if (earlier) refuseOtherBody(earlier, hashes);
  const found = earlier && (await find(earlier.eventId));
  if (found) return found;
  const deleted = earlier && (await ledger.findTombstones([{ ...scope, id: earlier.eventId }]));
  if (deleted?.length) throw new Problem(409, DELETED_SINCE);
  const checked = await check();
  const holder = await ledger.reserve(scope, name, { eventId: id, bodyHash, acceptedAtMs: atMs });
  refuseOtherBody(holder, hashes);
  return make({ id: holder.eventId, atMs: holder.acceptedAtMs }, checked);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A replacer: the members of objects in the order of their names, whose order says nothing (RFC 8259, section 4). */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refuseOtherBody(holder: DedupeEntry, hashes: readonly string[]): void {
  if (hashes.includes(holder.bodyHash)) return;
  throw new Problem(409, 'This idempotency key was used with another body.', [
    { path: 'Idempotency-Key', message: `was used to create ${holder.eventId}, with another body` },
  ]);
}
