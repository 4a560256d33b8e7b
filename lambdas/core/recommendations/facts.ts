// What recommendations are made of, and what they are.
import type { Groups } from '../analytics/counting.ts';
import { mergedHistogram, quantile, totalIn } from '../analytics/histogram.ts';
import { attemptsIn, countedIn, firstsIn, type Rollup, type Slot } from '../analytics/rollup.ts';
import type { RetryPolicy } from '../retries/delays.ts';
import { isFinal } from '../retries/outcome.ts';

export interface Facts {
  /** The last week. */
  readonly now: Rollup;
  /** The week before it. */
  readonly before: Rollup;
  /** What was answered last: see lately.ts. */
  readonly lately: Rollup;
  /** Five minutes each, of the last week. */
  readonly slots: readonly Slot[];
  readonly types: Groups;
  readonly settings: {
    readonly timeoutMs: number;
    readonly maxPerSecond?: number | undefined;
    readonly retryPolicy: RetryPolicy;
  };
  /** As many hours before and after a change of settings, if there is one to look at. */
  readonly change?: { readonly before: Rollup; readonly after: Rollup } | undefined;
}

/** A part of the body of PATCH /v1/endpoints/{id}. */
export interface Change {
  readonly timeoutMs?: number;
  readonly maxPerSecond?: number;
  readonly retryPolicy?: RetryPolicy | 'forty-days';
}

export interface Recommendation {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'critical';
  /** What it rests on, in numbers. */
  readonly evidence: Readonly<Record<string, number | string>>;
  readonly advice: string;
  /** Absent where settings alone help nothing. */
  readonly change?: Change;
}

export type Rule = (facts: Facts) => Recommendation | undefined;

/** Below so many attempts a share of some percent says nothing. */
export const ENOUGH = 200;
export const SOME = 20;

export const attemptsOf = (rollup: Rollup): number => attemptsIn(rollup)[0];

export function successRateOf(rollup: Rollup): number {
  const [attempts, successes] = attemptsIn(rollup);
  return attempts === 0 ? 0 : successes / attempts;
}

/** The share of attempts that were not the first of their run. */
export function retryShareOf(rollup: Rollup): number {
  const attempts = attemptsOf(rollup);
  return attempts === 0 ? 0 : (attempts - firstsIn(rollup)[0]) / attempts;
}

/** How many attempts had one of these outcomes. */
export function withOutcome({ outcomes }: Rollup, ...names: readonly string[]): number {
  return names.reduce((sum, name) => sum + countedIn(outcomes[name]?.by ?? {}), 0);
}

/** How many requests there were, and how many had one of these outcomes: to probes and replays it answers as to others. */
export function answersIn({ outcomes }: Rollup, ...names: readonly string[]): number {
  const counted = Object.entries(outcomes)
    .filter(([name]) => (names.length === 0 ? !isFinal(name) : names.includes(name)))
    .flatMap(([, { by }]) => Object.values(by));
  return counted.reduce((sum, number) => sum + number, 0);
}

/** The outcome of the last request, probes and replays too. */
export function lastOutcome({ outcomes }: Rollup): string | undefined {
  const sent = Object.entries(outcomes).filter(([name]) => !isFinal(name));
  const [last] = sent.sort(([, a], [, b]) => b.lastAt - a.lastAt);
  return last?.[0];
}

/** Of successes, milliseconds; 0 if there are none. */
export const okMs = ({ ok }: Rollup, share: number): number => quantile(ok, share) ?? 0;

/** Of all attempts. */
export function allMs({ ok, failed }: Rollup, share: number): number {
  return quantile(mergedHistogram(ok, failed), share) ?? 0;
}

export const successesOf = ({ ok }: Rollup): number => totalIn(ok);

export const percent = (share: number): number => Math.round(share * 1_000) / 10;

/** More than half of them are not below it, and the lower one of two. @param values at least one */
export function lowerMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
