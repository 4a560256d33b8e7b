// A steady load on five endpoints, and what the embedded runtime takes of the machine meanwhile: two endpoints answer at
// once, one after two seconds, one fails every tenth time, one always.
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Arrival, Posted } from '../outside/process.ts';
import { percentile, rounded } from '../report.ts';
import type { World } from '../world.ts';

export interface Load {
  readonly seconds: number;
  /** Events a second. */
  readonly rate: number;
  /** How often it is looked at. */
  readonly everySeconds: number;
}

/** Sizes in MB; `p50` and `p99` from accepted to received in ms, of what arrived since the look before. */
export interface Sample {
  readonly events: number;
  readonly rss: number;
  /** Of it, without what maps a file. */
  readonly anonymous: number;
  readonly descriptors: number;
  readonly files: number;
  readonly folder: number;
  readonly p50: number;
  readonly p99: number;
}

export interface Rest {
  readonly openIterators: number;
  readonly descriptors: number;
  readonly openFiles: number;
  /** Requests to each of the endpoints that never fail. */
  readonly received: readonly number[];
}

const MEASURED = '/first/0';
const SURE = [MEASURED, '/second/0', '/slow/2000'];
const OTHERS = ['/flaky/10%', '/failing/500!'];
/** What came last may be under way for so long: the slow endpoint's time, and a second try of ours. */
const REST_MS = 30_000;
const LOOK_MS = 100;

export async function makeEndpoints(world: World): Promise<void> {
  for (const path of [...SURE, ...OTHERS]) await world.endpoint(path, { contract: 'kyc-hmac' });
}

export async function underLoad(
  world: World,
  { seconds, rate, everySeconds }: Load,
  onSample: (sample: Sample) => void = () => undefined,
): Promise<{ readonly samples: Sample[]; readonly rest: Rest }> {
  const samples: Sample[] = [];
  const received = new Map<string, number>();
  const answered = new Map<string, number>();
  let events = 0;
  const take = async (posted: readonly Posted[] = []): Promise<number[]> => {
    for (const { id, answeredAtMs } of posted) answered.set(id, answeredAtMs);
    const arrivals = await world.takeArrivals();
    for (const { path } of arrivals) received.set(path, (received.get(path) ?? 0) + 1);
    return arrivals.flatMap((one) => waitOf(one, answered));
  };
  for (let second = 0; second < seconds; second += everySeconds) {
    const count = rate * Math.min(everySeconds, seconds - second);
    const waits = await take(await world.post({ count, rate }));
    events += count;
    const sample = { events, ...takenBy(world), ...latencyOf(waits) };
    samples.push(sample);
    onSample(sample);
  }
  const of = (path: string): number => received.get(path) ?? 0;
  const { aws } = world.runtime;
  const isOver = (): boolean =>
    SURE.every((path) => of(path) >= events) && aws.openIterators() === 0;
  for (let waited = 0; waited < REST_MS && !isOver(); waited += LOOK_MS) {
    await delay(LOOK_MS);
    await take();
  }
  const rest = {
    openIterators: aws.openIterators(),
    descriptors: descriptors(),
    openFiles: openFiles(),
    received: SURE.map(of),
  };
  return { samples, rest };
}

function waitOf({ id, path, atMs }: Arrival, answered: Map<string, number>): number[] {
  const answeredAtMs = answered.get(id);
  if (path !== MEASURED || answeredAtMs === undefined) return [];
  answered.delete(id);
  return [Math.max(0, atMs - answeredAtMs)];
}

const latencyOf = (waits: readonly number[]) => ({
  p50: rounded(percentile(waits, 0.5)),
  p99: rounded(percentile(waits, 0.99)),
});

function takenBy({ runtime }: World): Omit<Sample, 'events' | 'p50' | 'p99'> {
  const { path } = runtime.folder;
  return {
    rss: rounded(process.memoryUsage.rss() / 1e6, 0),
    anonymous: rounded(anonymousMb(), 0),
    descriptors: descriptors(),
    // The archive has a file for each window, and keeps it: that is no leak.
    files: filesUnder(path).length - filesUnder(runtime.folder.subfolder('objects')).length,
    folder: folderMb(path),
  };
}

export function folderMb(path: string): number {
  return rounded(filesUnder(path).reduce((sum, size) => sum + size, 0) / 1e6, 1);
}

/** Sizes; a file that goes meanwhile has none. */
function filesUnder(path: string): number[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ parentPath, name }) => {
      return statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0;
    });
}

export function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Descriptors but for connections, which clients keep for a time. */
export function openFiles(): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // Closed meanwhile, as is the one that this list was read with.
      return 'socket:';
    }
  });
  return targets.filter((target) => !target.startsWith('socket:')).length;
}

function anonymousMb(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return (Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}
