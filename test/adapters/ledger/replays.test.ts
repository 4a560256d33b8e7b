// What replays need of the ledger, held by both of its implementations.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery, StoredState } from '../../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryLedger } from '../../../lambdas/core/deliveries/ledger.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import type { Page } from '../../../lambdas/core/listing.ts';
import type { ReplayLedger } from '../../../lambdas/core/replays/ledger.ts';
import type { Replay } from '../../../lambdas/core/replays/replay.ts';
import { createCallCounts } from '../../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../../local/simulation/memory/ledger.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { NOON_MS } from '../../builders/events.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const KINDS: [string, () => DeliveryLedger & ReplayLedger][] = [
  ['DynamoDB', () => ({ ...service.ledger, ...service.replays })],
  ['memory', () => createMemoryLedger(createCallCounts())],
];

function aDelivery(endpointId: string, atMs: number, state: StoredState): Delivery {
  return {
    ...LIVE,
    endpointId,
    eventId: createId('evt', atMs, randomBytes(10)),
    eventType: 'a',
    acceptedAtMs: atMs,
    state,
    run: 1,
    attemptsBeforeRun: 0,
    attempts: [],
    deadlineAtMs: atMs + 1_000,
    ...(state === 'waiting' ? { dueAtMs: atMs, workAtMs: atMs } : {}),
  };
}

function aReplay(changes: Partial<Replay> = {}): Replay {
  return {
    ...LIVE,
    id: createId('rpl', NOON_MS, randomBytes(10)),
    endpointId: 'ep_1',
    sinceMs: 0,
    untilMs: NOON_MS,
    status: 'dead',
    types: [],
    state: 'running',
    isSearched: false,
    page: [],
    found: 0,
    sent: 0,
    skipped: 0,
    createdAtMs: Date.now(),
    updatedAtMs: Date.now(),
    version: 1,
    writer: randomBytes(9).toString('base64url'),
    ...changes,
  };
}

/** All pages, each of which must bring the listing on. */
async function pages(
  list: (cursor: string | undefined) => Promise<Page<{ eventId: string }>>,
): Promise<string[][]> {
  const all: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    all.push(page.entries.map(({ eventId }) => eventId));
    cursor = page.next;
    expect(all.length).toBeLessThan(200);
  } while (cursor !== undefined);
  return all;
}

describe.each(KINDS)('in %s', (_, create) => {
  it('a replay is put once, and written only over what was seen', async () => {
    const ledger = create();
    const first = aReplay();
    expect(await ledger.getReplay(LIVE, first.id)).toBeUndefined();
    expect(await ledger.putReplayOnce(first)).toEqual(first);
    expect(await ledger.putReplayOnce({ ...first, writer: 'other' })).toEqual(first);
    const second = { ...first, version: 2, writer: 'second', sent: 7 };
    expect(await ledger.replaceReplay(2, second)).toBe(false);
    expect(await ledger.replaceReplay(1, second)).toBe(true);
    expect(await ledger.replaceReplay(1, { ...second, writer: 'third' })).toBe(false);
    expect(await ledger.getReplay(LIVE, first.id)).toEqual(second);
    expect(await ledger.getReplay({ ...LIVE, environment: 'test' }, first.id)).toBeUndefined();
    expect(await ledger.getReplay({ ...LIVE, tenant: 'globex' }, first.id)).toBeUndefined();
  });

  it('replays are listed newest first, page by page, of their tenant and environment', async () => {
    const ledger = create();
    const scope = {
      tenant: `lister-${randomBytes(4).toString('hex')}`,
      environment: 'live',
    } as const;
    const replays = Array.from({ length: 7 }, (_, index) =>
      aReplay({ ...scope, id: createId('rpl', NOON_MS + index, randomBytes(10)) }),
    );
    for (const replay of replays) await ledger.putReplayOnce(replay);
    await ledger.putReplayOnce(aReplay({ ...scope, environment: 'test' }));
    const read = async (limit: number) => {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await ledger.listReplays(scope, limit, cursor);
        pages.push(page.entries.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      return pages;
    };
    const newest = replays.map(({ id }) => id).toReversed();
    expect(await read(3)).toEqual([newest.slice(0, 3), newest.slice(3, 6), newest.slice(6)]);
    expect(await read(7)).toEqual([newest]);
    expect((await read(1)).flat()).toEqual(newest);
  });

  // 40 in one millisecond are more than a page holds.
  it.each([1, 7, 40, 1_000])('pages of %d hold everything once, in order', async (limit) => {
    const ledger = create();
    const endpointId = createId('ep', NOON_MS, randomBytes(10));
    const endpoint = { ...LIVE, endpointId };
    const at = (ms: number, count: number, state: StoredState) =>
      Array.from({ length: count }, () => aDelivery(endpointId, NOON_MS + ms, state));
    const dead = [
      ...at(0, 1, 'dead'),
      ...at(5, 40, 'dead'),
      ...at(6, 3, 'dead'),
      ...at(99, 2, 'dead'),
    ];
    const others = [...at(5, 9, 'delivered'), ...at(7, 4, 'waiting')];
    const outside = [...at(-1, 3, 'dead'), ...at(100, 3, 'dead')];
    await ledger.putDeliveries([...outside, ...others, ...dead]);
    await ledger.putDeliveries([aDelivery('ep_other', NOON_MS, 'dead')]);
    const range = { sinceMs: NOON_MS, untilMs: NOON_MS + 100 };
    const ids = (list: readonly Delivery[]) => list.map(({ eventId }) => eventId).sort();
    const ofDead = await pages((cursor) => ledger.listDead(endpoint, range, limit, cursor));
    expect(ofDead.flat()).toEqual(ids(dead));
    const newest = await pages((cursor) =>
      ledger.listNewestDead({ ...LIVE, id: endpointId }, range, limit, cursor),
    );
    expect(newest.flat()).toEqual(ids(dead).toReversed());
    expect(newest.every((page) => page.length <= limit && page.length > 0)).toBe(true);
    const ofAll = await pages((cursor) => ledger.listOldestFirst(endpoint, range, limit, cursor));
    expect(ofAll.flat()).toEqual(ids([...dead, ...others]));
    expect(ofAll.every((page) => page.length <= limit)).toBe(true);
  });

  it('what dies later stands among the dead by the time of its event', async () => {
    const ledger = create();
    const endpointId = createId('ep', NOON_MS, randomBytes(10));
    const waiting = { ...aDelivery(endpointId, NOON_MS, 'waiting'), workAtMs: NOON_MS + 9_000 };
    await ledger.putDeliveries([waiting]);
    expect(await ledger.settle(waiting, 'dead', NOON_MS)).toBe(true);
    const range = { sinceMs: NOON_MS, untilMs: NOON_MS + 1 };
    const page = await ledger.listDead({ ...LIVE, endpointId }, range, 10);
    expect(page.entries.map(({ eventId }) => eventId)).toEqual([waiting.eventId]);
  });
});
