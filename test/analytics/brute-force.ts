// What the ledger took, counted from the raw items of each write, by none of the code that is tested.
import type { Item } from '../../lambdas/adapters/aws/dynamodb/client.ts';
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

export function bruteForce(writes: readonly Write[]): Counts {
  const counts: Counts = new Map();
  const seen = new Set<string>();
  const once = (key: string, name: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (const { before, after } of writes) {
    const endpoint = after.pk?.S?.split('#')[2] ?? '';
    const place = `${after.pk?.S} ${after.sk?.S}`;
    const highest = Math.max(0, ...attemptsIn(before).map(([number]) => number));
    for (const [number, , cause, at, ms, outcome] of attemptsIn(after)) {
      if (number <= highest) continue;
      const when = hour(at + ms);
      once(`${when} ${place} ${number}`, `${when} ${endpoint} ${after.ty?.S} ${outcome} ${cause}`);
    }
    const [state, run] = [after.s?.S, after.run?.N];
    if (state === 'waiting' || (before?.s?.S === state && before?.run?.N === run)) continue;
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
