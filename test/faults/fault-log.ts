// What was done to a run: every injected fault with its time and what it touched. The checker may explain
// a duplicate by nothing else.
import type { Subject } from '../../local/simulation/system/calls.ts';

export { type Subject, subjectOf } from '../../local/simulation/system/calls.ts';

export const FAULT_KINDS = [
  // The function itself.
  'killed before a call',
  'killed after a call',
  'timed out after a call took effect',
  'timed out after the receiver accepted',
  'timed out, calls being slow',
  'frozen with calls under way',
  'connections broken while frozen',
  'stopped for seconds',
  'stopped for hours',
  'stopped for days',
  'function away',
  'clocks apart',
  // SQS.
  'message twice',
  'message in two functions at once',
  'message late',
  'message out of order',
  'message visible again too early',
  'deletion lost',
  'poison message',
  'send refused',
  'batch partly refused',
  'queue away',
  // DynamoDB.
  'throttled',
  'slow',
  'answer of a write lost',
  'write repeated, so that its condition failed',
  'condition failed by another writer',
  'items unprocessed',
  'table away',
  'index behind by up to a second',
  'index behind by seconds',
  'index behind by up to a minute',
  // Scheduler and Secrets Manager.
  'schedule lost',
  'schedule doubled',
  'schedule late',
  'schedule refused by quota',
  'scheduler away',
  'secrets away',
  // Receivers.
  'receiver accepted, answer too late',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
  /** Where: a call of a function, a queue, a schedule. */
  readonly site: string;
  readonly subjects: readonly Subject[];
}

/** Every event that a request speaks of. */
export function subjectsIn(text: string): Subject[] {
  const ids = text.match(/\bevt_[0-9a-z]{26}\b/g) ?? [];
  return [...new Set(ids)].map((id) => `${id}|*`);
}

export class FaultLog {
  readonly faults: Fault[] = [];

  add(kind: FaultKind, atMs: number, site: string, subjects: readonly Subject[]): void {
    this.faults.push({ kind, atMs, site, subjects });
  }

  counts(): Partial<Record<FaultKind, number>> {
    const counts: Partial<Record<FaultKind, number>> = {};
    for (const { kind } of this.faults) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }
}
