// What was done to a run: every injected fault with its time and what it touched. The checker may explain
// a duplicate by nothing else.

export const FAULT_KINDS = [
  // The function itself.
  'killed before a call',
  'killed after a call',
  'timed out after a call took effect',
  'timed out after the receiver accepted',
  'whole process killed',
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
  // DynamoDB.
  'throttled',
  'slow',
  'answer of a write lost',
  'write repeated, so that its condition failed',
  'condition failed by another writer',
  'items unprocessed',
  // Scheduler and Secrets Manager.
  'schedule lost',
  'schedule doubled',
  'schedule late',
  'schedule refused by quota',
  'secrets away',
  // Receivers.
  'receiver accepted, answer too late',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** `<event id or *>|<endpoint id or *>`: which delivery, or all of an event or an endpoint. */
export type Subject = string;

export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
  /** Where: a call of a function, a queue, a schedule. */
  readonly site: string;
  readonly subjects: readonly Subject[];
}

const EVENT_ID = /\bevt_[0-9a-z]{26}\b/;
const ENDPOINT_ID = /\bep_[0-9a-z]{26}\b/;

/** What a message is about, read from its text alone. */
export function subjectOf(body: string): Subject {
  return `${EVENT_ID.exec(body)?.[0] ?? '*'}|${ENDPOINT_ID.exec(body)?.[0] ?? '*'}`;
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
