// Whether what was seen under a steady load grows with it.
import { median, rounded } from '../report.ts';
import type { Rest, Sample } from './load.ts';

/** Until caches are full and code is compiled, all of it grows. */
const SETTLED_AFTER = 120;

const MAX_RSS_SLOPE = 1.5;
const MAX_FOLDER_RATIO = 2;
const MAX_DRIFT = 1.3;

export interface Verdict {
  readonly what: string;
  readonly found: number;
  readonly limit: number;
  readonly holds: boolean;
}

/** @param liveFolderMb what the data folder takes when it was opened anew */
export function verdictsOf(
  samples: readonly Sample[],
  rest: Rest,
  liveFolderMb: number,
  everySeconds: number,
): Verdict[] {
  // A short run has half of itself to settle.
  const from = Math.min(Math.ceil(SETTLED_AFTER / everySeconds), Math.floor(samples.length / 2));
  const settled = samples.slice(from);
  const events = samples.at(-1)?.events ?? 0;
  const atMost = (what: string, found: number, limit: number): Verdict => ({
    what,
    found: rounded(found),
    limit: rounded(limit),
    holds: found <= limit,
  });
  return [
    atMost('RSS, MB per 1,000 events', slope(settled, 'rss') * 1_000, MAX_RSS_SLOPE),
    atMost('open iterators at rest', rest.openIterators, 0),
    atMost(
      'data folder, times its content',
      (samples.at(-1)?.folder ?? 0) / liveFolderMb,
      MAX_FOLDER_RATIO,
    ),
    atMost('descriptors, last third to first', drift(settled, 'descriptors'), MAX_DRIFT),
    atMost('p99, last third to first', drift(settled, 'p99'), MAX_DRIFT),
    atMost('events that did not arrive', events - Math.min(...rest.received), 0),
    atMost('requests sent twice', Math.max(...rest.received) - events, 0),
  ];
}

/** Least squares, per event. */
export function slope(samples: readonly Sample[], of: 'rss' | 'anonymous'): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(samples.map(({ events }) => events));
  const y = mean(samples.map((one) => one[of]));
  const both = samples.reduce((sum, one) => sum + (one.events - x) * (one[of] - y), 0);
  return both / samples.reduce((sum, { events }) => sum + (events - x) ** 2, 0);
}

/** The median of the last third as a multiple of the first third's. */
function drift(samples: readonly Sample[], of: 'descriptors' | 'p99'): number {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const values = samples.map((one) => one[of]);
  return median(values.slice(-third)) / median(values.slice(0, third));
}
