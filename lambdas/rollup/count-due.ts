// Counts hours that got lines since they were counted: each as a whole, from all of its files. There are no additions
// that could drift, and a count that is made twice is the same.
import { type Archive, linesIn, passesOver, prefixOf } from '../core/analytics/archive.ts';
import {
  type CountedRollup,
  HourCount,
  leadersOf,
  type Whose,
} from '../core/analytics/counting.ts';
import { dayOf, dayRollup, dayStartMs, hasItsHours } from '../core/analytics/day.ts';
import { HOUR_MS, hourOf, hourStartMs } from '../core/analytics/hour.ts';
import type { Line } from '../core/analytics/line.ts';
import type {
  CountedHours,
  CountingTurn,
  DueHour,
  LivingTenants,
  RollupReader,
  RollupWriter,
} from '../core/analytics/store.ts';
import { shardOf } from '../core/identifiers.ts';
import { inParallel } from '../core/in-parallel.ts';
import { ENVIRONMENTS } from '../core/scope.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { DAY_MS } from '../core/time.ts';

export interface RollupPorts {
  readonly hours: CountedHours;
  readonly turn: CountingTurn;
  readonly archive: Pick<Archive, 'list' | 'get'>;
  readonly rollups: RollupWriter & Pick<RollupReader, 'readRollups'>;
  readonly tenants: LivingTenants;
  readonly surroundings: Pick<Surroundings, 'now' | 'random'>;
  /** So long after an hour its last lines are in the archive, as a rule: what comes later makes it due again. */
  readonly graceMs: number;
  /** Told with each run, before it counts: for how long the hour that waits longest has waited. */
  readonly reportWait: (ms: number) => void;
  readonly reportFailure: (hour: string, error: unknown) => void;
}

interface RollupReport {
  /** Hours that were over, and those that last still. */
  counted: number;
  current: number;
}

/** Days that are added up before they are put, and the queries for them at once. */
const DAYS_AT_ONCE = 250;
const QUERIES_AT_ONCE = 25;

export class HoursNotCountedError extends Error {
  override readonly name = 'HoursNotCountedError';

  constructor(hours: readonly string[]) {
    super(`${hours.length} hours could not be counted, the first of them ${hours[0]}`);
  }
}

/**
 * Nothing if somebody else is counting. Each hour is counted and settled by itself.
 * @param untilMs when it is stopped at the latest
 * @param isOver whether no further hour is to be begun
 * @throws HoursNotCountedError after all others
 */
export async function countDue(
  ports: RollupPorts,
  untilMs: number,
  isOver: () => boolean = () => false,
): Promise<RollupReport> {
  const { hours, surroundings, turn } = ports;
  const report = { counted: 0, current: 0 };
  const failed: string[] = [];
  const dues = await hours.listDue();
  ports.reportWait(longestWaitMs(ports, dues));
  if (dues.length === 0) return report;
  const holder = Buffer.from(surroundings.random(16)).toString('hex');
  if (!(await turn.take(holder, surroundings.now(), untilMs))) return report;
  try {
    for (const due of inTurn(dues)) {
      if (isOver()) break;
      try {
        const counted = await countOne(ports, due);
        if (counted) report[counted]++;
      } catch (error) {
        ports.reportFailure(due.hour, error);
        failed.push(due.hour);
      }
    }
  } finally {
    await turn.giveBack(holder);
  }
  if (failed.length > 0) throw new HoursNotCountedError(failed);
  return report;
}

/** The latest first, and last of all those whose count was begun and did not end: it may end this run as well. */
function inTurn(dues: readonly DueHour[]): DueHour[] {
  const wasBegun = ({ token, begunToken, countedToken }: DueHour) =>
    Number(begunToken === token && countedToken !== token);
  return dues.toSorted((a, b) => wasBegun(a) - wasBegun(b) || (a.hour < b.hour ? 1 : -1));
}

