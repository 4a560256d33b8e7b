// The service under measure: the embedded runtime here, its functions where the bench wants them,
// producer and receiver outside.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Runtime, type RuntimeOptions, startRuntime } from '../local/runtime.ts';
import type { Arrival, FromOutside, Posted, PostOrder, ToOutside } from './outside.ts';

export interface World {
  readonly runtime: Runtime;
  /** Two origins. */
  readonly receiverUrls: readonly string[];
  /** Makes an endpoint of the tenant, at the first receiver unless said. @returns its id */
  endpoint(path: string, settings?: object, receiver?: 0 | 1): Promise<string>;
  post(order: Partial<PostOrder> & { readonly count: number }): Promise<Posted[]>;
  arrivals(): Promise<Arrival[]>;
  /** Waits until so many requests arrived, at paths that begin so, and gives them. */
  untilArrived(count: number, withinMs?: number, path?: string): Promise<Arrival[]>;
  /** Those since it was last called. */
  takeArrivals(): Promise<Arrival[]>;
  forgetArrivals(): void;
  /** CPU time in ms that each function's process took since its start; needs isolation `process`. */
  cpuMs(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const TENANT = 'bench';
const POLL_MS = 100;

export async function startWorld(options: Partial<RuntimeOptions> = {}): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-bench-'));
  const runtime = await startRuntime({ dataDir, receiver: false, quiet: true, ...options });
  const child = fork(new URL('./outside.ts', import.meta.url));
  const { receiverUrls } = await told(child, 'ready');

  async function call(
    method: string,
    path: string,
    body: object,
  ): Promise<{ id: string; key: string }> {
    const answer = await fetch(`${runtime.url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${runtime.operatorKey}`,
        'Posthorn-Tenant': TENANT,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id: string; key: string };
  }

  await call('PUT', `/v1/tenants/${TENANT}`, { name: 'Bench' });
  const { key } = await call('POST', '/v1/keys', { preset: 'producer' });
  let orders = 0;
  const ask = (message: ToOutside): boolean => child.send(message);
  const arrivals = async (andForget = false): Promise<Arrival[]> => {
    ask({ ask: 'arrivals', andForget });
    return (await told(child, 'arrivals')).arrivals;
  };

  return {
    runtime,
    receiverUrls,
    endpoint: async (path, settings = {}, receiver = 0) =>
      (
        await call('POST', '/v1/endpoints', {
          url: `${receiverUrls[receiver]}${path}`,
          ...settings,
        })
      ).id,
    async post(order) {
      const defaults = { type: 'dossier.approved', batch: 1, concurrency: 32, dataBytes: 1_000 };
      const number = ++orders;
      ask({ ask: 'post', number, order: { url: runtime.url, key, ...defaults, ...order } });
      return (await told(child, 'posted', (message) => message.number === number)).posted;
    },
    arrivals: () => arrivals(),
    takeArrivals: () => arrivals(true),
    async untilArrived(count, withinMs = 120_000, path = '') {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const seen = (await arrivals()).filter((one) => one.path.startsWith(path));
        if (seen.length >= count) return seen;
        if (Date.now() > deadline) throw new Error(`${seen.length} of ${count} arrived`);
        await delay(POLL_MS);
      }
    },
    forgetArrivals: () => {
      ask({ ask: 'forget' });
    },
    cpuMs: () =>
      new Map(
        [...runtime.functions].map(([name, host]) => [
          shortName(name),
          host.pids.reduce((sum, pid) => sum + cpuOfProcess(pid), 0),
        ]),
      ),
    async close() {
      child.kill('SIGKILL');
      await runtime.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** `Ingest` from the function's name in the template. */
export function shortName(name: string): string {
  return /(Ingest|FanOut|Dispatch|Wake|Sweep|Api|Record|Rollup|Web)/.exec(name)?.[1] ?? name;
}

/** User and system time of a process, all threads: /proc/<pid>/stat, in ticks of 10 ms. */
function cpuOfProcess(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function told<T extends FromOutside['tell']>(
  child: ChildProcess,
  what: T,
  isIt: (message: Extract<FromOutside, { tell: T }>) => boolean = () => true,
): Promise<Extract<FromOutside, { tell: T }>> {
  return new Promise((resolve, reject) => {
    // Only outside.ts writes to this channel.
    const take = (message: FromOutside): void => {
      const wanted = message as Extract<FromOutside, { tell: T }>;
      if (message.tell !== 'failed' && (message.tell !== what || !isIt(wanted))) return;
      child.off('message', take);
      if (message.tell === 'failed') reject(new Error(message.message));
      else resolve(wanted);
    };
    child.on('message', take);
  });
}
