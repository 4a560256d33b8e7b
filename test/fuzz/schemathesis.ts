// schemathesis, a property-based fuzzer for APIs, in a Python environment of its own under build/.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '4.32.5';
const FOLDER = import.meta.dirname;
const ROOT = join(FOLDER, '../..');
const VENV = join(ROOT, 'build', `schemathesis-${VERSION}`);
const PROGRAM = join(VENV, 'bin', 'schemathesis');

export class NoPythonError extends Error {}

/** Makes the environment where it is missing. @throws NoPythonError */
export function install(): void {
  if (existsSync(PROGRAM)) return;
  const python = ['python3', 'python'].find((name) => {
    const program = 'import sys, venv; sys.exit(sys.version_info < (3, 10))';
    return spawnSync(name, ['-c', program]).status === 0;
  });
  if (python === undefined) {
    throw new NoPythonError(
      'npm run test:fuzz needs Python 3.10 or newer with its module venv (https://www.python.org/downloads/)',
    );
  }
  console.log(`installing schemathesis ${VERSION} into build/, once ...`);
  run(python, ['-m', 'venv', VENV]);
  run(join(VENV, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} failed${error ? `: ${error.message}` : ''}`);
}

export interface Pass {
  readonly url: string;
  /** The file of the OpenAPI document. */
  readonly document: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly examples: number;
  readonly seed: number;
  /** Further arguments, such as filters. */
  readonly more: readonly string[];
}

/** @returns whether nothing was found */
export async function fuzz(pass: Pass): Promise<boolean> {
  const { url, document, headers, examples, seed, more } = pass;
  const args = [
    ['--config-file', join(FOLDER, 'schemathesis.toml'), 'run', document, '--url', url],
    ['--max-examples', String(examples), '--seed', String(seed), '--continue-on-failure'],
    Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    more,
  ].flat();
  const child = spawn(PROGRAM, args, {
    cwd: join(ROOT, 'build'),
    env: {
      ...process.env,
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: FOLDER,
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  return code === 0;
}