async function countOne(ports: RollupPorts, due: DueHour): Promise<keyof RollupReport | undefined> {
  const { hours, surroundings } = ports;
  const nowMs = surroundings.now();
  const isOver = nowMs >= countableMs(ports, due);
  if (!isOver && !isNew(due)) return undefined;
  await hours.begin(due);
  await countHour(ports, due.hour, isOver ? undefined : nowMs);
  await (isOver ? hours.settle(due, nowMs) : hours.note(due));
  return isOver ? 'counted' : 'current';
}

/** From when on it can be settled. */
const countableMs = ({ graceMs }: Pick<RollupPorts, 'graceMs'>, { hour }: DueHour): number =>
  hourStartMs(hour) + HOUR_MS + graceMs;

/** Of hours that can be settled. One that became due late has waited since it did, however old it is. */
function longestWaitMs(ports: RollupPorts, dues: readonly DueHour[]): number {
  const nowMs = ports.surroundings.now();
  return dues.reduce((longest, due) => {
    const sinceMs = Math.max(due.sinceMs ?? 0, countableMs(ports, due));
    return Math.max(longest, nowMs - sinceMs);
  }, 0);
}

const isNew = ({ token, countedToken }: DueHour): boolean => token !== countedToken;

/** @param asOfMs of an hour that lasts still: then without its endpoints, of which the ledger tells */
async function countHour(ports: RollupPorts, hour: string, asOfMs?: number): Promise<void> {
  const { archive, rollups, tenants } = ports;
  const objects = await archive.list(prefixOf(hour));
  const passes = passesOver(objects);
  const count = new HourCount();
  const seen = new Set<string>();
  for (let pass = 0; pass < passes; pass++) {
    for (const { key } of objects) {
      for (const line of linesIn(await archive.get(key))) {
        if (shardOf(line.event, passes) === pass) count.take(line);
      }
    }
    for (const tenant of count.tenants) seen.add(tenant);
    const created = await tenants.createdTimes(count.tenants);
    // What is older than its tenant is of one that had the same id, and was deleted.
    count.settle(({ tenant, accepted }: Line) => accepted >= (created.get(tenant) ?? Infinity));
  }
  // Once more, right before they are put: a deletion removes what was put before it, in its second round.
  const living = await tenants.createdTimes(seen);
  const all = count.rollups((tenant) => living.has(tenant));
  const put = asOfMs === undefined ? all : new Map([...all].filter(([whose]) => isWide(whose)));
  await rollups.putRollups(hour, put, asOfMs);
  for (const environment of ENVIRONMENTS) {
    const own = new Map([...all].filter(([whose]) => whose.environment === environment));
    if (own.size > 0) await rollups.putLeaders(hour, environment, leadersOf(own));
  }
  if (asOfMs === undefined) await countDays(ports, dayOf(hourStartMs(hour)), [...all.keys()]);
}

/** Those of who was in the hour that was counted: nobody else's day is another one now. */
async function countDays(
  { rollups, tenants, surroundings }: RollupPorts,
  day: string,
  whoses: readonly Whose[],
): Promise<void> {
  if (!hasItsHours(day, surroundings.now())) return;
  const startMs = dayStartMs(day);
  const [from, to] = [hourOf(startMs), hourOf(startMs + DAY_MS)];
  for (let at = 0; at < whoses.length; at += DAYS_AT_ONCE) {
    const days = await inParallel(
      whoses.slice(at, at + DAYS_AT_ONCE),
      QUERIES_AT_ONCE,
      async (whose): Promise<[Whose, CountedRollup]> => [
        whose,
        dayRollup(await rollups.readRollups(whose, from, to, true)),
      ],
    );
    const names = new Set(days.flatMap(([whose]) => ('tenant' in whose ? [whose.tenant] : [])));
    const living = await tenants.createdTimes(names);
    const left = days.filter(([whose]) => !('tenant' in whose) || living.has(whose.tenant));
    await rollups.putDays(day, new Map(left));
  }
}

const isWide = ({ kind }: Whose): boolean => kind === 'tenant' || kind === 'stack';
