// Leaves marks of what is seen of endpoints, where anybody is to be told of it.
// A procedure: what it reads and writes goes through ports.
import type { Delivery } from '../deliveries/delivery.ts';
import type { Transition } from '../health/observe.ts';
import { Recent } from '../recent.ts';
import { type EndpointAddress, OPERATOR_TENANT, scopeKey } from '../scope.ts';
import { type WakeAtPorts, wakeAt } from '../wakes/wake-at.ts';
import { FAILING_AFTER_MS } from './follow.ts';
import type { NoticeMarks } from './ledger.ts';
import type { Sighting } from './mark.ts';
import { type Recipients, recipientsOf } from './recipients.ts';
import { noticesAddress } from './wake.ts';

/** What is seen within this is told together. */
export const GATHERED_MS = 60_000;
/** A message that comes later than this takes what is marked now. */
const MARKED_WITHIN_MS = 5_000;
/** What goes on is marked anew no more often than this by one instance. */
const REPEATED_AFTER_MS = 5 * 60_000;
const MAX_KEPT = 5_000;

export interface SightingPorts extends WakeAtPorts {
  readonly registry: Recipients;
  readonly notices: Pick<NoticeMarks, 'mark'>;
}

export interface Sightings {
  /** Its health changed its state. */
  changed(endpoint: EndpointAddress, transition: Transition): Promise<void>;
  /** An attempt failed that came after a success. */
  failed(endpoint: EndpointAddress): Promise<void>;
  died(delivery: Delivery): Promise<void>;
  /** A request had no answer after a second. */
  slow(endpoint: EndpointAddress): Promise<void>;
  /** Certificates that expire soon, Unix milliseconds. */
  expiring(
    endpoint: EndpointAddress,
    expiry: Pick<Sighting, 'receiverExpiresAtMs' | 'clientExpiresAtMs'>,
  ): Promise<void>;
}

interface Waking {
  readonly atMs: number;
  readonly entered: Promise<unknown>;
}

export function createSightings(ports: SightingPorts): Sightings {
  const { registry, notices, surroundings } = ports;
  const wakings = new Recent<Waking>({ maxEntries: MAX_KEPT });
  const marked = new Recent<true>({ maxEntries: MAX_KEPT, keptMs: REPEATED_AFTER_MS });

  /** One wake-up for all that is seen until shortly before it. */
  async function wake(endpoint: EndpointAddress, afterMs: number): Promise<void> {
    const nowMs = surroundings.now();
    const key = scopeKey(endpoint);
    const known = wakings.latest(key);
    const isAhead = known && known.atMs > nowMs + MARKED_WITHIN_MS;
    if (isAhead && known.atMs <= nowMs + afterMs) return void (await known.entered);
    const atMs = nowMs + afterMs;
    const entered = wakeAt(ports, noticesAddress(endpoint), atMs);
    wakings.set(key, { atMs, entered }, nowMs);
    try {
      await entered;
    } catch (error) {
      wakings.delete(key);
      throw error;
    }
  }

  async function mark(endpoint: EndpointAddress, seen: Sighting, afterMs = GATHERED_MS) {
    if (endpoint.tenant === OPERATOR_TENANT) return;
    const recipients = await recipientsOf(registry, endpoint);
    if (recipients.size === 0 || recipients.has(endpoint.endpointId)) return;
    await wake(endpoint, afterMs);
    await notices.mark(endpoint, seen, surroundings.now());
  }

  /** What goes on. */
  async function again(
    name: string,
    endpoint: EndpointAddress,
    seen: Sighting,
    afterMs?: number,
  ): Promise<void> {
    const nowMs = surroundings.now();
    const key = `${name} ${endpoint.endpointId}`;
    if (marked.get(key, nowMs)) return;
    marked.set(key, true, nowMs);
    try {
      await mark(endpoint, seen, afterMs);
    } catch (error) {
      marked.delete(key);
      throw error;
    }
  }

  return {
    changed: (endpoint, { kind }) =>
      mark(endpoint, kind === 'recovering' ? {} : { failedAtMs: surroundings.now() }),
    failed: (endpoint) =>
      again('failed', endpoint, { failedAtMs: surroundings.now() }, FAILING_AFTER_MS),
    died: (delivery) => mark(delivery, { dead: 1 }),
    slow: (endpoint) => again('slow', endpoint, { slowAtMs: surroundings.now() }),
    expiring: (endpoint, expiry) => again(`expiring ${JSON.stringify(expiry)}`, endpoint, expiry),
  };
}
