// Builds what a function's bundle loads on demand (`#on-demand/...`) into a folder beside it, so that it weighs nothing
// on its start: node lib/node-function/on-demand.ts <folder of the bundle>
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLING } from './bundling.ts';

const target = process.argv[2];
if (target === undefined) throw new Error('say the folder of the bundle');
const sources = join(import.meta.dirname, '../../lambdas/adapters/on-demand');
const bundle = readFileSync(join(target, 'index.mjs'), 'utf8');
const names = new Set([...bundle.matchAll(/#on-demand\/([\w-]+)/g)].map(([, name]) => `${name}`));
const entryPoints = [...names].sort().map((name) => join(sources, `${name}.ts`));
const missing = entryPoints.find((file) => !existsSync(file));
if (missing !== undefined) throw new Error(`${missing} is loaded on demand, and does not exist`);

if (entryPoints.length > 0) {
  await build({
    ...BUNDLING,
    entryPoints,
    outdir: join(target, 'on-demand'),
    outExtension: { '.js': '.mjs' },
    splitting: true,
  });
  const manifest = { type: 'module', imports: { '#on-demand/*': './on-demand/*.mjs' } };
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest));
}
