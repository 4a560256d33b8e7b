// Listings at size: 100,000 deliveries in the ledger of the embedded runtime, loaded past the API, then page
// 1 and page 500 of each listing over HTTP in turn: `npm run bench:listings -- [deliveries] [rounds]`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOf } from '../lambdas/core/events/feed.ts';
import { type Runtime, startRuntime } from '../local/runtime.ts';
import { anEnded, anEvent, asks, openLedger, SCOPE, settings } from './loaded-ledger.ts';
import { median, percentile, report, rounded } from './report.ts';

const DELIVERIES = Number(process.argv[2] ?? 100_000);
const ROUNDS = Number(process.argv[3] ?? 60);
const LIMIT = 50;
const PAGE = 500;
const BATCH = 1_000;
const FEED_LAG_MS = settings.feedLagSeconds * 1000;

interface Loaded {
  /** Newest first. */
  readonly eventIds: readonly string[];
  readonly deadIds: readonly string[];
  /** Oldest first. */
  readonly places: readonly string[];
}

/** One delivery in 20 is dead. */
async function load(runtime: Runtime, endpointId: string): Promise<Loaded> {
  const ledger = openLedger(runtime);
  const startMs = Date.now() - DELIVERIES * 20 - 2 * FEED_LAG_MS;
  const all: { id: string; isDead: boolean; place: string }[] = [];
  for (let from = 0; from < DELIVERIES; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, DELIVERIES - from) }, (_, n) => {
      const index = from + n;
      const event = anEvent(startMs + index * 20, index);
      const isDead = index % 20 === 0;
      const delivery = anEnded(event, endpointId, isDead ? 'dead' : 'delivered');
      const entry = { ...SCOPE, endpointId, eventId: event.id, storedAtMs: event.acceptedAtMs };
      all.push({ id: event.id, isDead, place: placeOf(entry) });
      return { event, delivery, entry };
    });
    await Promise.all([
      ledger.putEvents(batch.map(({ event }) => ({ event, targets: [endpointId] }))),
      ledger.putDeliveries(batch.map(({ delivery }) => delivery)),
      ledger.putFeed(
        batch.map(({ entry }) => entry),
        60_000,
      ),
    ]);
    if ((from / BATCH) % 20 === 19) console.error(`${from + BATCH} loaded`);
  }
  ledger.close();
  const newest = all.toReversed();
  return {
    eventIds: newest.map(({ id }) => id),
    deadIds: newest.filter(({ isDead }) => isDead).map(({ id }) => id),
    places: all.map(({ place }) => place),
  };
}

const encoded = (text = '') => Buffer.from(text).toString('base64url');

const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-listings-'));
const runtime = await startRuntime({ dataDir, quiet: true, receiver: false });
try {
  const ask = asks(runtime);
  await ask('PUT', `/v1/tenants/${SCOPE.tenant}`, { name: 'Bench' });
  const made = { url: 'http://127.0.0.1:9/', eventTypes: ['nothing'], polling: true };
  const { id: endpoint } = await ask('POST', '/v1/endpoints', made);
  const loaded = await load(runtime, endpoint);
  const far = (ids: readonly string[]) =>
    ids[Math.min(LIMIT * (PAGE - 1), ids.length - LIMIT - 1) - 1];
  const afterEvents = `&cursor=${encoded(far(loaded.eventIds))}`;
  const listings: [name: string, path: string, far: string][] = [
    ['events', '/v1/events?', afterEvents],
    ['events of a type', '/v1/events?type=dossier.t7', afterEvents],
    ['events of a subject', '/v1/events?subject=s-7', afterEvents],
    ['deliveries', '/v1/deliveries?', afterEvents],
    ['deliveries of an endpoint', `/v1/deliveries?endpoint=${endpoint}`, afterEvents],
    ['deliveries of a type', `/v1/deliveries?endpoint=${endpoint}&type=dossier.t7`, afterEvents],
    ['deliveries of a subject', `/v1/deliveries?endpoint=${endpoint}&subject=s-7`, afterEvents],
    [
      'dead of an endpoint',
      `/v1/deliveries?endpoint=${endpoint}&status=dead`,
      `&cursor=${encoded(far(loaded.deadIds))}`,
    ],
    ['polling feed', `/v1/endpoints/${endpoint}/events?`, `&after=${encoded(far(loaded.places))}`],
  ];
  const rows: object[] = [];
  for (const [listing, path, cursor] of listings) {
    const first: number[] = [];
    const later: number[] = [];
    let cpu = process.cpuUsage();
    for (let round = -5; round < ROUNDS; round++) {
      // What a busy machine cannot change: the time of all threads of service, emulator and client.
      if (round === 0) cpu = process.cpuUsage();
      for (const [times, query] of [
        [first, ''],
        [later, cursor],
      ] as const) {
        const startedAt = performance.now();
        await ask('GET', `${path}&limit=${LIMIT}${query}`);
        if (round >= 0) times.push(performance.now() - startedAt);
      }
    }
    const { user, system } = process.cpuUsage(cpu);
    rows.push({
      listing,
      p50: rounded(median(first)),
      p95: rounded(percentile(first, 0.95)),
      'far p50': rounded(median(later)),
      'far p95': rounded(percentile(later, 0.95)),
      ratio: rounded(median(later) / median(first)),
      CPU: rounded((user + system) / 1000 / (2 * ROUNDS)),
    });
  }
  report('listings', rows, {
    unit: `ms for a page of ${LIMIT}; far: page ${PAGE}`,
    deliveries: DELIVERIES,
    dead: loaded.deadIds.length,
    rounds: ROUNDS,
  });
} finally {
  await runtime.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
