// The catalogue's entries: what an event type means, what its data looks like, and whether ingest insists.
import * as z from 'zod';
import { dataSchema, eventTypeSchema } from '../events/event.ts';
import type { JsonSchema } from '../json/schema.ts';

const MAX_SCHEMA_BYTES = 32 * 1024;
const MAX_EXAMPLE_BYTES = 32 * 1024;

export interface EventType {
  readonly name: string;
  readonly description: string;
  /** Of the data. */
  readonly schema?: JsonSchema;
  /** Data as it may come. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** What ingest does with data that does not fit the schema. */
  readonly onMismatch: 'accept' | 'refuse';
  /** Whether it is listed without a key. */
  readonly isPublic: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

const isWithin = (bytes: number) => (value: unknown) =>
  Buffer.byteLength(JSON.stringify(value) ?? '') <= bytes;

/** The form of an entry; whether schema and example go together is checked where schemas are read. */
export const eventTypeInputSchema = z.strictObject({
  description: z
    .string()
    .max(2_000, 'must be at most 2000 characters')
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
    .default(''),
  schema: z
    .custom<JsonSchema>(
      (value) =>
        typeof value === 'boolean' ||
        (typeof value === 'object' && value !== null && !Array.isArray(value)),
      'must be a JSON Schema: an object, true or false',
    )
    .refine(isWithin(MAX_SCHEMA_BYTES), `must be at most ${MAX_SCHEMA_BYTES} bytes of JSON`)
    .meta({ description: 'JSON Schema 2020-12 of the data: an object, true or false.' })
    .optional(),
  example: dataSchema
    .refine(isWithin(MAX_EXAMPLE_BYTES), `must be at most ${MAX_EXAMPLE_BYTES} bytes of JSON`)
    .meta({ type: 'object', description: 'Must match the schema.' })
    .optional(),
  onMismatch: z.enum(['accept', 'refuse']).default('accept'),
  public: z.boolean().default(false),
});
export type EventTypeInput = z.infer<typeof eventTypeInputSchema>;

export const eventTypeNameSchema = eventTypeSchema.meta({ example: 'dossier.created' });
