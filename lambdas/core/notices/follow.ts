// What is told of one endpoint: a pure rule over what was told, what is seen now, and the time. One notice for a change of
// state, one a day while it lasts, and a recovery only once it has held.
import { type Health, isHeldByHand } from '../health/health.ts';
import { DAY_MS } from '../time.ts';
import { certificatesSeen, type FollowedCertificates } from './certificates.ts';
import { deathsSeen, type FollowedDeaths } from './deaths.ts';
import type { Mark } from './mark.ts';
import { type FollowedSlowness, slownessSeen } from './slowness.ts';
import { REMIND_EVERY_MS, type Seen, type Step, type Told } from './step.ts';

/** So long it may fail before somebody is told, unless so much fails that it trips. */
export const FAILING_AFTER_MS = 15 * 60_000;
/** One event and its first tries again are no outage. */
export const MIN_FAILURES = 3;
/** So long it has to do well before it counts as recovered. */
export const HOLDS_AFTER_MS = 30 * 60_000;
/** While something is told of, or may have to be, it is looked at so often in any case. */
const LOOK_EVERY_MS = 60 * 60_000;
/** A failure or two after so long are forgotten: the next one leaves a mark. */
const UNSURE_ENDS_MS = DAY_MS;

/** An endpoint with something to follow. Times are Unix milliseconds. */
export interface Followed {
  readonly trouble?: Trouble;
  /** It fails, and not for long yet. */
  readonly isUnsure?: true;
  readonly deaths?: FollowedDeaths;
  readonly slowness?: FollowedSlowness;
  readonly certificates?: FollowedCertificates;
  /** The mark that was counted last, and what was in it. */
  readonly counted?: { readonly sinceMs: number; readonly dead: number };
}

/** Something that was told and is not over. */
interface Trouble {
  readonly kind: 'endpoint.failing' | 'endpoint.paused';
  readonly sinceMs: number;
  readonly toldAtMs: number;
  readonly reminders: number;
  /** Since when it does well again. */
  readonly fineSinceMs?: number;
}

export function follow(before: Followed, seen: Seen, nowMs: number): Step<Followed> {
  const { mark } = seen;
  const trouble = troubleSeen(before.trouble, seen, nowMs);
  const isSame = mark !== undefined && before.counted?.sinceMs === mark.sinceMs;
  const died = (mark?.dead ?? 0) - (isSame ? (before.counted?.dead ?? 0) : 0);
  const deaths = deathsSeen(before.deaths, died, nowMs);
  const slowness = slownessSeen(before.slowness, seen, nowMs);
  const certificates = certificatesSeen(before.certificates, mark, seen.due, nowMs);
  const steps = [trouble, deaths, slowness, certificates];
  const looks = steps.flatMap(({ lookAtMs }) => lookAtMs ?? []);
  const after: Followed = {
    ...(trouble.after && { trouble: trouble.after }),
    ...(trouble.isUnsure && { isUnsure: true as const }),
    ...(deaths.after && { deaths: deaths.after }),
    ...(slowness.after && { slowness: slowness.after }),
    ...(certificates.after && { certificates: certificates.after }),
    ...(mark && { counted: { sinceMs: mark.sinceMs, dead: mark.dead ?? 0 } }),
  };
  return {
    after: Object.keys(after).length === 0 ? undefined : after,
    told: steps.flatMap(({ told }) => told),
    lookAtMs: looks.length === 0 ? undefined : Math.min(...looks),
  };
}

/** `unsure`: it fails, and not for long. `held`: a person paused it, and need not be told. */
type Condition = 'fine' | 'unsure' | 'failing' | 'paused' | 'held';

function conditionOf(health: Health, nowMs: number): Condition {
  if (health.state === 'paused') return isHeldByHand(health) ? 'held' : 'paused';
  if (health.state === 'tripped' || health.warned > 0) return 'failing';
  if (health.failures === 0) return 'fine';
  const forMs = nowMs - (health.failingSinceMs ?? nowMs);
  return forMs >= FAILING_AFTER_MS && health.failures >= MIN_FAILURES ? 'failing' : 'unsure';
}

interface TroubleStep extends Step<Trouble> {
  readonly isUnsure?: true;
}

function troubleSeen(before: Trouble | undefined, seen: Seen, nowMs: number): TroubleStep {
  const { health, mark } = seen;
  const condition = conditionOf(health, nowMs);
  if (condition === 'held') return { after: undefined, told: [] };
  if (condition === 'fine') return before ? holding(before, mark, nowMs) : NOTHING;
  if (condition === 'unsure') {
    if (!before) return waitAndSee(seen, nowMs);
    // It does not do well: what was told stands.
    return lasting(withoutFine(before), health, nowMs);
  }
  const kind = condition === 'paused' ? 'endpoint.paused' : 'endpoint.failing';
  const isChange = !before || (kind === 'endpoint.paused' && before.kind !== kind);
  if (!isChange) return lasting(withoutFine(before), health, nowMs);
  const sinceMs = health.failingSinceMs ?? health.sinceMs;
  const after: Trouble = { kind, sinceMs, toldAtMs: nowMs, reminders: 0 };
  return {
    after,
    told: [{ kind, sinceMs, reminders: 0, facts: factsOf(health) }],
    lookAtMs: nowMs + LOOK_EVERY_MS,
  };
}

/** Looked at when it may first be told of, and then no more often than all else. */
function waitAndSee({ health, mark }: Seen, nowMs: number): TroubleStep {
  const sinceMs = health.failingSinceMs ?? nowMs;
  if (mark === undefined && nowMs >= sinceMs + UNSURE_ENDS_MS) return NOTHING;
  const firstMs = sinceMs + FAILING_AFTER_MS;
  return {
    ...NOTHING,
    isUnsure: true,
    lookAtMs: nowMs < firstMs ? firstMs : nowMs + LOOK_EVERY_MS,
  };
}

const NOTHING: Step<Trouble> = { after: undefined, told: [] };

function withoutFine({ fineSinceMs, ...trouble }: Trouble): Trouble {
  return trouble;
}

const factsOf = (health: Health) => ({
  failures: health.failures,
  pausedBy: health.state === 'paused' ? (health.pausedBy ?? null) : null,
});

/** It is told of, and lasts: once a day more. */
function lasting(before: Trouble, health: Health, nowMs: number): Step<Trouble> {
  const remindAtMs = before.toldAtMs + REMIND_EVERY_MS;
  if (nowMs < remindAtMs) {
    return { after: before, told: [], lookAtMs: Math.min(remindAtMs, nowMs + LOOK_EVERY_MS) };
  }
  const after = { ...before, toldAtMs: nowMs, reminders: before.reminders + 1 };
  const { kind, sinceMs, reminders } = after;
  const told = [{ kind, sinceMs, reminders, facts: factsOf(health) }];
  return { after, told, lookAtMs: nowMs + LOOK_EVERY_MS };
}

/** It does well again: it has recovered once that has held. */
function holding(before: Trouble, mark: Mark | undefined, nowMs: number): Step<Trouble> {
  const fineSinceMs = Math.max(before.fineSinceMs ?? nowMs, mark?.failedAtMs ?? 0);
  const holdsAtMs = fineSinceMs + HOLDS_AFTER_MS;
  if (nowMs >= holdsAtMs) {
    const facts = { recoveredAt: new Date(fineSinceMs).toISOString() };
    const { sinceMs } = before;
    const told: Told = { kind: 'endpoint.recovered', sinceMs, reminders: 0, facts };
    return { after: undefined, told: [told] };
  }
  return { after: { ...before, fineSinceMs }, told: [], lookAtMs: holdsAtMs };
}
