// Where the functions' bundles are.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** In the package they are there, and nothing is bundled: whoever installed it has no esbuild. */
const prebuilt = join(root, 'bundles');

const PREFIX = 'bundles-';
/** No synthesis takes so long. */
const LEFT_AFTER_MS = 3_600_000;

let made: string | undefined;

/** @param folder the function's under lambdas/ */
export function bundleOf(folder: string): string {
  made ??= existsSync(prebuilt) ? prebuilt : makeBundles();
  return join(made, folder);
}

/**
 * Always as deep in the repository: source maps hold paths from the bundle to its sources, and would otherwise say where
 * the repository and the folder for temporary files are. CDK has its copies when this process ends.
 */
function makeBundles(): string {
  const build = join(root, 'build');
  mkdirSync(build, { recursive: true });
  for (const name of readdirSync(build))
    if (isLeft(join(build, name))) rmSync(join(build, name), { recursive: true, force: true });
  const target = mkdtempSync(join(build, PREFIX));
  process.once('exit', () => rmSync(target, { recursive: true, force: true }));
  const program = fileURLToPath(new URL('bundle.ts', import.meta.url));
  execFileSync(process.execPath, [program, target], { stdio: ['ignore', 'ignore', 'inherit'] });
  return target;
}

/** Of a process that was killed. */
function isLeft(folder: string): boolean {
  if (!basename(folder).startsWith(PREFIX)) return false;
  const madeAtMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
  return madeAtMs !== undefined && madeAtMs < Date.now() - LEFT_AFTER_MS;
}
