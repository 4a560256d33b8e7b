// A rollup: the counts and histograms of one hour for one endpoint, event type, tenant or stack. Rollups of several
// hours, or of several endpoints, add up to one of all of them.
import { CAUSES, type Cause } from '../retries/cause.ts';
import { isFinal } from '../retries/outcome.ts';
import { addTo, type Histogram, mergeInto } from './histogram.ts';
import { slotOf } from './hour.ts';
import { type AttemptFacts, type EndFacts, isAttempt, isEnd, type Line } from './line.ts';

/** Attempts of these causes stand apart: they say how we looked for an endpoint, not how it does. */
const APART: readonly Cause[] = ['probe', 'replay'];

export const isApart = (cause: string): boolean => APART.some((one) => one === cause);

/** The cause under which an attempt is counted: all attempts of a run that a replay opened are the replay's. */
export const countedCause = ({ cause, replay }: Pick<AttemptFacts, 'cause'> & Line): Cause =>
  replay && !isApart(cause) ? 'replay' : cause;

export interface OutcomeCount {
  /** Attempts by their cause: see `countedCause`. */
  readonly by: Partial<Record<Cause, number>>;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The event and the endpoint of the last. */
  readonly last: readonly [event: string, endpoint: string];
}

/** Attempts; successes; the sum of their milliseconds; deliveries delivered, dead and cancelled. */
export type Slot = [number, number, number, number, number, number];

/** How many attempts, or successes, took so many milliseconds altogether. */
type Sum = readonly [count: number, ms: number];

export interface Rollup {
  readonly outcomes: Record<string, OutcomeCount>;
  /** By five minutes of the hour; those with something in them. */
  readonly slots: Record<number, Slot>;
  /** Attempts and successes by the attempt's number in its run: see `triesOf`. */
  readonly tries: Record<string, readonly [attempts: number, successes: number]>;
  /** Response times in milliseconds, of attempts that succeeded and of those that failed. */
  readonly ok: Histogram;
  readonly failed: Histogram;
  readonly okMs: number;
  readonly failedMs: number;
  readonly phases: Partial<Record<Phase, Sum>>;
  /** Attempts over a connection that was kept. */
  readonly kept: number;
  /** How runs ended: `delivered`, `dead`, `cancelled`, with a reason `dead:attempts`. */
  readonly ends: Record<string, number>;
  /** The same of runs that replays opened. */
  readonly replayed: Record<string, number>;
  /** Deliveries by the attempts that they needed. */
  readonly needed: Record<string, number>;
  /** Milliseconds from accepting an event to its delivery. */
  readonly took: Histogram;
  readonly tookMs: number;
}

const PHASES = ['dnsMs', 'connectMs', 'tlsMs', 'firstByteMs'] as const;
export type Phase = (typeof PHASES)[number];

type Writable<T> = { -readonly [K in keyof T]: T[K] };
export type OpenRollup = Writable<Rollup>;

export function emptyRollup(): OpenRollup {
  return {
    outcomes: {},
    slots: {},
    tries: {},
    ok: {},
    failed: {},
    okMs: 0,
    failedMs: 0,
    phases: {},
    kept: 0,
    ends: {},
    replayed: {},
    needed: {},
    took: {},
    tookMs: 0,
  };
}

export const TRIES = ['1', '2', '3', '4-5', '6-10', '11-30', '31+'] as const;

export function triesOf(number: number): (typeof TRIES)[number] {
  if (number <= 1) return '1';
  if (number === 2) return '2';
  if (number === 3) return '3';
  if (number <= 5) return '4-5';
  if (number <= 10) return '6-10';
  return number <= 30 ? '11-30' : '31+';
}

export const isSuccessful = (outcome: string): boolean => /^http_2\d\d$/.test(outcome);

/** What a line may tell of: an attempt, how its run ended, or both. */
export type Part = 'attempt' | 'end';

/** What a part of a line adds to a group. */
export function groupCountsOf(line: Line, part: Part): Readonly<Slot> {
  if (part === 'attempt') {
    if (!isAttempt(line) || isApart(countedCause(line)) || isFinal(line.outcome)) return UNCOUNTED;
    return [1, isSuccessful(line.outcome) ? 1 : 0, line.ms, 0, 0, 0];
  }
  if (!isEnd(line) || line.replay) return UNCOUNTED;
  const is = (end: EndFacts['end']) => (line.end === end ? 1 : 0);
  return [0, 0, 0, is('delivered'), is('dead'), is('cancelled')];
}

const UNCOUNTED: Readonly<Slot> = [0, 0, 0, 0, 0, 0];

/** Counts a part of a line. Repeats are the caller's to drop. */
export function count(rollup: OpenRollup, line: Line, part: Part): void {
  if (part === 'attempt' && isAttempt(line)) countAttempt(rollup, line);
  if (part === 'end' && isEnd(line)) countEnd(rollup, line);
}

function countAttempt(rollup: OpenRollup, line: Line & AttemptFacts): void {
  const { outcome, ms } = line;
  const cause = countedCause(line);
  const endedAt = line.at + ms;
  addOutcome(rollup, outcome, {
    by: { [cause]: 1 },
    firstAt: endedAt,
    lastAt: endedAt,
    last: [line.event, line.endpoint],
  });
  if (isApart(cause) || isFinal(outcome)) return;
  const succeeded = isSuccessful(outcome);
  const slot = slotIn(rollup, endedAt);
  slot[0]++;
  if (succeeded) slot[1]++;
  slot[2] += ms;
  addPair(rollup.tries, triesOf(line.attemptInRun), [1, succeeded ? 1 : 0]);
  addTo(succeeded ? rollup.ok : rollup.failed, ms);
  if (succeeded) rollup.okMs += ms;
  else rollup.failedMs += ms;
  for (const phase of PHASES) {
    const took = line[phase];
    if (took !== undefined) addPair(rollup.phases, phase, [1, took]);
  }
  if (line.firstByteMs !== undefined && line.connectMs === undefined) rollup.kept++;
}

