// The ledger's stream as record gets it in a bad time: batches cut anywhere and again, functions that die at any call,
// PUTs that land late, a stream that is away for longer than it keeps its writes. And the archive in memory.
import type { DynamoDBRecord } from 'aws-lambda';
import { createDueHours } from '../../lambdas/adapters/analytics/due-hours.ts';
import { createRollups } from '../../lambdas/adapters/analytics/rollups.ts';
import { createCountingTurn } from '../../lambdas/adapters/analytics/turn.ts';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import type { Item } from '../../lambdas/adapters/aws/dynamodb/client.ts';
import type { Archive } from '../../lambdas/core/analytics/archive.ts';
import { HOUR_MS, hourStartMs, hoursBetween } from '../../lambdas/core/analytics/hour.ts';
import { type LedgerPage, refill } from '../../lambdas/core/analytics/refill.ts';
import type { LivingTenants } from '../../lambdas/core/analytics/store.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { record } from '../../lambdas/record/record.ts';
import {
  countDue,
  HoursNotCountedError,
  type RollupPorts,
} from '../../lambdas/rollup/count-due.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../local/simulation/memory/dynamodb/service.ts';
import { randomFrom } from '../../local/simulation/random.ts';

/** A write of the ledger, and when it was. */
export interface Write {
  readonly atMs: number;
  readonly before: Item | undefined;
  readonly after: Item;
}

export interface BadTimes {
  readonly seed: number;
  /** The chance that a function dies at a call, before or after it. */
  readonly deaths: number;
  /** The share of PUTs that land only when later batches were handled. */
  readonly latePuts: number;
  /** Whether record is away for 30 hours, of which the stream keeps 24. */
  readonly isAway: boolean;
}

const STREAM_KEEPS_MS = 24 * HOUR_MS;
const AWAY_MS = 30 * HOUR_MS;
/** After it, a run of rollup is stopped. */
const RUN_MS = 10 * 60_000;

class Died extends Error {}

/** Objects by their keys; a key never gets other bytes. */
export class MemoryArchive implements Archive {
  readonly objects = new Map<string, Uint8Array>();

  async put(key: string, body: Uint8Array): Promise<void> {
    const known = this.objects.get(key);
    if (known && !Buffer.from(known).equals(body)) throw new Error(`${key} is overwritten`);
    this.objects.set(key, body);
  }

  async get(key: string): Promise<Uint8Array> {
    return this.objects.get(key) ?? new Uint8Array();
  }

