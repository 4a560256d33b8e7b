// Shapes that many answers share, as the OpenAPI document names them.
import { z } from 'zod';
import { ENVIRONMENTS } from '../core/event.ts';

export const timeSchema = z.iso.datetime().meta({ example: '2026-01-31T09:30:00.000Z' });
export const environmentSchema = z.enum(ENVIRONMENTS);

/** `{data, next}`: a page of a listing. */
export function pageSchema<T extends z.ZodType>(entry: T) {
  return z.object({
    data: z.array(entry),
    next: z.string().nullable().meta({ description: 'Send it as `cursor` for the next page.' }),
  });
}

/** The body of every error: problem details (RFC 9457), each fault by its path. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(
        z.object({
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
