// Writes what the client takes from docs/openapi.json: types, by openapi-typescript, which calls take
// an Idempotency-Key, and what each operation answers. `npm run client:generate` in the folder above installs what this needs and runs it.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../docs/openapi.json', import.meta.url);
const text = readFileSync(source, 'utf8');
const hash = createHash('sha256').update(text).digest('hex');
const head = `// Generated from docs/openapi.json: npm run client:generate\n// sha256 ${hash}\n`;

const ast = await openapiTS(source, { defaultNonNullable: false, emptyObjectsUnknown: true });
write('schema.ts', astToString(ast));

const { paths, components } = JSON.parse(text);
const keyed = Object.entries(paths)
  .filter(([, { post }]) =>
    post?.parameters?.some(
      ({ name, $ref }) => name === 'Idempotency-Key' || $ref?.endsWith('/IdempotencyKey'),
    ),
  )
  .map(([path]) => `  '${path}',\n`);
write(
  'keyed-posts.ts',
  `/** Creating calls that take an Idempotency-Key: the path of each POST. */\nexport const KEYED_POSTS: readonly string[] = [\n${keyed.join('')}];\n`,
);

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const answers = Object.entries(paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => {
    const good = Object.entries(item[method].responses).filter(([status]) =>
      status.startsWith('2'),
    );
    const shapes = Object.fromEntries(good.map(([status, answer]) => [status, shapeOf(answer)]));
    return `  '${method.toUpperCase()} ${path}': ${JSON.stringify(shapes)},\n`;
  }),
);
write(
  'answers.ts',
  `/** Of a member: the types that it may have. Null: no body. */
export type Shape = Readonly<Record<string, readonly string[]>> | 'text' | null;

/** What each operation answers, by status: enough to know an answer of the service from another. */
export const ANSWERS: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {\n${answers.join('')}};\n`,
);

/** What has an id or a name is known by it: a service of another version may lack a newer member. */
function shapeOf({ content }) {
  if (!content) return null;
  const json = content['application/json'];
  if (!json) return 'text';
  const { properties = {}, required = [] } = resolved(json.schema);
  const known = ['id', 'name'].find((name) => required.includes(name));
  const names = known === undefined ? required : [known];
  return Object.fromEntries(names.map((name) => [name, typesOf(resolved(properties[name]))]));
}

function resolved(schema) {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : resolved(components.schemas[name]);
}

function typesOf({ type, anyOf }) {
  if (anyOf) return anyOf.flatMap((one) => typesOf(resolved(one)));
  return [type ?? 'any'].flat().map((one) => (one === 'integer' ? 'number' : one));
}

function write(name, content) {
  writeFileSync(new URL(`../src/${name}`, import.meta.url), `${head}\n${content}`);
}
