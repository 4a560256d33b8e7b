// What the acceptance tests run against: the embedded runtime as a process of its own, which can be
// killed. A deployed stack is another target with the same face: it only cannot be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../builders/eventually.ts';

export interface Target {
  readonly url: string;
  readonly operatorKey: string;
  /** All that it has printed since its first start. */
  printed(): string;
  /** Ends it at once, with nothing tidied up (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again over the same data; resolves once it says that it is ready. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY_WITHIN_MS = 60_000;

export async function startEmbedded(): Promise<Target> {
  const port = await freePort();
  const operatorKey = `operator-${'0123456789abcdef'.repeat(2)}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-acceptance-'));
  let output = '';
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const seen = output.length;
    const running = spawn(process.execPath, ['local/start.ts'], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(port),
        POSTHORN_OPERATOR_KEY: operatorKey,
        POSTHORN_DATA_DIR: dataDir,
        POSTHORN_LOG_FILE: process.env.POSTHORN_LOG_FILE,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = running;
    for (const stream of [running.stdout, running.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    await eventually(() => {
      if (running.exitCode !== null) throw new Error(`it did not start:\n${output.slice(seen)}`);
      return /^ready\b/m.test(output.slice(seen));
    }, READY_WITHIN_MS);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  }

  const remove = async (): Promise<void> => {
    await end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    operatorKey,
    printed: () => output,
    kill: () => end('SIGKILL'),
    start,
    remove,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
