// A replay at size: so many dead deliveries in the ledger of the embedded runtime, loaded past the API, a
// receiver that counts, and a second click: `npm run bench:replays -- [deliveries]`.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startRuntime } from '../local/runtime.ts';
import { anEnded, anEvent, asks, openLedger, SCOPE } from './loaded-ledger.ts';

const DELIVERIES = Number(process.argv[2] ?? 5_000);
const DEADLINE_MS = 540_000;

const arrivals = new Map<string, number>();
const receiver = createServer((request, response) => {
  const id = String(request.headers['webhook-id']);
  arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
  request.resume().on('end', () => response.end());
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const { port } = receiver.address() as AddressInfo; // it listens on a port

const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-replays-'));
const runtime = await startRuntime({ dataDir, quiet: true, receiver: false });
try {
  const ask = asks(runtime);
  await ask('PUT', `/v1/tenants/${SCOPE.tenant}`, { name: 'Bench' });
  const made = { url: `http://127.0.0.1:${port}/`, eventTypes: ['nothing'] };
  const { id: endpoint } = await ask('POST', '/v1/endpoints', made);
  const ledger = openLedger(runtime);
  const startMs = Date.now() - 3_600_000;
  const events = Array.from({ length: DELIVERIES }, (_, n) => anEvent(startMs + n, n));
  await ledger.putEvents(events.map((event) => ({ event, targets: [endpoint] })));
  await ledger.putDeliveries(events.map((event) => anEnded(event, endpoint, 'dead')));
  ledger.close();

  const since = new Date(startMs - 1_000).toISOString();
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const { count } = await ask('POST', '/v1/replays', { endpoint, since, dryRun: true });
  console.log(`dry run: ${count} after ${elapsed()} ms`);
  const first = await ask('POST', '/v1/replays', { endpoint, since });
  const seen: number[] = [];
  let second: string | undefined;
  for (;;) {
    const { state, sent } = await ask('GET', `/v1/replays/${first.id}`);
    if (seen.at(-1) !== sent) seen.push(sent);
    // The second click, while the first one runs.
    if (sent > 0) second ??= (await ask('POST', '/v1/replays', { endpoint, since })).id;
    if (state === 'done' && arrivals.size >= DELIVERIES) break;
    if (elapsed() > DEADLINE_MS) throw new Error(`only ${arrivals.size} arrived`);
    await delay(100);
  }
  console.log(`all arrived after ${elapsed()} ms; progress in ${seen.length} steps`);
  for (;;) {
    const { state } = await ask('GET', `/v1/replays/${second}`);
    if (state === 'done') break;
    await delay(100);
  }
  const read = async (id = '') => {
    const { found, sent, skipped } = await ask('GET', `/v1/replays/${id}`);
    return { found, sent, skipped };
  };
  console.log('first', await read(first.id), 'second click', await read(second));
  await delay(3_000);
  const twice = [...arrivals.values()].filter((times) => times > 1).length;
  console.log(`${arrivals.size} of ${DELIVERIES} arrived, ${twice} of them more than once`);
  if (arrivals.size !== DELIVERIES || twice > 0) process.exitCode = 1;
} finally {
  await runtime.stop();
  rmSync(dataDir, { recursive: true, force: true });
  receiver.closeAllConnections();
  receiver.close();
}
