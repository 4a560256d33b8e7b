// Tools in Python, each in a virtual environment of its own under build/, installed once.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD = join(fileURLToPath(new URL('../..', import.meta.url)), 'build');

/** A Python 3 that can make virtual environments, or undefined. */
export function findPython(): string | undefined {
  return ['python3', 'python'].find((name) => {
    const { status } = spawnSync(name, [
      '-c',
      'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)',
    ]);
    return status === 0;
  });
}

interface PythonTool {
  /** Of the package, and of its program. */
  readonly name: string;
  readonly version: string;
  /** What the package is imported as. */
  readonly module: string;
}

/** @returns the folder of the environment's programs */
export function installTool(python: string, { name, version, module }: PythonTool): string {
  const folder = join(BUILD, `${name}-${version}`);
  const programs = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const isComplete = spawnSync(join(programs, 'python'), ['-c', `import ${module}`]).status === 0;
  if (isComplete && existsSync(join(programs, name))) return programs;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(BUILD, { recursive: true });
  console.log(`installing ${name} ${version} into ${folder} ...`);
  execFileSync(python, ['-m', 'venv', folder], { stdio: 'inherit' });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  execFileSync(join(programs, 'python'), [...pip, `${name}==${version}`], { stdio: 'inherit' });
  return programs;
}
