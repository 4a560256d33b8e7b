// What the ledger took, counted from the raw items of each write, by none of the code that is tested.
import type { Item } from '../../lambdas/adapters/aws/dynamodb/client.ts';
import type { Line } from '../../lambdas/core/analytics/line.ts';
import type { Write } from './stream.ts';

/** `<hour> <endpoint> <type> <outcome> <cause>`, and `<hour> <endpoint> <type> <end>:<reason>` with `replay` or not. */
export type Counts = Map<string, number>;

const hour = (ms: number): string => new Date(ms).toISOString().slice(0, 13);

/** Number, run, cause, time, duration, outcome. */
type Packed = [number, number, string, number, number, string];

const attemptsIn = (item: Item | undefined): Packed[] =>
  (item?.a?.L ?? []).map(({ S }) => JSON.parse(S ?? ''));

function endOf(item: Item): number {
  const [, , , at, ms] = attemptsIn(item).at(-1) ?? [0, 0, '', Number(item.at?.N), 0];
  if (item.ea) return Number(item.ea.N);
  if (item.s?.S === 'dead' && item.why?.S === 'deadline' && item.due) return Number(item.dl?.N);
  if (item.s?.S === 'cancelled' && item.rd) return Number(item.rd.N);
  return Number(at) + Number(ms);
}

/** Attempts of a run that a replay opened are the replay's, whatever they were made for. */
const causeOf = (item: Item, cause: string): string =>
  item.rpl && cause !== 'probe' ? 'replay' : cause;

/** An attempt by its number, or the end of a run. */
type Fact = `${number}` | `${number} ${string}`;

/** @param isGone whether nobody can count it, though the ledger took it */
export function bruteForce(
  writes: readonly Write[],
  isGone: (write: Write, fact: Fact) => boolean = () => false,
): Counts {
  const counts: Counts = new Map();
  const seen = new Set<string>();
  const once = (key: string, name: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (const write of writes) {
    const { before, after } = write;
    const endpoint = after.pk?.S?.split('#')[2] ?? '';
    const place = `${after.pk?.S} ${after.sk?.S}`;
    const highest = Math.max(0, ...attemptsIn(before).map(([number]) => number));
    for (const [number, , cause, at, ms, outcome] of attemptsIn(after)) {
      if (number <= highest || isGone(write, `${number}`)) continue;
      const when = hour(at + ms);
      once(
        `${when} ${place} ${number}`,
        `${when} ${endpoint} ${after.ty?.S} ${outcome} ${causeOf(after, cause)}`,
      );
    }
    const [state, run] = [after.s?.S, after.run?.N];
    if (state === 'waiting' || (before?.s?.S === state && before?.run?.N === run)) continue;
    if (isGone(write, `${Number(run)} ${state}`)) continue;
    const when = hour(endOf(after));
    const reason = after.why ? `${state}:${after.why.S}` : state;
    const whose = after.rpl ? 'replay' : 'own';
    once(
      `${when} ${place} ${run} ${state}`,
      `${when} ${endpoint} ${after.ty?.S} ${reason} ${whose}`,
    );
  }
  return counts;
}

/**
 * What stands nowhere any more, of writes that record did not see in time: attempts that dropped out of their list, and ends
 * of runs that another one followed.
 * @param archived lines that came into the archive all the same
 * @param latest items by `placeOf`
 */
export function goneOf(
  lost: readonly Write[],
  archived: Iterable<Line>,
  latest: ReadonlyMap<string, Item>,
): (write: Write, fact: Fact) => boolean {
  const unseen = new Set(lost);
  const there = new Set<string>();
  for (const { endpoint, event, attempt, run, end } of archived) {
    there.add(`${endpoint} ${event} ${attempt}`).add(`${endpoint} ${event} ${run} ${end}`);
  }
  return (write, fact) => {
    if (!unseen.has(write) || there.has(`${placeOf(write)} ${fact}`)) return false;
    const item = latest.get(placeOf(write));
    const numbers = attemptsIn(item).map(([number]) => `${number}`);
    return !numbers.includes(fact) && fact !== `${Number(item?.run?.N)} ${item?.s?.S}`;
  };
}

/** Endpoint and event. */
export const placeOf = ({ after }: Write): string => `${after.pk?.S?.split('#')[2]} ${after.sk?.S}`;
