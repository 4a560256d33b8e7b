// `npm run demo`: registers three endpoints with a running service, sends every event of
// examples/events/, and shows what arrived, when, and whether its signature verified.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  deliveryTo,
  isGood,
  PLANS,
  type Plan,
  plansFor,
  type Row,
  rowsOf,
  type Sent,
} from './demo/deliveries.ts';
import { Receiver } from './demo/receiver.ts';
import { formatTable, Progress, summarize } from './demo/screen.ts';
import { DemoError, readOperatorKey, Service } from './demo/service.ts';

const WAIT_MS = 60_000;
const POLL_MS = 200;
const FINAL_STATUSES = new Set(['delivered', 'dead', 'cancelled']);

const ExampleEvent = z.looseObject({ type: z.string(), data: z.record(z.string(), z.unknown()) });

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new DemoError('Stopped.')));

async function main(): Promise<void> {
  const url = process.env.POSTHORN_URL || 'http://127.0.0.1:3000';
  const service = new Service(url, await readOperatorKey(process.env), 'demo');
  const events = await loadEvents();
  const receiver = new Receiver();
  const endpoints = new Map<Plan, string>();
  try {
    await receiver.listen();
    await service.putTenant('Demo');
    for (const plan of PLANS) {
      const { name, eventTypes } = plan;
      const description = `npm run demo: ${name}`;
      const id = await service.createEndpoint({
        url: receiver.urlOf(name),
        eventTypes,
        description,
      });
      endpoints.set(plan, id);
      receiver.expect(name, await service.readSecret(id), plan.failFirstAttempts);
    }
    const sent = await sendAll(service, events);
    await waitForDeliveries(service, endpoints, sent);
    report(rowsOf(sent, endpoints, receiver.arrivals));
  } finally {
    for (const id of endpoints.values()) {
      // What went wrong before matters more than a failure to tidy up.
      await service.deleteEndpoint(id).catch((error: unknown) => {
        process.stderr.write(`\nEndpoint ${id} could not be deleted: ${error}\n`);
      });
    }
    await receiver.close();
  }
}

async function loadEvents(): Promise<Sent['event'][]> {
  const folder = new URL('events/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
  return texts.map((text) => ExampleEvent.parse(JSON.parse(text)));
}

async function sendAll(service: Service, events: readonly Sent['event'][]): Promise<Sent[]> {
  const progress = new Progress('sent', events.length);
  const sent: Sent[] = [];
  for (const event of events) {
    stop.signal.throwIfAborted();
    const id = await service.sendEvent(event);
    sent.push({ id, event, acceptedAtMs: performance.now(), deliveries: [] });
    progress.show(sent.length);
  }
  progress.end();
  return sent;
}

/** Until every delivery to the demo's endpoints is final, or the time is up. */
async function waitForDeliveries(
  service: Service,
  endpoints: ReadonlyMap<Plan, string>,
  sent: readonly Sent[],
): Promise<void> {
  const open = new Set(sent);
  const progress = new Progress('delivered', sent.length);
  const deadlineMs = performance.now() + WAIT_MS;
  const look = async (item: Sent) => {
    item.deliveries = (await service.readDeliveries(item.id)) ?? [];
    const isFinal = (plan: Plan) =>
      FINAL_STATUSES.has(deliveryTo(endpoints.get(plan), item)?.status ?? '');
    if (plansFor(item.event.type).every(isFinal)) open.delete(item);
    progress.show(sent.length - open.size);
  };
  while (open.size > 0 && performance.now() < deadlineMs) {
    stop.signal.throwIfAborted();
    await Promise.all([...open].map(look));
    if (open.size > 0) await sleep(POLL_MS);
  }
  progress.end();
}

function report(rows: readonly Row[]): void {
  const json = process.argv.includes('--json');
  process.stdout.write(`${json ? JSON.stringify(rows, null, 2) : `\n${formatTable(rows)}`}\n`);
  process.stderr.write(`\n${summarize(rows)}\n`);
  if (!rows.every(isGood)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof DemoError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
