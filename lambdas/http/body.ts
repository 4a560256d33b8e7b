// Reads a request's body and query, with every fault by its path.
import type { z } from 'zod';
import { faultsOf } from '../core/faults.ts';
import { type JsonSource, readJson } from '../core/json/source.ts';
import { Problem } from '../core/problem.ts';
import type { AppContext } from './authentication.ts';

/** Bodies of everything but events. */
export const MAX_BODY_BYTES = 256 * 1024;

interface ReadBody {
  readonly value: unknown;
  readonly source: JsonSource;
}

/** @throws Problem 413, 415 or 400 */
export async function readBody(c: AppContext, maxBytes: number): Promise<ReadBody> {
  const type = c.req.header('Content-Type');
  if (type !== undefined && !/^application\/([\w.+-]+\+)?json *(;|$)/i.test(type)) {
    throw new Problem(415, 'Send JSON, with "Content-Type: application/json".');
  }
  const charset = /; *charset *= *"?([^";]*)/i
    .exec(type ?? '')?.[1]
    ?.trim()
    .toLowerCase();
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw new Problem(415, 'Send the body in UTF-8.');
  }
  if (!['', 'identity'].includes(c.req.header('Content-Encoding')?.toLowerCase() ?? '')) {
    throw new Problem(415, 'Send the body as it is, without Content-Encoding.');
  }
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.length > maxBytes) {
    throw new Problem(
      413,
      `The body has ${bytes.length} bytes, and at most ${maxBytes} are allowed.`,
    );
  }
  const reading = readJson(bytes);
  if (reading.kind === 'unreadable') throw new Problem(400, reading.detail);
  return reading;
}

interface ParsedBody<T> {
  readonly value: T;
  readonly source: JsonSource;
}

const NO_SOURCE: JsonSource = { faults: [], isTooDeep: false, dataTexts: new Map() };

/** A body as its schema has it. @throws Problem 413, 415, 400 or 422 */
export async function parseBody<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  maxBytes: number,
): Promise<ParsedBody<T>> {
  const { value, source } = await readBody(c, maxBytes);
  if (source.isTooDeep) throw refused(source.faults);
  const parsed = schema.safeParse(value);
  const faults = [...source.faults, ...(parsed.success ? [] : faultsOf(parsed.error))];
  if (!parsed.success || faults.length > 0) throw refused(faults);
  return { value: parsed.data, source };
}

/** The same for an optional body: an empty one is read as `{}`. */
export async function parseBodyOrNothing<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  maxBytes: number,
): Promise<ParsedBody<T>> {
  const isEmpty = (await c.req.arrayBuffer()).byteLength === 0;
  return isEmpty ? { value: schema.parse({}), source: NO_SOURCE } : parseBody(c, schema, maxBytes);
}

/** The parameters of the path as their schema has them. @throws Problem 422 */
export function parseParams<T>(c: AppContext, schema: z.ZodType<T>): T {
  return parsedByName(schema, c.req.param());
}

/** The query as its schema has it; faults are named by the parameter. @throws Problem 422 */
export function parseQuery<T>(c: AppContext, schema: z.ZodType<T>): T {
  const repeated = Object.entries(c.req.queries()).filter(([, values]) => values.length > 1);
  if (repeated.length > 0) {
    throw refused(repeated.map(([path]) => ({ path, message: 'is given more than once' })));
  }
  return parsedByName(schema, c.req.query());
}

function parsedByName<T>(schema: z.ZodType<T>, values: unknown): T {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw refused(
    faultsOf(parsed.error).map(({ path, message }) => ({ path: path.replace(/^\//, ''), message })),
  );
}

export function refused(faults: readonly { path: string; message: string }[]): Problem {
  // Text and schema may both tell of one.
  const each = [...new Map(faults.map((fault) => [fault.path + fault.message, fault])).values()];
  const count = each.length === 1 ? 'One fault' : `${each.length} faults`;
  return new Problem(422, `${count}; each is listed with its path.`, each);
}
