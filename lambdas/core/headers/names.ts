// Header names: which are valid, which belong to the transport, and renaming.
import * as z from 'zod';

/** RFC 9110, section 5.1. */
export const anyHeaderNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'is not a valid header name');

/** A name that something may be sent under. */
export const headerNameSchema = anyHeaderNameSchema.refine(
  (name) => !isTransportHeader(name),
  'is a header of the transport',
);

/** Printable ASCII without space at the ends (RFC 9110, section 5.5). */
export const headerValueSchema = z
  .string()
  .max(4096, 'must be at most 4096 characters')
  .regex(/^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$|^$/, 'must be printable ASCII');

/** Transport headers, and those that Posthorn sets itself: nothing may replace them. */
const TRANSPORT_HEADERS = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]);

export function isTransportHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return TRANSPORT_HEADERS.has(lower) || lower.startsWith('proxy-');
}

/** Old names to new ones, in any spelling of the old; a header's new name is spelled as given. */
type Renames = Readonly<Record<string, string>>;

export function renamed(headers: Headers, renames: Renames | undefined): Headers {
  if (!renames) return headers;
  const newNames = new Map(
    Object.entries(renames).map(([from, to]) => [from.toLowerCase(), to] as const),
  );
  return headers.map(([name, value]) => [newNames.get(name.toLowerCase()) ?? name, value]);
}

/** Header names and values in the order and spelling in which they are sent. */
export type Headers = readonly (readonly [name: string, value: string])[];
