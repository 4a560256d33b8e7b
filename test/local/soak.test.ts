// Nothing of the embedded runtime stays open for what it did: iterators, files, connections, timers, threads. How much
// memory it takes shows in longer runs: npm run bench -- soak.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  descriptors,
  makeEndpoints,
  openFiles,
  type Rest,
  type Sample,
  underLoad,
} from '../../bench/soak/load.ts';
import { startWorld, type World } from '../../bench/world.ts';
import { wholeOr } from '../builders/share.ts';
import { eventually } from './emulators.ts';

const LOAD = { seconds: wholeOr(40, 6), rate: 60, everySeconds: 2 };
/** What may be there more than before: retries under way, ports of functions that were needed late. Events were more. */
const SPARE: Readonly<Record<string, number>> = { Timeout: 60, MessagePort: 30 };
/** For which a busy machine may compact tables. */
const COMPACTED_MS = 120_000;
const PATIENCE = { timeout: COMPACTED_MS + 10_000 };
let world: World;
let samples: Sample[];
let rest: Rest;
let before: { resources: Map<string, number>; descriptors: number; openFiles: number };

beforeAll(async () => {
  world = await startWorld();
  await makeEndpoints(world);
  // Whatever is opened once is open.
  await underLoad(world, { ...LOAD, seconds: 2 });
  before = { resources: resources(), descriptors: descriptors(), openFiles: openFiles() };
  ({ samples, rest } = await underLoad(world, LOAD));
});
afterAll(() => world.close());

describe('after a load on five endpoints', () => {
  it('all events have arrived, once', () => {
    const events = LOAD.seconds * LOAD.rate;
    expect(rest.received).toEqual([events, events, events]);
  });

  it('no iterator over the tables is open', () => {
    expect(rest.openIterators).toBe(0);
  });

  // A busy machine takes a while to compact tables, which are some more files then, and to close connections.
  it('no file is left open', PATIENCE, async () => {
    await eventually(() => openFiles() - before.openFiles < 24, COMPACTED_MS);
  });

  it('connections are not left, one for each event', PATIENCE, async () => {
    await eventually(
      () => descriptors() - before.descriptors < LOAD.seconds * LOAD.rate,
      COMPACTED_MS,
    );
  });

  // LevelDB has one for each 2 MB, and some more while it is behind with compacting; iterators that stay open keep all.
  it('the data folder has few more files than before', () => {
    const [first, last] = [samples[0], samples.at(-1)];
    const grownMb = (last?.folder ?? 0) - (first?.folder ?? 0);
    expect((last?.files ?? 0) - (first?.files ?? 0)).toBeLessThan(16 + grownMb / 2);
  });

  it.each(['Timeout', 'MessagePort', 'TCPServerWrap', 'FSReqCallback', 'ProcessWrap'])(
    'no %s is left',
    async (kind) => {
      const limit = (before.resources.get(kind) ?? 0) + (SPARE[kind] ?? 0);
      await eventually(() => (resources().get(kind) ?? 0) <= limit);
    },
  );
});

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
