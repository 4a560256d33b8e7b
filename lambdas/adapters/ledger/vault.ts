// Ledger and queues that seal event data and open it again, where a stack seals it: functions that have the key
// see events and answers as if nothing were sealed.
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { byId, type DeliveryLedger } from '../../core/deliveries/ledger.ts';
import {
  openedDelivery,
  openedEvent,
  sealedDelivery,
  sealedEvent,
} from '../../core/deliveries/sealed-content.ts';
import { SealBrokenError } from '../../core/errors.ts';
import type { Event } from '../../core/events/event.ts';
import type { EventLedger, StoredEvent } from '../../core/events/ledger.ts';
import type { EventQueue } from '../../core/events/message.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { NONCE_BYTES, versionOfBytes } from '../../core/sealing/seal.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { log } from '../log.ts';

export interface VaultPorts {
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly surroundings: Pick<Surroundings, 'random'>;
}

/** Events that do not open keep their `sealedContent`: they must not be sent. */
export async function openEvents(
  { secrets }: Pick<VaultPorts, 'secrets'>,
  events: readonly Event[],
): Promise<Event[]> {
  const sealed = events.flatMap(({ sealedContent }) => sealedContent ?? []);
  if (sealed.length === 0) return [...events];
  const keys = await secrets.sealingKey(sealed.map((bytes) => `v${versionOfBytes(bytes)}.`));
  return events.map((event) =>
    openOrAsItIs(event, { eventId: event.id }, () => openedEvent(event, keys)),
  );
}

export function openingEvents(
  ports: Pick<VaultPorts, 'secrets'>,
  ledger: EventLedger,
): EventLedger {
  async function opened(stored: readonly StoredEvent[]): Promise<StoredEvent[]> {
    const events = await openEvents(
      ports,
      stored.map(({ event }) => event),
    );
    return stored.map((one, index) => ({ ...one, event: events[index] ?? one.event }));
  }
  return {
    ...ledger,
    async getEvents(refs, unreadable) {
      const found = await ledger.getEvents(refs, unreadable);
      return new Map((await opened([...found.values()])).map((one) => [one.event.id, one]));
    },
    async listEvents(...parameters) {
      const page = await ledger.listEvents(...parameters);
      return { ...page, entries: await opened(page.entries) };
    },
  };
}

/** What is sent to the events queue is sealed. */
export function sealingQueue(
  { secrets, surroundings }: VaultPorts,
  queues: EventQueue,
): EventQueue {
  return {
    async sendEvents(messages) {
      const keys = await secrets.sealingKey();
      return queues.sendEvents(
        messages.map(({ event, ...rest }) => ({
          ...rest,
          event: sealedEvent(event, keys, surroundings.random(NONCE_BYTES)),
        })),
      );
    },
  };
}

/** What receivers answered is sealed before it is written. */
export function sealingDeliveries(
  { secrets, surroundings }: VaultPorts,
  ledger: DeliveryLedger,
): DeliveryLedger {
  async function sealed(delivery: Delivery): Promise<Delivery> {
    if ((delivery.lastResponse ?? delivery.subject) === undefined) return delivery;
    return sealedDelivery(delivery, await secrets.sealingKey(), surroundings.random(NONCE_BYTES));
  }
  return {
    ...ledger,
    putDeliveries: async (deliveries) =>
      ledger.putDeliveries(await inParallel(deliveries, deliveries.length, sealed)),
    putDeliveryOnce: async (delivery) => ledger.putDeliveryOnce(await sealed(delivery)),
    recordClaimed: async (delivery, holder) => ledger.recordClaimed(await sealed(delivery), holder),
    openRun: async (delivery, seenRun) => ledger.openRun(await sealed(delivery), seenRun),
    settle: async (delivery, ...end) => ledger.settle(await sealed(delivery), ...end),
  };
}

/** What receivers answered is opened where it is shown. */
export function openingDeliveries(
  { secrets }: Pick<VaultPorts, 'secrets'>,
  ledger: DeliveryLedger,
): DeliveryLedger {
  async function opened(deliveries: readonly Delivery[]): Promise<Delivery[]> {
    const sealed = deliveries.flatMap(({ sealedResponse }) => sealedResponse ?? []);
    if (sealed.length === 0) return [...deliveries];
    const keys = await secrets.sealingKey(sealed);
    return deliveries.map((delivery) => {
      const { eventId, endpointId } = delivery;
      return openOrAsItIs(delivery, { eventId, endpointId }, () => openedDelivery(delivery, keys));
    });
  }
  return {
    ...ledger,
    async getDeliveries(refs, unreadable) {
      const found = await ledger.getDeliveries(refs, unreadable);
      return byId(await opened([...found.values()]));
    },
    async listDeliveries(...parameters) {
      const page = await ledger.listDeliveries(...parameters);
      return { ...page, entries: await opened(page.entries) };
    },
  };
}

/** An item that does not open must not hide the others of its page. */
function openOrAsItIs<T>(closed: T, ids: Readonly<Record<string, string>>, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof SealBrokenError)) throw error;
    log.error('sealed data cannot be opened', error, ids);
    return closed;
  }
}
