// JSON Schemas (2020-12, as OpenAPI 3.1 has them) of what operations take and answer, by zod's own
// generator: what has a name (`.meta({ id })`) becomes a component, and everything else is inlined.
import * as z from 'zod';

type JsonSchema = { [member: string]: unknown };
/** Of what is asked, defaults may be left out; of what is answered, they may not. */
type Direction = 'input' | 'output';

const DEFINITION = '"#/$defs/';
const COMPONENT = '"#/components/schemas/';

/** @returns makes the schemas, and gives the components that they refer to */
export function createJsonSchemas() {
  const named = { input: new Map<string, string>(), output: new Map<string, string>() };

  function schemaOf(schema: z.ZodType, direction: Direction): JsonSchema {
    const { $defs = {}, properties } = z.toJSONSchema(z.object({ it: schema }), {
      io: direction,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => tidy(zodSchema, jsonSchema),
    });
    for (const [id, definition] of Object.entries($defs)) {
      const { id: _, example: __, ...rest } = definition;
      const text = JSON.stringify(rest);
      const before = named[direction].get(id);
      if (before !== undefined && before !== text) throw new Error(`two schemas are named ${id}`);
      named[direction].set(id, text);
    }
    // Examples are beside schemas, not in them.
    const { example: _, ...rest } = Object(properties?.it);
    return withReferences(JSON.stringify(rest), direction);
  }

  /** What is asked has a name of its own where the same thing is answered in another form. */
  function nameOf(id: string, direction: Direction): string {
    return direction === 'output' || !named.output.has(id) || isOneSchema(id) ? id : `${id}Input`;
  }

  /** Whether it is asked as it is answered, with all that it refers to. @param above those that refer to it */
  function isOneSchema(id: string, above: readonly string[] = []): boolean {
    const text = named.input.get(id) ?? '';
    if (text !== named.output.get(id)) return false;
    const referred = [...text.matchAll(/"#\/\$defs\/([^"]+)"/g)].map(([, inner = '']) => inner);
    return referred.every((inner) => above.includes(inner) || isOneSchema(inner, [...above, id]));
  }

  /** References are named once all schemas are known: until then they say their direction. */
  function withReferences(text: string, direction: Direction): JsonSchema {
    return JSON.parse(text.replaceAll(DEFINITION, `"${direction}:`));
  }

  /** The document with the components in it, and every reference by its last name. */
  function resolve<T extends object>(document: T): T & { components: { schemas: object } } {
    const schemas: Record<string, JsonSchema> = {};
    for (const direction of ['output', 'input'] as const) {
      for (const [id, text] of named[direction]) {
        schemas[nameOf(id, direction)] = withReferences(text, direction);
      }
    }
    const components = 'components' in document ? document.components : {};
    const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
    const whole = { ...document, components: { ...Object(components), schemas: sorted } };
    const text = JSON.stringify(whole).replaceAll(
      /"\$ref":"(input|output):([^"]+)"/g,
      (_, direction: Direction, id: string) => `"$ref":${COMPONENT}${nameOf(id, direction)}"`,
    );
    return JSON.parse(text, besideReference);
  }

  return { schemaOf, resolve };
}

/** Generators of clients take no default beside a reference: its description says it. */
function besideReference(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$ref' in value && 'default' in value)) {
    return value;
  }
  const { default: standard, ...rest } = value;
  return { ...rest, description: `Unless said, ${JSON.stringify(standard)}.` };
}

/** Leaves out what says nothing: bounds of whole numbers, and the pattern of a format or of a number in a query. */
function tidy(schema: z.core.$ZodTypes, json: z.core.JSONSchema.BaseSchema): void {
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.format === 'date-time' || json.type === 'integer') delete json.pattern;
  // Some generators take a number without a format for one of 32 bits.
  if ([json.type].flat().includes('number')) json.format = 'double';
  // zod leaves out defaults of what is read from text.
  const stated = z.globalRegistry.get(schema)?.default;
  if (stated !== undefined) json.default = stated;
  if (schema._zod.def.type === 'string' && String(json.pattern).endsWith('/u')) {
    throw new Error('a pattern with flags cannot be documented');
  }
  // What a record's keys may be is text anyway.
  if (JSON.stringify(json.propertyNames) === '{"type":"string"}') delete json.propertyNames;
}