  async list(prefix: string) {
    return [...this.objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { length }]) => ({ key, bytes: length }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

/** Of a ledger, a few deliveries each. */
export function* pagesOf(
  deliveries: readonly Delivery[],
  from: string | undefined,
  size = 20,
): Generator<LedgerPage> {
  for (let at = Number(from ?? 0); ; at += size) {
    const isLast = at + size >= deliveries.length;
    yield {
      deliveries: deliveries.slice(at, at + size),
      ...(!isLast && { next: String(at + size) }),
    };
    if (isLast) return;
  }
}

/** Everyone is there. */
const EVERYONE: LivingTenants = {
  createdTimes: async (ids) => new Map([...ids].map((id) => [id, 0])),
};

export async function analyse(
  writes: readonly Write[],
  deliveries: () => Iterable<Delivery>,
  times: BadTimes,
  tenants: LivingTenants = EVERYONE,
) {
  const random = randomFrom(times.seed);
  let nowMs = writes[0]?.atMs ?? 0;
  const archive = new MemoryArchive();
  const dynamoDb = createMemoryDynamoDb(createCallCounts(), { nowMs: () => nowMs });
  const table = tableOf(dynamoDb, LEDGER_TABLE);
  let canDie = true;
  const dies = (): boolean => canDie && random() < times.deaths / 2;
  const mortal = async <T>(call: () => Promise<T>): Promise<T> => {
    if (dies()) throw new Died();
    const answer = await call();
    if (dies()) throw new Died();
    return answer;
  };
  /** On their way, though who sent them is dead. */
  let late: (() => Promise<void>)[] = [];
  const surroundings = {
    now: () => nowMs,
    random: (bytes: number) => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
  };
  const hours = createDueHours(table);
  const ports = {
    archive: {
      put: (key: string, body: Uint8Array) =>
        mortal(async () => {
          if (canDie && random() < times.latePuts) {
            late.push(() => archive.put(key, body));
            throw new Died();
          }
          await archive.put(key, body);
        }),
    },
    hours: {
      mark: (...given: Parameters<typeof hours.mark>) => mortal(() => hours.mark(...given)),
    },
    surroundings,
    reportUnread: (key: string, fault: string) => {
      throw new Error(`${key}: ${fault}`);
    },
    reportFailure: () => undefined,
  };
  let meanwhile = async (): Promise<void> => undefined;
  /** Of one run, which does nothing more once it died. */
  function counting(untilMs: number): RollupPorts {
    let isDead = false;
    const inRun = async <T>(call: () => Promise<T>): Promise<T> => {
      if (isDead || nowMs > untilMs) throw new Died();
      try {
        return await mortal(call);
      } catch (error) {
        isDead = error instanceof Died;
        throw error;
      }
    };
    const inRunTable = {
      ...table,
      call: ((...given) => inRun(() => table.call(...given))) as typeof table.call,
      client: {
        call: ((...given: Parameters<typeof dynamoDb.call>) =>
          inRun(() => dynamoDb.call(...given))) as typeof dynamoDb.call,
      },
    };
    return {
      hours: createDueHours(inRunTable),
      turn: createCountingTurn(inRunTable),
      archive: {
        async list(prefix) {
          const found = await inRun(() => archive.list(prefix));
          // Files that come now are not in the list.
          await meanwhile();
          return found;
        },
        get: (key) => inRun(() => archive.get(key)),
      },
      rollups: createRollups(inRunTable),
      tenants,
      surroundings,
      graceMs: 330_000,
      reportWait: () => undefined,
      reportFailure(_, error) {
        if (!(error instanceof Died)) throw error;
      },
    };
  }
  const rollup = () => {
    const untilMs = nowMs + RUN_MS;
    return countDue(counting(untilMs), untilMs).catch((error: unknown) => {
      if (!(error instanceof Died || error instanceof HoursNotCountedError)) throw error;
    });
  };

  const records = writes.map((write, index): DynamoDBRecord & { atMs: number } => ({
    atMs: write.atMs,
    dynamodb: {
      SequenceNumber: String(index + 1).padStart(21, '0'),
      Keys: { pk: write.after.pk, sk: write.after.sk } as never,
      NewImage: write.after as never,
      ...(write.before && { OldImage: write.before as never }),
    },
  }));
  const firstMs = records[0]?.atMs ?? 0;
  const awayMs = times.isAway
    ? firstMs + random() * Math.max(0, (records.at(-1)?.atMs ?? 0) - firstMs)
    : Number.POSITIVE_INFINITY;
  let position = 0;
  const lost: Write[] = [];
  const next = () => records[position];
  /** A batch, which comes again where it failed. */
  async function step(): Promise<void> {
    const size = 1 + Math.floor(random() ** 3 * 60);
    const batch = records.slice(position, position + size);
    nowMs = Math.max(nowMs, batch.at(-1)?.atMs ?? nowMs);
    if (nowMs >= awayMs && nowMs < awayMs + AWAY_MS) {
      nowMs = awayMs + AWAY_MS;
      for (let one = next(); one && one.atMs < nowMs - STREAM_KEEPS_MS; one = next()) {
        const write = writes[position++];
        if (write) lost.push(write);
      }
      return;
    }
    try {
      const from = await record(ports, batch);
      const failed = batch.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === from);
      position += failed < 0 ? batch.length : failed;
      // What was handled may come once more.
      if (random() < 0.1) position = Math.max(0, position - Math.floor(random() * 10));
    } catch (error) {
      if (!(error instanceof Died)) throw error;
    }
  }
  meanwhile = async () => {
    if (next() && random() < 0.3) await step();
    if (canDie && random() < 0.3) await rollup();
  };
  while (next()) {
    await step();
    if (random() < 0.3) {
      for (const land of late) await land();
      late = [];
    }
    if (random() < 0.2) await rollup();
  }
  for (const land of late) await land();
  if (lost.length > 0) {
    const times = lost.map(({ atMs }) => atMs);
    const wanted = hoursBetween(Math.min(...times) - HOUR_MS, Math.max(...times) + HOUR_MS);
    canDie = false;
    const token = () => Buffer.from(surroundings.random(8)).toString('hex');
    const staging = new MemoryArchive();
    const refilling = { archive, staging, hours, newToken: token, now: () => nowMs };
    await refill(refilling, wanted, (from) => pagesOf([...deliveries()], from));
  }
  canDie = false;
  // Once all are over, deadlines included.
  const last = (await hours.listDue()).at(-1);
  if (last) nowMs = Math.max(nowMs, hourStartMs(last.hour) + 2 * HOUR_MS) + RUN_MS;
  await rollup();
  return { archive, rollups: createRollups(table), due: await hours.listDue(), lost };
}
