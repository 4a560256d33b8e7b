// What analytics add to a million deliveries at list price: an hour of 100 a second to 1,000 endpoints, through the code of
// record and rollup with AWS's services in memory. npm run bench -- analytics
import type { DynamoDBRecord } from 'aws-lambda';
import { createDueHours } from '../../lambdas/adapters/analytics/due-hours.ts';
import { createRollups } from '../../lambdas/adapters/analytics/rollups.ts';
import { createCountingTurn } from '../../lambdas/adapters/analytics/turn.ts';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { toDeliveryItem } from '../../lambdas/adapters/ledger/items.ts';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { record } from '../../lambdas/record/record.ts';
import { countDue } from '../../lambdas/rollup/count-due.ts';
import { parseConfiguration } from '../../lib/configuration.ts';
import { PRICES } from '../../lib/monitoring/prices.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../local/simulation/memory/dynamodb/service.ts';
import { randomFrom } from '../../local/simulation/random.ts';
import { report, rounded } from '../report.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-30T09:00:00Z');
const PER_SECOND = 100;
const ENDPOINTS = 1_000;
const DELIVERIES = PER_SECOND * 3_600;
/** Lambda's 6 MB hold so many writes with their envelope. */
const PER_INVOCATION = 3_700;
/** Of a core, which 1,769 MB have. */
const CORE_MB = 1_769;
/** A round trip to S3 or DynamoDB from Lambda: assumed. */
const CALL_MS = 15;

/** Milliseconds of CPU of this process. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

function recordsOf(from: number, count: number): DynamoDBRecord[] {
  const settings = settingsSchema.parse({});
  const random = randomFrom(from + 1);
  const bytes = (size: number) =>
    Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
  return Array.from({ length: count }, (_, index) => {
    const n = from + index;
    const atMs = START_MS + Math.floor((n * HOUR_MS) / DELIVERIES);
    const endpointId = createId(
      'ep',
      START_MS,
      Uint8Array.from({ length: 10 }, (_, at) => (n % ENDPOINTS) >> (at * 8)),
    );
    const event = {
      id: createId('evt', atMs, bytes(10)),
      tenant: `tenant-${n % 50}`,
      environment: 'live' as const,
      type: `type.${n % 5}`,
      acceptedAtMs: atMs,
      channels: [],
      data: '{}',
    };
    const { dueAtMs, nextCause, workAtMs, ...fresh } = freshDelivery(
      event,
      endpointId,
      settings,
      atMs,
    );
    const item = toDeliveryItem(
      {
        ...fresh,
        state: 'delivered',
        attempts: [
          {
            number: 1,
            run: 1,
            cause: 'first',
            atMs: atMs + 20,
            durationMs: Math.ceil(random() ** 3 * 2_000),
            outcome: 'http_200',
            status: 200,
            phases: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 50 },
          },
        ],
      },
      atMs + HOUR_MS,
    );
    const sequence = String(n).padStart(21, '0');
    return { dynamodb: { SequenceNumber: sequence, NewImage: item as never } };
  });
}

export async function analytics(): Promise<void> {
  const counts = createCallCounts();
  let nowMs = START_MS;
  const dynamoDb = createMemoryDynamoDb(counts, { nowMs: () => nowMs });
  const table = tableOf(dynamoDb, LEDGER_TABLE);
  const objects = new Map<string, Uint8Array>();
  const calls = { puts: 0, gets: 0, lists: 0 };
  const archive = {
    async put(key: string, body: Uint8Array) {
      calls.puts++;
      objects.set(key, body);
    },
    async get(key: string) {
      calls.gets++;
      return objects.get(key) ?? new Uint8Array();
    },
    async list(prefix: string) {
      calls.lists++;
      return [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, { length }]) => ({ key, bytes: length }));
    },
  };
  const surroundings = {
    now: () => nowMs,
    random: (size: number) => new Uint8Array(size).fill(nowMs % 256),
  };
  const hours = createDueHours(table);
  const tenants = {
    createdTimes: async (ids: Iterable<string>) => new Map([...ids].map((id) => [id, 0] as const)),
  };
  const fail = (_: string, error: unknown) => {
    throw error;
  };
  const counting = {
    hours,
    turn: createCountingTurn(table),
    archive,
    rollups: createRollups(table),
    tenants,
    surroundings,
    graceMs: 330_000,
    reportWait: () => undefined,
    reportFailure: fail,
  };
  const { windowSeconds, everyMinutes } = parseConfiguration({}).analytics;
  const perWindow = PER_SECOND * windowSeconds;
  const used = { record: { ms: 0, runs: 0 }, rollup: { ms: 0, runs: 0 } };
  const rollup = async (): Promise<void> => {
    const before = cpuMs();
    await countDue(counting, nowMs + HOUR_MS);
    used.rollup.ms += cpuMs() - before;
    used.rollup.runs++;
  };
  for (let from = 0; from < DELIVERIES; from += perWindow) {
    nowMs = START_MS + Math.floor(((from + perWindow) * HOUR_MS) / DELIVERIES);
    for (let at = from; at < from + perWindow; at += PER_INVOCATION) {
      const batch = recordsOf(at, Math.min(PER_INVOCATION, from + perWindow - at));
      const before = cpuMs();
      await record(
        { archive, hours, surroundings, reportUnread: fail, reportFailure: fail },
        batch,
      );
      used.record.ms += cpuMs() - before;
      used.record.runs++;
    }
    if ((nowMs - START_MS) % (everyMinutes * 60_000) === 0) await rollup();
  }
  nowMs = START_MS + 2 * HOUR_MS;
  await rollup();

  const { memoryMb } = parseConfiguration({});
  const { totals } = counts;
  const lambda = (name: 'record' | 'rollup', rounds: number): number => {
    const { ms, runs } = used[name];
    const billedMs = ms * Math.max(1, CORE_MB / memoryMb[name]) + rounds * CALL_MS;
    return (
      runs * PRICES['lambda.requests'] +
      ((memoryMb[name] / 1_024) * billedMs * PRICES['lambda.gbSeconds']) / 1_000
    );
  };
  const storedBytes = [...objects.values()].reduce((sum, { length }) => sum + length, 0);
  const million = 1_000_000 / DELIVERIES;
  const dollars = {
    S3: (calls.puts + calls.lists) * PRICES['s3.puts'] + calls.gets * PRICES['s3.gets'],
    DynamoDB:
      totals.dynamoDbWriteUnits * PRICES['dynamodb.writeUnits'] +
      totals.dynamoDbReadUnits * PRICES['dynamodb.readUnits'],
    record: lambda('record', 2 * used.record.runs),
    rollup: lambda('rollup', calls.gets + calls.lists + used.rollup.runs * 60),
  };
  const total = Object.values(dollars).reduce((sum, one) => sum + one, 0);
  const row = {
    ...Object.fromEntries(
      Object.entries(dollars).map(([name, one]) => [name, Number((one * million).toFixed(5))]),
    ),
    total: Number((total * million).toFixed(5)),
    'MB of a million lines': rounded((storedBytes * million) / 1e6),
    'record ms a delivery': rounded(used.record.ms / DELIVERIES),
    rollups: totals.dynamoDbWriteUnits,
  };
  console.log(row);
  report('analytics', [row], {
    unit: 'US dollars for a million deliveries, at 100 a second to 1,000 endpoints of 50 tenants',
  });
}
