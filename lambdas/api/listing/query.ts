// The query of every listing: how many, from where on, and between which times.

import * as z from 'zod';
import { defined } from '../../core/defined.ts';
import { instantMs, instantSchema } from '../../core/instant.ts';
import type { Page, TimeRange } from '../../core/listing.ts';
import { refused } from '../../http/body.ts';
import { cutPage } from './filtered-page.ts';

const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 100;

/** In digits alone: JavaScript would take `1e1`, `0x10`, ` 5` and nothing at all for numbers. */
export const limitParameter = (max: number, byDefault: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(1, 'must be at least 1').max(max, `must be at most ${max}`))
    .default(byDefault)
    .meta({ type: 'integer', minimum: 1, maximum: max, default: byDefault });

export const limitShape = { limit: limitParameter(MAX_LIMIT, DEFAULT_LIMIT) };

export const NO_CURSOR = 'is not a cursor of this listing';

/** Cursors are the last entry's id in base64url, so that nobody builds on their form. */
export const cursorOf = (id: string): string => Buffer.from(id).toString('base64url');

export function cursorParameter(isCursor: (id: string) => boolean) {
  const text = z.string().meta({ minLength: 1, pattern: '^[A-Za-z0-9_-]+$' });
  return text.transform((cursor, context) => {
    const id = Buffer.from(cursor, 'base64url').toString('latin1');
    if (isCursor(id) && cursorOf(id) === cursor) return id;
    context.addIssue({ code: 'custom', message: NO_CURSOR });
    return z.NEVER;
  });
}

export function pageShape(isCursor: (id: string) => boolean) {
  return { ...limitShape, cursor: cursorParameter(isCursor).optional() };
}

const millisecondsOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : instantMs(time);

export const rangeShape = { since: instantSchema.optional(), until: instantSchema.optional() };

/** @throws Problem 422 if it ends before it begins */
export function rangeOf(query: {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): TimeRange {
  const sinceMs = millisecondsOf(query.since);
  const untilMs = millisecondsOf(query.until);
  if (sinceMs !== undefined && untilMs !== undefined && untilMs <= sinceMs) {
    throw refused([{ path: 'until', message: 'must be after since' }]);
  }
  return defined({ sinceMs, untilMs });
}

/** A page of what is shown already. */
export function pageView<V>({ entries, next }: Page<V>): { data: V[]; next: string | null } {
  return { data: [...entries], next: next === undefined ? null : cursorOf(next) };
}

/** As much of a page as an answer may hold. */
export function listView<T extends { readonly id: string }, V>(
  { entries, next }: Page<T>,
  view: (entry: T) => V,
) {
  const found = entries.map((entry) => ({ id: entry.id, view: view(entry) }));
  return pageView(cutPage(found, found.length, next));
}
