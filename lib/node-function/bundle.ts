// Bundles all functions with one call of esbuild, and puts what each needs beside its bundle:
// node lib/node-function/bundle.ts <folder>. Each gets a folder in it that is named as its own under lambdas/.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { copyViewer } from '../viewer/copy.ts';
import { writeWeb } from '../web-app/build.ts';

const root = join(import.meta.dirname, '../..');
const lambdas = join(root, 'lambdas');
const onDemand = join(lambdas, 'adapters/on-demand');

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  // Takes the place of the SDK's chain of credential providers.
  alias: { '@aws-sdk/credential-provider-node': join(lambdas, 'adapters/aws/credentials.ts') },
  // Some dependencies are CommonJS and call require for what Node.js has built in.
  banner: {
    js: "import{createRequire as posthornRequire}from'node:module';const require=posthornRequire(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;

/** @param functions folders under lambdas/ */
async function bundle(functions: readonly string[], target: string): Promise<void> {
  await build({
    ...OPTIONS,
    entryPoints: functions.map((name) => ({
      in: join(lambdas, name, 'handler.ts'),
      out: join(name, 'index'),
    })),
    outdir: target,
    sourcemap: 'external',
    sourcesContent: false,
    // undici's second parser is left out, as Node.js leaves it out of its own copy; and its parser without SIMD, for
    // processors that no function of ours runs on.
    define: { esbuildDetection: '1' },
    external: ['#on-demand/*', '*/llhttp-wasm.js'],
  });
  await Promise.all(functions.map((name) => bundleOnDemand(join(target, name))));
}

/** What a bundle loads on demand (`#on-demand/...`) weighs nothing on its start: it is a folder beside it. */
async function bundleOnDemand(folder: string): Promise<void> {
  const text = readFileSync(join(folder, 'index.mjs'), 'utf8');
  const names = new Set([...text.matchAll(/#on-demand\/([\w-]+)/g)].map(([, name]) => `${name}`));
  const entryPoints = [...names].sort().map((name) => join(onDemand, `${name}.ts`));
  const missing = entryPoints.find((file) => !existsSync(file));
  if (missing !== undefined) throw new Error(`${missing} is loaded on demand, and does not exist`);
  if (entryPoints.length === 0) return;
  await build({ ...OPTIONS, entryPoints, outdir: join(folder, 'on-demand'), splitting: true });
  const manifest = { type: 'module', imports: { '#on-demand/*': './on-demand/*.mjs' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

const target = process.argv[2];
if (target === undefined) throw new Error('say the folder for the bundles');
const functions = readdirSync(lambdas).filter((name) =>
  existsSync(join(lambdas, name, 'handler.ts')),
);
await bundle(functions, target);
copyViewer(join(target, 'api'));
await writeWeb(join(target, 'web/site'));
