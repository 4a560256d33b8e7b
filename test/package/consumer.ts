// A folder outside of the repository with an app in it that has the package, as somebody else would have it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packInto, writePackage } from '../../scripts/package/write.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** @returns the tarball that would be published */
export function packedInto(folder: string): string {
  return packInto(folder, writePackage(join(folder, 'package')));
}

/** The example, without what its package.json names. @returns its folder */
export function exampleIn(folder: string): string {
  const app = join(folder, 'cdk-app');
  cpSync(join(ROOT, 'examples/cdk-app'), app, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|build|cdk\.out)$/.test(path),
  });
  return app;
}

/**
 * Without a registry: the tarball's files, and of our own packages those alone that its package.json names.
 * @returns the installed package
 */
export function installOffline(app: string, tarball: string): string {
  const modules = join(app, 'node_modules');
  const own = join(modules, 'posthorn');
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(own, 'package.json'), 'utf8'),
  );
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    link(name, modules);
  }
  // Of the example's own, for its compiler.
  link('@types/node', modules);
  return own;
}

export function link(name: string, modules: string): void {
  const path = join(modules, name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), path, 'junction');
}

/** Compiles the project of a folder. @returns what the compiler has to say */
export function compile(folder: string, ...args: string[]): string {
  const { stdout } = spawnSync(process.execPath, [TSC, ...args], { cwd: folder, encoding: 'utf8' });
  return stdout;
}

/** The machine's own Node, which is older than ours where there is one, with no other program to be found. */
export function run(folder: string, args: readonly string[], outdir: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const own = folders
    .filter((path) => !path.includes('node_modules'))
    .map((path) => join(path, process.platform === 'win32' ? 'node.exe' : 'node'))
    .find((path) => existsSync(path));
  return execFileSync(own ?? process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: join(folder, 'nothing'), CDK_OUTDIR: outdir },
  });
}