function countEnd(rollup: OpenRollup, line: Line & EndFacts): void {
  const { end, reason, endedAt } = line;
  const name = reason === undefined ? end : `${end}:${reason}`;
  if (line.replay) {
    addNumber(rollup.replayed, name, 1);
    return;
  }
  addNumber(rollup.ends, name, 1);
  const slot = slotIn(rollup, endedAt);
  if (end === 'delivered') slot[3]++;
  else if (end === 'dead') slot[4]++;
  else slot[5]++;
  if (end !== 'delivered') return;
  addNumber(rollup.needed, triesOf(line.attempts), 1);
  addTo(rollup.took, Math.max(0, endedAt - line.accepted));
  rollup.tookMs += Math.max(0, endedAt - line.accepted);
}

/** Adds all of the other one; its five minutes are of another hour, and are left out unless it is the same. */
export function mergeRollup(rollup: OpenRollup, other: Rollup, isSameHour = false): void {
  for (const [outcome, counted] of Object.entries(other.outcomes)) {
    addOutcome(rollup, outcome, counted);
  }
  for (const [tries, pair] of Object.entries(other.tries)) addPair(rollup.tries, tries, pair);
  for (const [phase, pair] of Object.entries(other.phases)) addPair(rollup.phases, phase, pair);
  for (const name of ['ends', 'replayed', 'needed'] as const) {
    for (const [key, added] of Object.entries(other[name])) addNumber(rollup[name], key, added);
  }
  for (const name of ['ok', 'failed', 'took'] as const) mergeInto(rollup[name], other[name]);
  for (const name of ['okMs', 'failedMs', 'kept', 'tookMs'] as const) rollup[name] += other[name];
  if (!isSameHour) return;
  for (const [slot, added] of Object.entries(other.slots)) addSlot(rollup.slots, slot, added);
}

/** Of several hours; without their five minutes. */
export function mergedRollup(rollups: readonly Rollup[]): OpenRollup {
  const whole = emptyRollup();
  for (const one of rollups) mergeRollup(whole, one);
  return whole;
}

export function addSlot(slots: Record<string, Slot>, name: string, added: Slot): void {
  const before = slots[name] ?? [0, 0, 0, 0, 0, 0];
  slots[name] = before.map((value, index) => value + (added[index] ?? 0)) as Slot; // as many
}

/** Attempts, and of them successes: without those that stand apart, and without what could not be sent to anybody. */
export function attemptsIn({ outcomes }: Pick<Rollup, 'outcomes'>): [number, number] {
  let attempts = 0;
  let successes = 0;
  for (const [outcome, { by }] of Object.entries(outcomes)) {
    const counted = isFinal(outcome) ? 0 : countedIn(by);
    attempts += counted;
    if (isSuccessful(outcome)) successes += counted;
  }
  return [attempts, successes];
}

/** Of the first attempts of runs: how many there were, and of them successes. */
export function firstsIn({ tries }: Pick<Rollup, 'tries'>): readonly [number, number] {
  return tries['1'] ?? [0, 0];
}

/** Without those that stand apart. */
export function countedIn(by: OutcomeCount['by']): number {
  return CAUSES.reduce((sum, cause) => sum + (isApart(cause) ? 0 : (by[cause] ?? 0)), 0);
}

export function endsIn({ ends }: Pick<Rollup, 'ends'>, state: string): number {
  return Object.entries(ends).reduce(
    (sum, [name, counted]) => sum + (name.split(':', 1)[0] === state ? counted : 0),
    0,
  );
}

function addOutcome(rollup: OpenRollup, outcome: string, added: OutcomeCount): void {
  const before = rollup.outcomes[outcome];
  if (!before) {
    rollup.outcomes[outcome] = added;
    return;
  }
  const by: Partial<Record<Cause, number>> = { ...before.by };
  for (const [cause, counted] of Object.entries(added.by)) addNumber(by, cause, counted);
  // Of several at the same moment the greatest id: whatever the order, the result is the same.
  const isLater =
    added.lastAt > before.lastAt ||
    (added.lastAt === before.lastAt && added.last.join() > before.last.join());
  rollup.outcomes[outcome] = {
    by,
    firstAt: Math.min(before.firstAt, added.firstAt),
    lastAt: Math.max(before.lastAt, added.lastAt),
    last: isLater ? added.last : before.last,
  };
}

function slotIn(rollup: OpenRollup, atMs: number): Slot {
  const slot = slotOf(atMs);
  const found = rollup.slots[slot] ?? [0, 0, 0, 0, 0, 0];
  rollup.slots[slot] = found;
  return found;
}

function addNumber(counts: Partial<Record<string, number>>, name: string, added: number): void {
  counts[name] = (counts[name] ?? 0) + added;
}

function addPair(
  pairs: Partial<Record<string, readonly [number, number]>>,
  name: string,
  [first, second]: readonly [number, number],
): void {
  const before = pairs[name] ?? [0, 0];
  pairs[name] = [before[0] + first, before[1] + second];
}
