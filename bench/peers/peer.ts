// A service beside which others are measured: started, set up and stopped by the bench.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { PostOrder } from '../outside/process.ts';
import { cpuOfProcess } from '../world.ts';

export interface Peer {
  /** Where and how its events are posted. */
  readonly order: Pick<PostOrder, 'url' | 'key' | 'service'>;
  /** A receiver of one type of events; the request is signed. */
  endpoint(url: string, type: string): Promise<void>;
  /** CPU time in ms so far: of the service's process, and of the stores that it needs beside it. */
  cpuMs(): { readonly server: number; readonly stores: number };
  stop(): Promise<void>;
}

const START_MS = 60_000;
const POLL_MS = 100;

/** Starts the service's process and waits until it answers. */
export async function startServer(
  file: string,
  given: readonly string[],
  env: Readonly<Record<string, string>>,
  healthUrl: string,
): Promise<ChildProcess> {
  const child = spawn(file, given, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const deadline = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(healthUrl).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return child;
    if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`${file} does not answer ${healthUrl}`);
    await delay(POLL_MS);
  }
}

export async function stopServer(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Of the service, and of all processes of these names: nothing else that is measured may use such stores meanwhile. */
export function cpuWithStores(child: ChildProcess, stores: readonly string[]) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const ofStores = pids.filter((pid) => stores.includes(nameOf(pid)));
  return {
    server: cpuOfProcess(child.pid ?? 0),
    stores: ofStores.reduce((sum, pid) => sum + cpuOfProcess(Number(pid)), 0),
  };
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    // It ended meanwhile.
    return '';
  }
}

export async function call(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
