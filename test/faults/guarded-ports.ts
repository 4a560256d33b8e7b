// The ports of one function instance: in memory, shared with all others, and every call through the
// injector. A batch is as many calls as AWS would need for it.

import type { Sqs } from '../../lambdas/adapters/aws/sqs-calls.ts';
import { createDeadLetters } from '../../lambdas/adapters/queues/dead-letters.ts';
import type { Queues } from '../../lambdas/adapters/queues/queues.ts';
import { kept } from '../../lambdas/adapters/secrets.ts';
import type { DeadLetters } from '../../lambdas/core/dead-letters.ts';
import { encodeDeliveryMessage } from '../../lambdas/core/deliveries/message.ts';
import type { EndpointStore } from '../../lambdas/core/endpoints/store.ts';
import { encodeCleanupMessage } from '../../lambdas/core/erasure/message.ts';
import { encodeEventMessage } from '../../lambdas/core/events/message.ts';
import { deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { encodeReplayMessage } from '../../lambdas/core/replays/message.ts';
import type { OutgoingRequest, Sender } from '../../lambdas/core/requests/sender.ts';
import type { Outcome } from '../../lambdas/core/retries/outcome.ts';
import type { DeliveryRef } from '../../lambdas/core/scope.ts';
import { type SealingKeys, soleKey } from '../../lambdas/core/sealing/seal.ts';
import type { Secrets } from '../../lambdas/core/sealing/secrets.ts';
import type { SubscriberStore } from '../../lambdas/core/subscriptions/subscriber.ts';
import type { Surroundings } from '../../lambdas/core/surroundings.ts';
import type { TenantStore } from '../../lambdas/core/tenants/store.ts';
import type { SweptWakes, Wakes } from '../../lambdas/core/wakes/directory.ts';
import { encodeWakeMessage } from '../../lambdas/core/wakes/message.ts';
import type { MemoryLedger } from '../../local/simulation/memory/ledger.ts';
import type { MemoryQueues } from '../../local/simulation/memory/queues.ts';
import {
  createWakesOver,
  type Schedules,
  type WakeDirectory,
} from '../../local/simulation/memory/wakes.ts';
import { type FaultKind, subjectOf } from './fault-log.ts';
import type { CallNature, Injector } from './injector.ts';
import type { Instance } from './instances.ts';
import { DEAD_LETTER_URLS } from './memory-sqs.ts';

/** What receivers do with a request; resolves when it is answered, or given up. */
export type Receive = (request: OutgoingRequest) => Promise<Outcome>;

/** What all instances share. */
export interface Outside {
  readonly ledger: MemoryLedger;
  readonly directory: WakeDirectory;
  readonly schedules: Schedules;
  readonly queues: MemoryQueues;
  /** Receives, sends and deletes, for dead letters. */
  readonly sqs: Sqs;
  readonly registry: Pick<SubscriberStore, 'subscribersOf'> &
    Pick<EndpointStore, 'getEndpoints'> &
    Pick<TenantStore, 'getTenant'>;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly receive: Receive;
}

export interface InstancePorts {
  readonly ledger: MemoryLedger;
  readonly wakes: Wakes & SweptWakes;
  readonly queues: Queues;
  readonly deadLetters: DeadLetters;
  readonly registry: Outside['registry'];
  readonly secrets: Outside['secrets'];
  readonly sender: Sender;
}

const READ: CallNature = { kinds: ['throttled'] };
const WRITE_KINDS: readonly FaultKind[] = [
  'throttled',
  'answer of a write lost',
  'write repeated, so that its condition failed',
];
const WRITE: CallNature = { kinds: WRITE_KINDS };
const SQS_WRITE: CallNature = { kinds: ['send refused', 'answer of a write lost'] };
const READS = /^(get|list)/;
const EVENTS_PER_WRITE = 25;
const MESSAGES_PER_SEND = 10;
const SEND_ROUNDS = 4;

export function portsOf(
  instance: Instance,
  injector: Injector,
  outside: Outside,
  surroundings: Surroundings,
): InstancePorts {
  const call = <R>(name: string, nature: CallNature, invoke: () => Promise<R>): Promise<R> =>
    injector.call(instance, name, nature, invoke) as Promise<R>; // the injector gives what invoke gave

  /** Every method is a call of its own, named after the port. */
  function guarded<T extends object>(
    portName: string,
    port: T,
    natureOf: (method: string, given: unknown[]) => CallNature,
  ): T {
    return new Proxy(port, {
      get(target, method: string) {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) =>
          call(`${portName}.${method}`, natureOf(method, given), () => value.apply(target, given));
      },
    });
  }

  const ledger = guarded('ledger', outside.ledger, (method, given) => {
    if (method === 'putHealth') {
      const [address] = given as Parameters<MemoryLedger['putHealth']>;
      const race = async () => {
        const { health, version } = await outside.ledger.getHealth(address);
        await outside.ledger.putHealth(address, health, version);
      };
      return { kinds: [...WRITE_KINDS, 'condition failed by another writer'], race };
    }
    return READS.test(method) ? READ : WRITE;
  });
  /** BatchWriteItem: so many at once, some of which may stay unprocessed. */
  async function putAll<E>(
    name: string,
    entries: readonly E[],
    idOf: (entry: E) => string,
    put: (entries: readonly E[]) => Promise<unknown>,
  ): Promise<ReadonlySet<string>> {
    const chunks = chunksOf(entries, EVENTS_PER_WRITE);
    const refused = await Promise.all(
      chunks.map((chunk) =>
        call(
          name,
          {
            kinds: [...WRITE_KINDS, 'items unprocessed'],
            weight: 4,
            refuse: async (random) => {
              const left = chunk.filter(() => random() < 0.5);
              await put(chunk.filter((entry) => !left.includes(entry)));
              return left.map(idOf);
            },
          },
          async () => {
            await put(chunk);
            const none: string[] = [];
            return none;
          },
        ),
      ),
    );
    return new Set(refused.flat());
  }

  return {
    ledger: Object.assign(Object.create(ledger) as MemoryLedger, {
      putEvents: ((stored) =>
        putAll(
          'ledger.putEvents',
          stored,
          ({ event }) => event.id,
          (some) => outside.ledger.putEvents(some),
        )) satisfies MemoryLedger['putEvents'],
      putDeliveries: ((deliveries) =>
        putAll(
          'ledger.putDeliveries',
          deliveries,
          ({ eventId, endpointId }: DeliveryRef) => deliveryIdOf(eventId, endpointId),
          (some) => outside.ledger.putDeliveries(some as typeof deliveries),
        )) satisfies MemoryLedger['putDeliveries'],
    }),
    wakes: createWakesOver(
      guarded('directory', outside.directory, (method) => (READS.test(method) ? READ : WRITE)),
      guarded('scheduler', outside.schedules, () => ({
        kinds: ['schedule refused by quota', 'answer of a write lost'],
        weight: 4,
      })),
      surroundings.now,
    ),
    queues: queuesOver(outside.queues, surroundings, call),
    deadLetters: createDeadLetters(
      {
        call: (operation, input) =>
          call(`sqs.${operation}`, operation === 'ReceiveMessage' ? READ : SQS_WRITE, () =>
            outside.sqs.call(operation, input),
          ),
      },
      DEAD_LETTER_URLS,
    ),
    registry: guarded('registry', outside.registry, () => READ),
    secrets: {
      sealingKey: keptKey(surroundings, () =>
        call('secrets.sealingKey', { kinds: [] }, () => outside.secrets.sealingKey()),
      ),
    },
    sender: guarded('sender', senderOver(outside.receive, surroundings), () => ({ kinds: [] })),
  };
}

