// Leaves marks of what is seen of endpoints, where anybody is to be told of it.
// A procedure: what it reads and writes goes through ports.
import type { Delivery } from '../deliveries/delivery.ts';
import type { Transition } from '../health/observe.ts';
import { Recent } from '../recent.ts';
import { type EndpointAddress, OPERATOR_SCOPE, OPERATOR_TENANT, scopeKey } from '../scope.ts';
import { DAY_MS } from '../time.ts';
import { type WakeAtPorts, wakeAt } from '../wakes/wake-at.ts';
import { EXPIRES_SOON_MS } from './certificates.ts';
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
/** What expires later is only remembered: once a day by one instance, and with all that is seen in an hour. */
const REMEMBERED_AFTER_MS = 60 * 60_000;
const MAX_REMEMBERED = 20_000;

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
  /** When the certificates of a connection expire, Unix milliseconds. */
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
  const remembered = new Recent<true>({ maxEntries: MAX_REMEMBERED, keptMs: DAY_MS });

  const isOperatorThere = async () => (await recipientsOf(registry, OPERATOR_SCOPE)).size > 0;

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
    if (recipients.has(endpoint.endpointId)) return;
    const isHeard =
      recipients.size > 0 || (seen.slowAtMs !== undefined && (await isOperatorThere()));
    if (!isHeard) return;
    await wake(endpoint, afterMs);
    await notices.mark(endpoint, seen, surroundings.now());
  }

  /** What goes on. */
  async function again(
    name: string,
    endpoint: EndpointAddress,
    seen: Sighting,
    afterMs?: number,
    done = marked,
  ): Promise<void> {
    const nowMs = surroundings.now();
    const key = `${name} ${endpoint.endpointId}`;
    if (done.get(key, nowMs)) return;
    done.set(key, true, nowMs);
    try {
      await mark(endpoint, seen, afterMs);
    } catch (error) {
      done.delete(key);
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
    expiring(endpoint, expiry) {
      const name = `expiring ${JSON.stringify(expiry)}`;
      const soonMs = surroundings.now() + EXPIRES_SOON_MS;
      const isSoon = Object.values(expiry).some((atMs) => atMs <= soonMs);
      return isSoon
        ? again(name, endpoint, expiry)
        : again(name, endpoint, expiry, REMEMBERED_AFTER_MS, remembered);
    },
  };
}
