// Writes what the client takes from docs/openapi.json: types, by openapi-typescript, and which calls take
// an Idempotency-Key. `npm run client:generate` in the folder above installs what this needs and runs it.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../docs/openapi.json', import.meta.url);
const text = readFileSync(source, 'utf8');
const hash = createHash('sha256').update(text).digest('hex');
const head = `// Generated from docs/openapi.json: npm run client:generate\n// sha256 ${hash}\n`;

const ast = await openapiTS(source, { defaultNonNullable: false, emptyObjectsUnknown: true });
write('schema.ts', astToString(ast));

const keyed = Object.entries(JSON.parse(text).paths)
  .filter(([, { post }]) => post?.parameters?.some(({ name }) => name === 'Idempotency-Key'))
  .map(([path]) => `  '${path}',\n`);
write(
  'keyed-posts.ts',
  `/** Creating calls that take an Idempotency-Key: the path of each POST. */\nexport const KEYED_POSTS: readonly string[] = [\n${keyed.join('')}];\n`,
);

function write(name, content) {
  writeFileSync(new URL(`../src/${name}`, import.meta.url), `${head}\n${content}`);
}
