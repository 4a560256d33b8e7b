// A folder outside of the repository with an app in it that has the package, as somebody else would have it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
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

/** By TypeScript 5, which others have: one that a tool brings. */
export function compileBy5(folder: string, ...args: string[]): string {
  const attw = createRequire(join(ROOT, 'node_modules/@arethetypeswrong/core/package.json'));
  const tsc = join(dirname(attw.resolve('typescript/package.json')), 'bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, ...args], { cwd: folder, encoding: 'utf8' });
  return stdout;
}

/** The machine's own Node, if its version is another than ours. */
export function machinesNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .filter((path) => !path.includes('node_modules'))
    .map((path) => join(path, process.platform === 'win32' ? 'node.exe' : 'node'))
    .filter((path) => existsSync(path))
    .find((path) => {
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
      return version !== process.version;
    });
}

/** By the machine's own Node, or by ours, with no other program to be found. */
export function run(folder: string, args: readonly string[], outdir: string): string {
  return execFileSync(machinesNode() ?? process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: join(folder, 'nothing'), CDK_OUTDIR: outdir },
  });
}
