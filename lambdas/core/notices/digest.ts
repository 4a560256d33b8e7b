// The daily digest: what a tenant's endpoints did in the last day, and which of them are in trouble.
// A procedure: what it reads goes through ports.
import { hourOf } from '../analytics/hour.ts';
import { attemptsIn, emptyRollup, endsIn, mergeRollup } from '../analytics/rollup.ts';
import { timesOf } from '../analytics/series.ts';
import type { RollupReader } from '../analytics/store.ts';
import { OPERATOR_TENANT, type Scope } from '../scope.ts';
import { DAY_MS } from '../time.ts';
import type { NoticeBook } from './book.ts';
import { nextTimeOfDay } from './local-time.ts';
import { linkTo, type NoticeSettings } from './settings.ts';

/** Endpoints that it lists. */
const MAX_LISTED = 50;

/** When the next one is due, Unix milliseconds; undefined if none is wanted. */
export function digestDueMs(
  { digest, timeZone }: NoticeSettings,
  lastAtMs: number,
): number | undefined {
  return digest === null ? undefined : nextTimeOfDay(timeZone, digest.at, lastAtMs);
}

/** Of whole hours, as they are counted. */
export async function digestOf(
  { rollups }: { readonly rollups: Pick<RollupReader, 'readRollups'> },
  { tenant, environment }: Scope,
  { endpoints }: NoticeBook,
  settings: NoticeSettings,
  nowMs: number,
): Promise<Readonly<Record<string, unknown>>> {
  const sinceMs = nowMs - DAY_MS;
  // The operator's is of all tenants, whose endpoints in trouble stand in their own books.
  const isOperators = tenant === OPERATOR_TENANT;
  const whose = isOperators
    ? ({ kind: 'stack', environment } as const)
    : ({ kind: 'tenant', tenant, environment } as const);
  const day = emptyRollup();
  for (const hour of await rollups.readRollups(whose, hourOf(sinceMs), hourOf(nowMs))) {
    mergeRollup(day, hour);
  }
  const [attempts, succeeded] = attemptsIn(day);
  const { p95Ms } = timesOf(day, attempts, day.okMs + day.failedMs);
  const troubled = Object.entries(endpoints).flatMap(([endpoint, { trouble }]) =>
    trouble
      ? [{ endpoint, kind: trouble.kind, since: new Date(trouble.sinceMs).toISOString() }]
      : [],
  );
  return {
    since: `${hourOf(sinceMs)}:00:00.000Z`,
    until: `${hourOf(nowMs)}:00:00.000Z`,
    attempts,
    succeeded,
    delivered: endsIn(day, 'delivered'),
    dead: endsIn(day, 'dead'),
    p95Ms,
    ...(!isOperators && {
      troubled: troubled.length,
      endpoints: troubled.slice(0, MAX_LISTED),
    }),
    link: linkTo(settings, ''),
  };
}
