// The service under measure: the embedded runtime here, its functions where the bench wants them,
// producer and receiver outside.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Isolation } from '../local/functions/body.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../local/runtime.ts';
import { startApart } from './apart/emulators.ts';
import { startOutside } from './outside/driver.ts';
import type { Arrival, Posted, PostOrder } from './outside/process.ts';
import { TENANT } from './outside/services.ts';

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

export interface WorldOptions extends Partial<RuntimeOptions> {
  /** Where the emulators of SQS and DynamoDB run. @default thread, as with npm start */
  readonly emulators?: Isolation;
}

export async function startWorld({ emulators, ...options }: WorldOptions = {}): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-bench-'));
  const apart = emulators === 'process' ? await startApart(options.settings) : undefined;
  const quietly = { dataDir, receiver: false, quiet: true };
  const runtime = await startRuntime({ ...quietly, ...apart?.options, ...options });
  await apart?.open(runtime);
  const outside = await startOutside();
  const { receiverUrls, arrivals, takeArrivals, forgetArrivals } = outside;

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
    post: (order) => outside.post({ url: runtime.url, key, ...order }),
    arrivals,
    takeArrivals,
    forgetArrivals,
    async untilArrived(count, withinMs = 120_000, path = '') {
      const seen = await outside.arrivedWithin(count, withinMs, path);
      if (seen.length < count) throw new Error(`${seen.length} of ${count} arrived`);
      return seen;
    },
    cpuMs: () =>
      new Map(
        [...runtime.functions].map(([name, host]) => [
          shortName(name),
          host.pids.reduce((sum, pid) => sum + cpuOfProcess(pid), 0),
        ]),
      ),
    async close() {
      outside.close();
      // Before the functions: what is under way has nobody to tell.
      apart?.close();
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
export function cpuOfProcess(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
