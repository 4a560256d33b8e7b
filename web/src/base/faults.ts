// What can go wrong with a request, in the words that a person needs.
import type { Problem } from './models.ts';

export type FaultKind =
  | 'offline'
  | 'expired'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'invalid'
  | 'failed';

export class Fault extends Error {
  readonly kind: FaultKind;
  readonly requestId: string | undefined;
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(kind: FaultKind, detail: string, problem?: Partial<Problem>) {
    super(detail);
    this.kind = kind;
    this.requestId = problem?.requestId;
    this.errors = problem?.errors ?? [];
  }
}

export function kindOf(status: number): FaultKind {
  if (status === 401) return 'expired';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'missing';
  if (status === 409 || status === 412) return 'conflict';
  return status === 400 || status === 413 || status === 422 ? 'invalid' : 'failed';
}

const TITLES: Record<FaultKind, string> = {
  offline: 'No connection',
  expired: 'Your session ended',
  forbidden: 'Not for this session',
  missing: 'Not found',
  conflict: 'Somebody else was faster',
  invalid: 'This cannot be done',
  failed: 'Could not be read',
};

export function titleOf(fault: Fault): string {
  return TITLES[fault.kind];
}

export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault('failed', error instanceof Error ? error.message : String(error));
}
