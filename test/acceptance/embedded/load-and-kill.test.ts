// Needs a process that can be killed, and one machine's speed.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, inParallel, staysSo } from '../../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { newTenant, type TestTenant } from '../client.ts';
import { type EmbeddedTarget, startEmbedded } from '../embedded-target.ts';

let target: EmbeddedTarget;
let receiver: TestReceiver;
let tenant: TestTenant;

beforeAll(async () => {
  [target, receiver] = await Promise.all([startEmbedded(), startReceiver()]);
  tenant = await newTenant(target);
}, 90_000);
afterAll(async () => {
  receiver?.letGo();
  await target?.remove();
  await receiver?.close();
});

const idsAt = (path: string) =>
  receiver.at(path).map(({ headers }) => String(headers['webhook-id']));

/** Posts so many events, sixteen at a time, and gives the time each id was answered at. */
async function post(type: string, count: number): Promise<Map<string, number>> {
  const acceptedAtMs = new Map<string, number>();
  const numbers = Array.from({ length: count }, (_, n) => n);
  await inParallel(numbers, 16, async (n) => {
    const id = await tenant.event({ type, data: { n, note: 'nobody may lose or double this' } });
    acceptedAtMs.set(id, Date.now());
  });
  return acceptedAtMs;
}

it('2,000 events at concurrency 16 are all delivered, none of them twice', async () => {
  await tenant.endpoint(`${receiver.url}/load`, { eventTypes: ['load'] });
  const beganAtMs = Date.now();
  const accepted = await post('load', 2_000);
  const arrivals = await receiver.untilAt('/load', 2_000, 120_000);
  const endedAtMs = Date.now();
  await staysSo(() => receiver.at('/load').length === 2_000, 1_000);

  expect(accepted.size).toBe(2_000);
  expect(new Set(idsAt('/load'))).toEqual(new Set(accepted.keys()));

  // The answer may reach us after its delivery: such a one took no time.
  const latencies = arrivals
    .map(({ headers, atMs }) => atMs - (accepted.get(String(headers['webhook-id'])) ?? 0))
    .map((latencyMs) => Math.max(0, latencyMs))
    .sort((a, b) => a - b);
  const percentile = (share: number) => latencies[Math.floor(latencies.length * share)];
  const rate = (2_000_000 / (endedAtMs - beganAtMs)).toFixed(0);
  console.log(
    `2,000 events: ${rate} deliveries/s, accepted to received p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`,
  );
}, 180_000);

it('500 events that are in flight when the process is killed all arrive within a minute of its return', async () => {
  // What is held must not time out before the kill, however slow the machine is.
  await tenant.endpoint(`${receiver.url}/killed`, { eventTypes: ['killed'], timeoutMs: 30_000 });
  receiver.hold();
  const accepted = await post('killed', 500);
  // Some have reached the receiver and wait for its answer, the others stand in the queues.
  await eventually(() => receiver.held() > 0);
  await target.kill();
  const arrivedBefore = receiver.at('/killed').length;
  receiver.letGo();

  const restartedAtMs = Date.now();
  await target.start();
  await eventually(
    () => {
      const after = new Set(idsAt('/killed').slice(arrivedBefore));
      return after.size === 500;
    },
    60_000 - (Date.now() - restartedAtMs),
  );
  const tookMs = Date.now() - restartedAtMs;
  console.log(`500 events after a kill with ${arrivedBefore} unanswered: all in ${tookMs} ms`);

  expect(new Set(idsAt('/killed'))).toEqual(new Set(accepted.keys()));
  const delivered = await eventually(async () => {
    const id = [...accepted.keys()].at(-1);
    const { body } = await tenant.call('GET', `/v1/events/${id}`);
    return body.deliveries?.every(({ status }) => status === 'delivered') && body.deliveries;
  });
  expect(delivered).toHaveLength(1);
}, 150_000);

it('events that were answered before a kill in the middle of posting are not lost', async () => {
  await tenant.endpoint(`${receiver.url}/cut`, { eventTypes: ['cut'] });
  const accepted = new Set<string>();
  const numbers = Array.from({ length: 2_000 }, (_, n) => n);
  const posting = inParallel(numbers, 16, async (n) => {
    const sent = tenant.call('POST', '/v1/events', { body: { type: 'cut', data: { n } } });
    // What the kill cuts off was not answered, and nothing was promised of it.
    const answer = await sent.catch(() => undefined);
    if (answer?.status === 202) accepted.add(answer.body.id);
  });
  await eventually(() => accepted.size >= 300);
  await target.kill();
  await posting;
  await target.start();
  await eventually(() => {
    const arrived = new Set(idsAt('/cut'));
    return [...accepted].every((id) => arrived.has(id));
  }, 60_000);
  expect(accepted.size).toBeLessThan(2_000);
}, 150_000);