/** As the adapter keeps it. */
function keptKey(
  surroundings: Surroundings,
  read: () => Promise<SealingKeys>,
): () => Promise<SealingKeys> {
  const hex = kept(surroundings, async () => {
    const { current, keys } = await read();
    return { value: (keys.get(current) ?? Buffer.alloc(0)).toString('hex'), changedAtMs: 0 };
  });
  return async () => soleKey(Buffer.from((await hex()).value, 'hex'));
}

/** It times a request by its own clock. */
function senderOver(receive: Receive, { now }: Surroundings): Sender {
  return {
    async send(request) {
      const startedAtMs = now();
      const outcome = await receive(request);
      return { outcome, startedAtMs, endedAtMs: now() };
    },
  };
}

interface Entry {
  readonly body: string;
  readonly delaySeconds: number;
}
type QueueName = 'events' | 'deliveries' | 'retries' | 'wakes';

/** As the adapter sends: tens, what is refused again and again, then reported. */
function queuesOver(
  memory: MemoryQueues,
  { sleep }: Surroundings,
  call: <R>(name: string, nature: CallNature, invoke: () => Promise<R>) => Promise<R>,
): Queues {
  async function sendBatch(queue: QueueName, entries: readonly Entry[]): Promise<Entry[]> {
    const put = (some: readonly Entry[]): void => {
      for (const { body, delaySeconds } of some) memory[queue].send(body, delaySeconds);
    };
    const nature: CallNature = {
      kinds: ['send refused', 'batch partly refused', 'answer of a write lost'],
      subjects: entries.map(({ body }) => subjectOf(body)),
      refuse: async (random) => {
        const left = entries.filter(() => random() < 0.5);
        put(entries.filter((entry) => !left.includes(entry)));
        return left;
      },
    };
    try {
      return await call(`sqs.send ${queue}`, nature, async () => {
        put(entries);
        const none: Entry[] = [];
        return none;
      });
    } catch {
      return [...entries];
    }
  }

  async function sendAll(
    queue: QueueName,
    entries: readonly Entry[],
  ): Promise<ReadonlySet<number>> {
    const refused = new Set<number>();
    await Promise.all(
      chunksOf(entries, MESSAGES_PER_SEND).map(async (chunk) => {
        let left: readonly Entry[] = chunk;
        for (let round = 0; round < SEND_ROUNDS && left.length > 0; round++) {
          if (round > 0) await sleep(50 * 2 ** round);
          left = await sendBatch(queue, left);
        }
        for (const entry of left) refused.add(entries.indexOf(entry));
      }),
    );
    return refused;
  }

  return {
    sendEvents: (messages) =>
      sendAll(
        'events',
        messages.map((message) => ({ body: encodeEventMessage(message), delaySeconds: 0 })),
      ),
    sendDeliveries: (messages) =>
      sendAll(
        'deliveries',
        messages.map((message) => ({ body: encodeDeliveryMessage(message), delaySeconds: 0 })),
      ),
    sendRetries: (messages) =>
      sendAll(
        'retries',
        messages.map(({ message, delaySeconds }) => ({
          body: encodeDeliveryMessage(message),
          delaySeconds,
        })),
      ),
    sendWakes: (messages) =>
      sendAll(
        'wakes',
        messages.map(({ wake, delaySeconds }) => ({ body: encodeWakeMessage(wake), delaySeconds })),
      ),
    sendReplays: (messages) =>
      sendAll(
        'wakes',
        messages.map(({ replay, delaySeconds }) => ({
          body: encodeReplayMessage(replay),
          delaySeconds,
        })),
      ),
    sendCleanups: (messages) =>
      sendAll(
        'wakes',
        messages.map(({ cleanup, delaySeconds }) => ({
          body: encodeCleanupMessage(cleanup),
          delaySeconds,
        })),
      ),
    postpone: (queue, handle, seconds) =>
      call(`sqs.postpone ${queue}`, { kinds: ['throttled'] }, async () =>
        memory[queue === 'slow' ? 'deliveries' : queue].postpone(handle, seconds),
      ),
  };
}

function chunksOf<T>(entries: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
    entries.slice(index * size, (index + 1) * size),
  );
}
