// Issues are failures of one outcome at one endpoint. A mark says that somebody looks after one, or wants to hear no more
// of it for a while. Another outcome at the same endpoint is another issue, which no mark of this one covers.
import type { Scope } from '../scope.ts';
import { DAY_MS } from '../time.ts';

/** Of a tenant in one environment. */
export const MAX_MARKS = 100;
/** As JSON: DynamoDB takes no item of more than 400 KB. */
const MAX_BYTES = 390_000;
export const MAX_MARKED_MS = 30 * DAY_MS;

export const MARK_STATES = ['acknowledged', 'muted'] as const;

export interface IssueMark {
  readonly endpointId: string;
  readonly outcome: string;
  readonly state: (typeof MARK_STATES)[number];
  readonly reason: string;
  /** Who said so. */
  readonly by: string;
  /** Whether that is one of the operator's people. Marks of older code do not tell, and are taken for theirs. */
  readonly isOperators?: boolean;
  readonly atMs: number;
  /** From then on the issue is open again. */
  readonly untilMs: number;
}
export type IssueMarks = readonly IssueMark[];

export interface IssueMarkStore {
  /** Those whose time is over too. */
  getIssueMarks(scope: Scope): Promise<IssueMarks>;
  /** @returns false if others stand there by now */
  replaceIssueMarks(scope: Scope, before: IssueMarks, after: IssueMarks): Promise<boolean>;
}

type Issue = Pick<IssueMark, 'endpointId' | 'outcome'>;

/** Those that hold. */
export function marksAt(marks: IssueMarks, nowMs: number): IssueMarks {
  return marks.filter(({ untilMs }) => untilMs > nowMs);
}

/**
 * What is to be kept once an issue has this mark, or none.
 * @returns undefined if there would be too many
 */
export function marksWith(
  marks: IssueMarks,
  { endpointId, outcome }: Issue,
  mark: IssueMark | undefined,
  nowMs: number,
): IssueMarks | undefined {
  const others = marksAt(marks, nowMs).filter(
    (one) => one.endpointId !== endpointId || one.outcome !== outcome,
  );
  const all = mark === undefined ? others : [...others, mark];
  const isFull = all.length > MAX_MARKS || Buffer.byteLength(JSON.stringify(all)) > MAX_BYTES;
  return isFull ? undefined : all;
}
