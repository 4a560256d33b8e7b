// Analytics at size: a tenant with 10,000 endpoints, each with rollups of a day, and a week of the tenant's own, put past
// the API; then what a front page asks, over HTTP: `npm run bench:rollups -- [endpoints] [rounds] [hours]`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CountedRollup,
  HourCount,
  leadersOf,
  type Whose,
} from '../../lambdas/core/analytics/counting.ts';
import { dayOf, dayRollup, dayStartMs } from '../../lambdas/core/analytics/day.ts';
import { HOUR_MS, hourOf, hourStartMs, hoursBetween } from '../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../lambdas/core/analytics/line.ts';
import type { HourRollup } from '../../lambdas/core/analytics/store.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { randomFrom } from '../../local/simulation/random.ts';
import { asks, openLedger, SCOPE } from '../loaded-ledger.ts';
import { median, percentile, report, rounded } from '../report.ts';

const ENDPOINTS = Number(process.argv[2] ?? 10_000);
const ROUNDS = Number(process.argv[3] ?? 200);
/** Of the last day, those in which each endpoint has its rollup. */
const ENDPOINT_HOURS = Number(process.argv[4] ?? 24);
const DAY_MS = 24 * HOUR_MS;
const OUTCOMES = ['http_500', 'http_503', 'http_404', 'timeout_response', 'connection_refused'];
const TYPES = 20;

const random = randomFrom(21);

/** Attempts of an hour: two of each endpoint, of which one in ten failed. */
function rollupsOf(hour: string, endpoints: readonly string[]): Map<Whose, CountedRollup> {
  const count = new HourCount();
  const startMs = hourStartMs(hour);
  for (const [index, endpoint] of endpoints.entries()) {
    for (let n = 0; n < 2; n++) {
      const at = startMs + Math.floor(random() * (HOUR_MS - 60_000));
      const ms = Math.ceil(5 + random() ** 4 * 5_000);
      const failed = random() < 0.1;
      const line: Line = {
        ...SCOPE,
        endpoint,
        event: `evt_${hour}_${index}_${n}`,
        type: `dossier.t${Math.floor(random() * TYPES)}`,
        accepted: at - 20,
        run: 1,
        attempt: 1,
        attemptInRun: 1,
        cause: 'first',
        at,
        ms,
        firstByteMs: ms,
        outcome: failed ? (OUTCOMES[index % OUTCOMES.length] ?? '') : 'http_200',
        ...(failed ? {} : { end: 'delivered', endedAt: at + ms, attempts: 1 }),
      };
      count.take(line);
    }
  }
  count.settle(() => true);
  return count.rollups(() => true);
}

const nameOf = (whose: Whose): string => JSON.stringify(whose);

/** @param asked the endpoint that has a whole week */
async function load(runtime: Runtime, asked: string, untilMs: number): Promise<number> {
  const ledger = openLedger(runtime);
  const endpoints = Array.from({ length: ENDPOINTS - 1 }, (_, index) =>
    createId('ep', untilMs, Buffer.from(index.toString(16).padStart(20, '0'), 'hex')),
  );
  const days = new Map<string, Map<string, { whose: Whose; hours: HourRollup[] }>>();
  let items = 0;
  for (const lastHour of hoursBetween(untilMs - DAY_MS, untilMs)) {
    const all = rollupsOf(lastHour, [asked, ...endpoints]);
    const wide = new Map(
      [...all].filter(([whose]) => whose.kind !== 'endpoint' || whose.endpoint === asked),
    );
    const leaders = leadersOf(all);
    const isOfEndpoints = hourStartMs(lastHour) >= untilMs - ENDPOINT_HOURS * HOUR_MS;
    // Each day is as the last.
    for (let back = 0; back < 8; back++) {
      const hour = hourOf(hourStartMs(lastHour) - back * DAY_MS);
      const put = isOfEndpoints && back === 0 ? all : wide;
      await ledger.putRollups(hour, put);
      await ledger.putLeaders(hour, SCOPE.environment, leaders);
      items += put.size + 1;
      const name = dayOf(hourStartMs(hour));
      const day = days.get(name) ?? new Map();
      days.set(name, day);
      for (const [whose, rollup] of wide) {
        const kept = day.get(nameOf(whose)) ?? { whose, hours: [] };
        kept.hours.push({ ...rollup, hour });
        day.set(nameOf(whose), kept);
      }
    }
  }
  for (const [day, all] of days) {
    const rollups = new Map([...all.values()].map(({ whose, hours }) => [whose, dayRollup(hours)]));
    await ledger.putDays(day, rollups);
    items += rollups.size;
  }
  ledger.close();
  return items;
}

const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-rollups-'));
const runtime = await startRuntime({ dataDir, quiet: true, receiver: false });
try {
  const ask = asks(runtime);
  await ask('PUT', `/v1/tenants/${SCOPE.tenant}`, { name: 'Bench' });
  const made = { url: 'http://127.0.0.1:9/', eventTypes: ['nothing'], polling: true };
  const { id: endpoint } = await ask('POST', '/v1/endpoints', made);
  const nowMs = Date.now();
  const untilMs = hourStartMs(hourOf(nowMs)) + HOUR_MS;
  const items = await load(runtime, endpoint, untilMs);
  console.error(`${items} items put in ${Math.round((Date.now() - nowMs) / 1_000)} s`);
  const hours = `since=${new Date(untilMs - 7 * DAY_MS).toISOString()}&granularity=1h`;
  const days = `since=${new Date(dayStartMs(dayOf(nowMs)) - 6 * DAY_MS).toISOString()}&granularity=1d`;
  const operator = { authorization: `Bearer ${runtime.operatorKey}` };
  const queries: [query: string, path: string, headers: Record<string, string>][] = [
    ['summary of a tenant', 'summary', { ...operator, 'posthorn-tenant': SCOPE.tenant }],
    ['summary of the stack', 'summary', operator],
    ...(
      [
        ['by hours', hours],
        ['of an endpoint', `${hours}&endpoint=${endpoint}`],
        ['of a type', `${hours}&type=dossier.t7`],
        ['by outcome', `${hours}&by=outcome`],
        ['by days and endpoint', `${days}&by=endpoint`],
        ['by days and type', `${days}&by=type`],
      ] as const
    ).map(([name, query]): [string, string, Record<string, string>] => [
      `attempts of a week ${name}`,
      `attempts?${query}`,
      { ...operator, 'posthorn-tenant': SCOPE.tenant },
    ]),
  ];
  const rows: object[] = [];
  for (const [query, path, headers] of queries) {
    const times: number[] = [];
    let bytes = 0;
    let cpu = process.cpuUsage();
    for (let round = -10; round < ROUNDS; round++) {
      if (round === 0) cpu = process.cpuUsage();
      const startedAt = performance.now();
      const response = await fetch(`${runtime.url}/v1/analytics/${path}`, { headers });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${text}`);
      bytes = text.length;
      if (round >= 0) times.push(performance.now() - startedAt);
    }
    const { user, system } = process.cpuUsage(cpu);
    rows.push({
      query,
      p50: rounded(median(times), 1),
      p95: rounded(percentile(times, 0.95), 1),
      CPU: rounded((user + system) / 1_000 / ROUNDS, 1),
      bytes,
    });
  }
  report('rollups', rows, {
    unit: 'ms for a query over HTTP; CPU of service, emulator and client',
    endpoints: ENDPOINTS,
    'hours of endpoints': ENDPOINT_HOURS,
    items,
    rounds: ROUNDS,
  });
} finally {
  await runtime.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit();
