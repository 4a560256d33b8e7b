// A server under test: a process of its own, and what it printed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../builders/eventually.ts';
import { freePort } from '../builders/free-port.ts';
import type { Command } from './toolchain.ts';

export interface Server {
  readonly port: number;
  /** What it said that it processed, oldest first. */
  processed(): string[];
  printed(): string;
  /** Whether its inbox remembers that everything was processed: what was not is processed again after a crash. */
  isAtRest(): boolean;
  /** Whether it runs. */
  isAlive(): boolean;
  /** Kills it, and starts it again over the same inbox. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const STARTS_WITHIN_MS = 60_000;
/** The names of events' files; there are drafts and keys beside them. */
const ID_HASH = /^[0-9a-f]{64}$/;

export async function startServer(
  command: Command,
  environment: Readonly<Record<string, string>>,
): Promise<Server> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), 'posthorn-receiver-'));
  const inbox = path.join(folder, 'inbox');
  let printed = '';
  let child: ChildProcess | undefined;
  async function start(): Promise<void> {
    const running = spawnServer(command, {
      ...environment,
      PORT: String(port),
      INBOX: inbox,
    });
    child = running;
    for (const stream of [running.stdout, running.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    await eventually(() => {
      if (running.exitCode !== null) throw new Error(`it did not start:\n${printed}`);
      return isListening(port);
    }, STARTS_WITHIN_MS);
  }
  const stop = async (): Promise<void> => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  };
  const server: Server = {
    port,
    processed: () => [...printed.matchAll(/^processed (.*)$/gm)].map(([, id = '']) => id),
    printed: () => printed,
    isAtRest: () =>
      readdirSync(inbox)
        .filter((name) => ID_HASH.test(name))
        .every((name) => sizeOf(path.join(inbox, name)) === 0),
    isAlive: () => child?.exitCode === null && child.signalCode === null,
    async restart() {
      await stop();
      await start();
    },
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** @returns how it ended; null if it runs after half a minute, and is killed */
export async function exitCodeOf(
  command: Command,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number | null> {
  const child = spawnServer(command, { ...environment, PORT: String(await freePort()) });
  child.stdout?.resume();
  child.stderr?.resume();
  const timeout = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [code] = await once(child, 'exit');
  clearTimeout(timeout);
  return code;
}

/** Its own environment without what is undefined, and nothing else of ours. */
function spawnServer(
  { program, args, env }: Command,
  environment: Readonly<Record<string, string | undefined>>,
): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(program, args, {
    cwd: tmpdir(),
    env: { PATH, HOME, ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** @returns 0 if it is gone */
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
