// Shapes that many requests and answers share, as the OpenAPI document names them.
import * as z from 'zod';
import type { Problem } from '../core/problem.ts';
import { ENVIRONMENTS } from '../core/scope.ts';

/** What examples in the OpenAPI document are made of. */
export const EXAMPLE = {
  suffix: '01kg9vhq5pfh9tz4dg5ckhsvhm',
  time: '2026-01-31T09:30:00.000Z',
  later: '2026-01-31T09:30:00.412Z',
} as const;

export const timeSchema = z.iso.datetime().meta({ example: EXAMPLE.time });
export const environmentSchema = z.enum(ENVIRONMENTS).meta({ id: 'Environment' });

/** The id of something, as answers have it. */
export function idOf(prefix: 'evt' | 'ep' | 'key' | 'rpl' | 'ses' | 'sk' | 'tpl') {
  return z.string().meta({ example: `${prefix}_${EXAMPLE.suffix}` });
}
/** A delivery's id is made of its event's and its endpoint's. */
export const deliveryIdSchema = z
  .string()
  .meta({ example: `dlv_${EXAMPLE.suffix}${EXAMPLE.suffix}` });

/** `{id}` in a path. Any text is taken: what is no id is not found, and looks like any other such. */
export const idParams = (prefix: Parameters<typeof idOf>[0]) =>
  z.strictObject({ id: idOf(prefix) });

/** `{data, next}`: a page of a listing. */
export function pageSchema<T extends z.ZodType>(entry: T) {
  const example = entry.meta()?.example;
  return z
    .strictObject({
      data: z.array(entry),
      next: z
        .string()
        .nullable()
        .meta({ description: 'Send it as `cursor` to get the next page; null on the last page.' }),
    })
    .meta(example === undefined ? {} : { example: { data: [example], next: null } });
}

/** A list that is never longer than a page, in the form of one. */
export function wholeListSchema<T extends z.ZodType>(entry: T) {
  const next = z.null().meta({ type: ['string', 'null'], description: 'Always null.' });
  return z.strictObject({ data: z.array(entry), next });
}

/** The body of every error: problem details (RFC 9457), each fault by its path. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(
        z.strictObject({
          path: z.string().meta({
            description: 'A JSON Pointer into the body, or the name of a parameter or header.',
          }),
          message: z.string(),
        }),
      )
      .optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' });

/** A problem as one result among others, where the answer as a whole is none. */
export function problemView(problem: Problem): z.input<typeof problemSchema> {
  return problemSchema.parse(problem.toDocument());
}

export const time = (atMs: number): string => new Date(atMs).toISOString();
