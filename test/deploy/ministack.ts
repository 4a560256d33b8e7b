// ministack, an AWS that others wrote, in a virtual environment under build/: installed once, started on
// a free port of loopback, ended by its process id.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually } from '../builders/eventually.ts';
import { freePort } from '../builders/free-port.ts';
import { installTool } from './python-tool.ts';

const VERSION = '1.5.33';
const READY_WITHIN_MS = 120_000;
const ENDS_WITHIN_MS = 10_000;

/** @returns the folder of the environment's programs */
export const installMinistack = (python: string): string =>
  installTool(python, { name: 'ministack', version: VERSION, module: 'ministack' });

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
