// How event-type patterns are written.
import * as z from 'zod';
import { MAX_EVENT_TYPE_LENGTH } from '../events/event.ts';

export const MAX_PATTERNS = 100;

/**
 * A pattern is a dotted name whose segments may be `*`:
 * `*` inside stands for exactly one segment, `*` at the end for one or more, `**` anywhere for any
 * number of segments. `*` and `**` alone match every event. Types under `posthorn.` are matched by patterns only that
 * begin with it.
 */
export const patternSchema = z
  .string()
  .max(MAX_EVENT_TYPE_LENGTH, `must be at most ${MAX_EVENT_TYPE_LENGTH} characters`)
  .regex(
    /^([A-Za-z0-9_-]+|\*{1,2})(\.([A-Za-z0-9_-]+|\*{1,2}))*$/,
    'must be an event type or a pattern with * for a segment, such as identity_document.*',
  );
