// Writes build/package and its tarball, the npm package `posthorn`: the construct as JavaScript with declarations, and the functions'
// bundles, so that whoever installs it needs neither esbuild nor our Node.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { parseConfiguration } from '../../lib/configuration.ts';
import { NodeFunction } from '../../lib/node-function/node-function.ts';
import { PosthornStack } from '../../lib/posthorn-stack.ts';
import { npm } from '../npm.ts';
import { inOutdir } from '../outdir.ts';
import { writeNoticesInto } from '../third-party-notices.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PEERS = ['aws-cdk-lib', 'constructs'];

type Versions = Readonly<Record<string, string>>;
interface Manifest {
  readonly version: string;
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
}

function compile(target: string): void {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const project = join(ROOT, 'scripts/package/tsconfig.json');
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', target], { stdio: 'inherit' });
}

/** Those of our own app, as CDK stages them. */
function bundle(target: string): void {
  inOutdir((outdir) => {
    const app = new App({ outdir });
    const stack = new PosthornStack(app, 'Posthorn', { configuration: parseConfiguration({}) });
    app.synth();
    for (const construct of stack.node.findAll()) {
      if (!(construct instanceof NodeFunction)) continue;
      const code = construct.fn.node.findChild('Code');
      if (!(code instanceof Asset)) throw new Error(`${construct.folder} has no bundle`);
      cpSync(join(outdir, code.assetPath), join(target, construct.folder), { recursive: true });
    }
  });
}

/** The packages that compiled code imports, with the versions that it was tested with. */
export function importedPackages(folder: string, { dependencies, devDependencies }: Manifest) {
  const code = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !name.startsWith('bundles'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const names = new Set(
    [...code.matchAll(/^(?:import|export)[^'"]*from '((?:@[\w-]+\/)?[\w][\w.-]*)(?:\/[^']*)?';$/gm)]
      .map(([, name]) => `${name}`)
      .filter((name) => !name.startsWith('node:')),
  );
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const version = dependencies[name] ?? devDependencies[name];
      if (version === undefined) throw new Error(`${name} is imported, and no dependency`);
      return [name, version];
    }),
  );
}

function manifestOf(target: string) {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const imported = Object.entries(importedPackages(target, own));
  return {
    name: 'posthorn',
    version: own.version,
    description: own.description,
    license: own.license,
    type: 'module',
    // From this version on, require() takes ES modules.
    engines: { node: '>=20.19' },
    exports: {
      './cdk': { types: './dist/lib/posthorn.d.ts', default: './dist/lib/posthorn.js' },
      './package.json': './package.json',
    },
    // What TypeScript reads instead of exports with the older moduleResolution node.
    typesVersions: { '*': { cdk: ['./dist/lib/posthorn.d.ts'] } },
    files: ['dist', 'THIRD-PARTY-NOTICES'],
    dependencies: Object.fromEntries(imported.filter(([name]) => !PEERS.includes(name))),
    peerDependencies: Object.fromEntries(
      imported.filter(([name]) => PEERS.includes(name)).map(([name, from]) => [name, `^${from}`]),
    ),
  };
}

/** @returns the folder, ready for `npm pack` or `npm publish` */
export function writePackage(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  const dist = join(folder, 'dist');
  compile(dist);
  bundle(join(dist, 'bundles'));
  const manifest = manifestOf(dist);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  writeNoticesInto(folder);
  cpSync(join(ROOT, 'scripts/package/README.md'), join(folder, 'README.md'));
  return folder;
}

/** @returns the file that would be published, in `folder` */
export function packInto(folder: string, source: string): string {
  const printed = npm(['pack', '--json', '--pack-destination', folder], source);
  const [{ filename }]: readonly [{ filename: string }] = JSON.parse(printed);
  return join(folder, filename);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const build = join(ROOT, 'build');
  console.log(packInto(build, writePackage(join(build, 'package'))));
}
