// JSON Schemas (2020-12) as the event-type catalogue takes them: every keyword of the right form, every
// reference to a place in the same schema, and none that refers to itself without descending into the data.
import * as z from 'zod';
import { faultsOf } from '../faults.ts';
import { type Fault, pointer } from '../problem.ts';
import { FORMATS } from './schema/formats.ts';
import { readPattern } from './schema/patterns.ts';

export type JsonSchema = boolean | { readonly [keyword: string]: unknown };
type Path = readonly (string | number)[];

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const MAX_DEPTH = 50;

const count = z.int().min(0);
const names = z
  .array(z.string())
  .refine((list) => new Set(list).size === list.length, 'must not repeat a name');
const types = z.enum(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);
const pattern = z.string().superRefine((source, context) => {
  const read = readPattern(source);
  if (typeof read === 'string') context.addIssue({ code: 'custom', message: read });
});
const unsupported = z.never('is not supported: use "$ref" with a place such as "#/$defs/name"');

const VALUES: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['$schema', z.literal(DRAFT, `must be ${DRAFT}`)],
  [
    '$ref',
    z.string().regex(/^#(\/|$)/, 'must begin with "#/": external references are not supported'),
  ],
  ...[
    '$id',
    '$anchor',
    '$dynamicAnchor',
    '$dynamicRef',
    '$recursiveAnchor',
    '$recursiveRef',
    'id',
  ].map((name) => [name, unsupported] as const),
  ['type', z.union([types, z.array(types).min(1)])],
  ['enum', z.array(z.unknown())],
  ['multipleOf', z.number().positive()],
  ...['maximum', 'minimum', 'exclusiveMaximum', 'exclusiveMinimum'].map(
    (name) => [name, z.number()] as const,
  ),
  ...['Length', 'Items', 'Contains', 'Properties'].flatMap((of) => [
    [`max${of}`, count] as const,
    [`min${of}`, count] as const,
  ]),
  ['pattern', pattern],
  ['uniqueItems', z.boolean()],
  ['required', names],
  ['dependentRequired', z.record(z.string(), names)],
  ['format', z.enum(Object.keys(FORMATS), 'must be one of the formats that are checked')],
]);
const ONE = [
  ...['not', 'if', 'then', 'else', 'items', 'contains', 'additionalProperties'],
  ...['propertyNames', 'unevaluatedItems', 'unevaluatedProperties'],
];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['$defs', 'definitions', 'properties', 'patternProperties', 'dependentSchemas'];
/** All that a schema may say, but for what is passed over. */
export const SCHEMA_KEYWORDS: readonly string[] = [
  ...[...VALUES].flatMap(([name, value]) => (value === unsupported ? [] : [name])),
  ...['const', ...ONE, ...LISTS, ...MAPS],
];
/** These apply to the same part of the data as the schema that contains them. */
const IN_PLACE = ['not', 'if', 'then', 'else', 'allOf', 'anyOf', 'oneOf', 'dependentSchemas'];

/** The faults of a schema; paths are JSON Pointers into it. */
export function faultsOfSchema(schema: unknown): Fault[] {
  const faults: Fault[] = [];
  /** For each schema's place, the schemas that it applies to the same part of the data. */
  const onward = new Map<string, string[]>();
  const references: { readonly path: Path; readonly target: string }[] = [];
  const report = (path: Path, message: string) => faults.push({ path: pointer(path), message });

  function readSchema(value: unknown, path: Path, from?: string): void {
    const at = pointer(path);
    onward.set(at, []);
    if (from !== undefined) onward.get(from)?.push(at);
    if (typeof value === 'boolean') return;
    if (!isObject(value)) return void report(path, 'must be a schema: an object, true or false');
    if (path.length > MAX_DEPTH) return void report(path, 'is nested too deep');
    for (const [keyword, operand] of Object.entries(value)) {
      readKeyword(keyword, operand, [...path, keyword], at);
    }
  }

  function readKeyword(keyword: string, operand: unknown, path: Path, at: string): void {
    const from = IN_PLACE.includes(keyword) ? at : undefined;
    if (ONE.includes(keyword)) {
      readSchema(operand, path, from);
    } else if (LISTS.includes(keyword)) {
      if (!Array.isArray(operand) || operand.length === 0) {
        return void report(path, 'must be a list of one or more schemas');
      }
      for (const [index, entry] of operand.entries()) readSchema(entry, [...path, index], from);
    } else if (MAPS.includes(keyword)) {
      if (!isObject(operand)) return void report(path, 'must be an object of schemas');
      for (const [name, entry] of Object.entries(operand)) {
        readSchema(entry, [...path, name], from);
        const pattern = keyword === 'patternProperties' ? readPattern(name) : undefined;
        if (typeof pattern === 'string') report([...path, name], pattern);
      }
    } else {
      const parsed = VALUES.get(keyword)?.safeParse(operand);
      if (parsed?.error) faults.push(...faultsOf(parsed.error, path));
      else if (keyword === '$ref') {
        const target = pointer(segmentsOf(String(operand)));
        references.push({ path, target });
        onward.get(at)?.push(target);
      }
    }
  }

  readSchema(schema, []);
  for (const { path, target } of references) {
    if (!onward.has(target)) report(path, 'must refer to a schema in this one');
  }
  const endless = endlessPlaceIn(onward);
  if (endless !== undefined) {
    faults.push({ path: endless, message: 'refers to itself without descending into the data' });
  }
  return faults;
}

/** The way that a reference such as `#/$defs/a%20b` leads. */
export function segmentsOf(reference: string): string[] {
  return decoded(reference)
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}

/** A place from which there is a way back to it. */
function endlessPlaceIn(onward: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (place: string): string | undefined => {
    if (open.has(place)) return place;
    if (done.has(place)) return undefined;
    open.add(place);
    for (const next of onward.get(place) ?? []) {
      const found = visit(next);
      if (found !== undefined) return found;
    }
    open.delete(place);
    done.add(place);
    return undefined;
  };
  for (const place of onward.keys()) {
    const found = visit(place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
