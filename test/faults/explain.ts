// Which fault made a request go out twice: one fault explains one request more of a delivery, and no other.
import type { Arrival, Subscriber } from './evidence.ts';
import type { Fault, FaultKind } from './fault-log.ts';

/** A request that the receiver had seen before. */
export interface Repeat {
  readonly arrival: Arrival;
  readonly before: Arrival;
  readonly what: string;
}

/** What can make a request go out twice. What only delays or refuses cannot. */
const EXPLAINING: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'killed before a call',
  'killed after a call',
  'timed out after a call took effect',
  'timed out after the receiver accepted',
  'timed out, calls being slow',
  'stopped for seconds',
  'stopped for hours',
  'stopped for days',
  'message twice',
  'message in two functions at once',
  'message visible again too early',
  'deletion lost',
  'throttled',
  'slow',
  'frozen with calls under way',
  'connections broken while frozen',
  'answer of a write lost',
  'items unprocessed',
  'table away',
  'queue away',
]);
/** A lease lasts the request's timeout and this. */
const LEASE_MARGIN_MS = 5_000;
/** From a function's call for a delivery to its request, or back. */
const UNDER_WAY_MS = 3_000;

/** @returns for each repeat what explains it */
export function explain(
  faults: readonly Fault[],
  key: string,
  repeats: readonly Repeat[],
  subscribers: ReadonlyMap<string, Subscriber>,
): (FaultKind | undefined)[] {
  const [eventId] = key.split('|');
  const touches = ({ subjects }: Fault): boolean =>
    subjects.includes(key) || subjects.includes(`${eventId}|*`) || subjects.includes('*|*');
  const candidates = faults.filter((fault) => EXPLAINING.has(fault.kind) && touches(fault));
  const mayExplain = repeats.map(({ arrival, before }) =>
    candidates.flatMap(({ atMs, subjects, kind }, index) => {
      if (atMs > arrival.atMs) return [];
      // What struck everything, or a call that ended at last, can only have repeated what was under way.
      const isRecent = atMs >= before.atMs - UNDER_WAY_MS;
      return !subjects.includes('*|*') || isRecent || kind === 'clocks apart' ? [index] : [];
    }),
  );
  const explained = matching(mayExplain);
  const apart = faults.some(({ kind }) => kind === 'clocks apart');
  return repeats.map(({ arrival, before }, index) => {
    const fault = explained[index];
    if (fault !== undefined) return candidates[fault]?.kind;
    // A clock that is ahead sees a lease as over that is not.
    const timeoutMs = subscribers.get(arrival.endpointId)?.timeoutMs ?? 0;
    const isInLease = arrival.atMs - before.atMs <= timeoutMs + LEASE_MARGIN_MS;
    return isInLease && apart ? 'clocks apart' : undefined;
  });
}

/** A largest matching: for each of the first its partner among the second, of those that it may have. */
function matching(mayHave: readonly (readonly number[])[]): (number | undefined)[] {
  const takenBy = new Map<number, number>();
  const tryToMatch = (one: number, seen: Set<number>): boolean => {
    // The latest first: that is the likeliest cause.
    for (const other of (mayHave[one] ?? []).toReversed()) {
      if (seen.has(other)) continue;
      seen.add(other);
      const holder = takenBy.get(other);
      if (holder !== undefined && !tryToMatch(holder, seen)) continue;
      takenBy.set(other, one);
      return true;
    }
    return false;
  };
  for (const one of mayHave.keys()) tryToMatch(one, new Set());
  const found: (number | undefined)[] = mayHave.map(() => undefined);
  for (const [other, one] of takenBy) found[one] = other;
  return found;
}
