// What a notice says beside its kind: since when, how many wait, the next probe, the likely reason, and where to look.
// A procedure: what it reads goes through ports.

import { mergedHistogram, quantile, totalIn } from '../analytics/histogram.ts';
import { HOUR_MS, hourOf } from '../analytics/hour.ts';
import { countedIn, isSuccessful } from '../analytics/rollup.ts';
import type { HourRollup, RollupReader } from '../analytics/store.ts';
import type { DeliveryRecords, WorkLedger } from '../deliveries/ledger.ts';
import { kindOf } from '../destinations/destination.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Health } from '../health/health.ts';
import type { ReplayedDeliveries } from '../replays/ledger.ts';
import { addressOf, type DeliveryRef } from '../scope.ts';
import { DAY_MS } from '../time.ts';
import { FAR_FUTURE_MS } from '../wakes/bucket.ts';
import type { Notice } from './book.ts';
import { type Reason, reasonOf } from './reason.ts';
import { linkTo, type NoticeSettings } from './settings.ts';
import type { Told } from './step.ts';

/** Of what waits so much is counted, and so much is looked into for the reason. */
const MAX_COUNTED = 1_000;
const MAX_SAMPLED = 20;
/** Whole hours that a percentile is taken from, and attempts that it takes. */
const HOURS = 3;
const ENOUGH = 20;
const MAX_NAME = 100;

export interface FactPorts {
  readonly work: Pick<WorkLedger, 'listDue'>;
  readonly ledger: Pick<DeliveryRecords, 'getDeliveries'>;
  readonly replays: Pick<ReplayedDeliveries, 'listDead'>;
  readonly rollups: Pick<RollupReader, 'readRollups'>;
}

export async function noticeOf(
  ports: FactPorts,
  { kind, sinceMs, reminders, facts }: Told,
  endpoint: Endpoint,
  health: Health,
  settings: NoticeSettings,
  nowMs: number,
): Promise<Notice> {
  const waiting = await ports.work.listDue(addressOf(endpoint), FAR_FUTURE_MS, MAX_COUNTED);
  const isTrouble = kind !== 'endpoint.recovered' && kind !== 'certificate.expiring';
  const reason = isTrouble ? await reasonFor(ports, endpoint, waiting, sinceMs, nowMs) : undefined;
  const isProbed = health.state === 'tripped' || health.state === 'paused';
  return {
    kind,
    data: {
      endpoint: endpoint.id,
      description: endpoint.description.slice(0, MAX_NAME),
      host: kindOf(endpoint.destination).hosts(endpoint.destination).join(' ').slice(0, MAX_NAME),
      since: new Date(sinceMs).toISOString(),
      reminder: reminders,
      ...facts,
      waiting: waiting.length,
      waitingIsMore: waiting.length === MAX_COUNTED,
      nextProbeAt:
        isProbed && health.probeAtMs !== undefined
          ? new Date(health.probeAtMs).toISOString()
          : null,
      outcome: reason?.outcome ?? null,
      reason: reason?.words ?? null,
      link: linkTo(settings, endpoint.id),
    },
  };
}

/** By what waits, or else by what has died since, which are of now; without any, by the counts of the last hours. */
async function reasonFor(
  { ledger, replays, rollups }: FactPorts,
  endpoint: Endpoint,
  waiting: readonly DeliveryRef[],
  sinceMs: number,
  nowMs: number,
): Promise<Reason | undefined> {
  const failures = new Map<string, number>();
  const add = (outcome: string, count: number) =>
    count > 0 &&
    !isSuccessful(outcome) &&
    failures.set(outcome, (failures.get(outcome) ?? 0) + count);
  // By the time of its event, and most die within an hour of it or after days.
  const range = { sinceMs: Math.max(sinceMs - HOUR_MS, nowMs - DAY_MS), untilMs: nowMs };
  const refs =
    waiting.length > 0
      ? waiting
      : (await replays.listDead(addressOf(endpoint), range, MAX_SAMPLED)).entries;
  const sample = await ledger.getDeliveries(refs.slice(0, MAX_SAMPLED), 'left out');
  for (const { attempts } of sample.values()) {
    const last = attempts.at(-1);
    if (last) add(last.outcome, 1);
  }
  if (failures.size === 0) {
    for (const { outcomes } of await lastHours({ rollups }, endpoint, nowMs)) {
      for (const [outcome, { by }] of Object.entries(outcomes)) add(outcome, countedIn(by));
    }
  }
  return reasonOf(failures);
}

function lastHours(
  { rollups }: Pick<FactPorts, 'rollups'>,
  { id, tenant, environment }: Pick<Endpoint, 'id' | 'tenant' | 'environment'>,
  nowMs: number,
): Promise<readonly HourRollup[]> {
  const whose = { kind: 'endpoint', tenant, environment, endpoint: id } as const;
  return rollups.readRollups(whose, hourOf(nowMs - HOURS * HOUR_MS), hourOf(nowMs + HOUR_MS));
}

/** Of all attempts of the last hours, milliseconds; undefined if there were too few. */
export async function p95Of(
  ports: Pick<FactPorts, 'rollups'>,
  endpoint: Pick<Endpoint, 'id' | 'tenant' | 'environment'>,
  nowMs: number,
): Promise<number | undefined> {
  const hours = await lastHours(ports, endpoint, nowMs);
  const all = mergedHistogram(...hours.flatMap(({ ok, failed }) => [ok, failed]));
  if (totalIn(all) < ENOUGH) return undefined;
  const p95 = quantile(all, 0.95);
  return p95 === undefined ? undefined : Math.round(p95);
}
