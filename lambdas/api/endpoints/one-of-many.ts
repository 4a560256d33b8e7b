// What became of one of the many that a request is about.
import type * as z from 'zod';
import { log } from '../../adapters/log.ts';
import { Problem, UNKNOWN_END } from '../../core/problem.ts';
import { type problemSchema, problemView } from '../schemas.ts';

/** A problem as one result, its faults by their path in the whole body. A fault of ours is this result's alone. */
export function problemAt(base: string, error: unknown): z.input<typeof problemSchema> {
  if (!(error instanceof Problem)) {
    log.error('one of many failed', error);
    return problemView(new Problem(503, UNKNOWN_END));
  }
  const faults = error.faults.map(({ path, message }) => ({ path: `${base}${path}`, message }));
  return problemView(new Problem(error.status, error.detail, faults));
}
