// Outcomes of attempts for tests.
import fc from 'fast-check';
import {
  FAILURE_KINDS,
  type FailureKind,
  type Outcome,
} from '../../lambdas/core/retries/outcome.ts';

export function answered(status: number, retryAfterMs?: number): Outcome {
  const response = { status, headers: {}, body: '' };
  return {
    kind: 'response',
    response: retryAfterMs === undefined ? response : { ...response, retryAfterMs },
  };
}

export function failed(failure: FailureKind): Outcome {
  return { kind: 'failure', failure, detail: 'as it happens' };
}

export const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: 100, max: 599 }),
      fc.option(fc.integer({ min: -1_000, max: 10_000_000_000 }), { nil: undefined }),
    )
    .map(([status, retryAfterMs]) => answered(status, retryAfterMs)),
  fc.constantFrom(...FAILURE_KINDS).map(failed),
);
