// ministack, an AWS that others wrote, in a virtual environment under build/: installed once, started on
// a free port of loopback, ended by its process id.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually } from '../builders/eventually.ts';
import { freePort } from '../builders/free-port.ts';

const VERSION = '1.5.33';
const READY_WITHIN_MS = 120_000;
const ENDS_WITHIN_MS = 10_000;

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

/** @returns the folder of the environment's programs */
export function installMinistack(python: string, buildDir: string): string {
  const folder = join(buildDir, `ministack-${VERSION}`);
  const programs = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const isComplete = spawnSync(join(programs, 'python'), ['-c', 'import ministack']).status === 0;
  if (isComplete && existsSync(join(programs, 'ministack'))) return programs;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(buildDir, { recursive: true });
  console.log(`installing ministack ${VERSION} into ${folder} ...`);
  execFileSync(python, ['-m', 'venv', folder], { stdio: 'inherit' });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  execFileSync(join(programs, 'python'), [...pip, `ministack==${VERSION}`], { stdio: 'inherit' });
  return programs;
}

export interface Ministack {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startMinistack(programs: string): Promise<Ministack> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Outside of the repository: what it writes there as CommonJS would be an ES module here.
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-ministack-'));
  const log = join(folder, 'ministack.log');
  const output = openSync(log, 'w');
  const child = spawn(join(programs, 'ministack'), [], {
    cwd: folder,
    stdio: ['ignore', output, output],
    env: {
      HOME: folder,
      TMPDIR: folder,
      // Functions run on the first `node` there is: on the one that runs this.
      PATH: `${dirname(process.execPath)}:${programs}:${process.env.PATH}`,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      STATE_DIR: join(folder, 'state'),
      PERSIST_STATE: '0',
    },
  });
  closeSync(output);
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  // Whatever ends this process, the emulator and its functions do not stay behind.
  process.once('exit', () => child.kill('SIGKILL'));
  try {
    await eventually(async () => {
      if (child.exitCode !== null)
        throw new Error(`it did not start:\n${readFileSync(log, 'utf8')}`);
      const health = await fetch(`${url}/_ministack/health`).catch(() => undefined);
      await health?.body?.cancel();
      return health?.ok;
    }, READY_WITHIN_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
