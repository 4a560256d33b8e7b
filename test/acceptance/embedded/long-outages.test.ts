// The machine is off for hours or days, in the middle of work that goes wrong in every way. Afterwards everything is
// delivered, or dead by its policy, with nobody needed. The process is killed, and started again with its clock ahead.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWakes } from '../../../lambdas/adapters/ledger/wakes.ts';
import { dynamoDbBySdk } from '../../../lambdas/adapters/on-demand/dynamodb.ts';
import { bucketOf } from '../../../lambdas/core/wakes/bucket.ts';
import { startDynamoDb } from '../../../local/dynamodb/emulator.ts';
import { Gatekeeper } from '../../../local/gate/gatekeeper.ts';
import { Meter } from '../../../local/gate/meter.ts';
import { eventually, inParallel } from '../../builders/eventually.ts';
import { movedClock } from '../../builders/moved-clock.ts';
import { fixedSurroundings } from '../../builders/ports.ts';
import { type Answer, startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { call, expectStatus, newTenant, type TestTenant } from '../client.ts';
import { type EmbeddedTarget, startEmbedded } from '../embedded-target.ts';
import { KINDS, type Kind } from './troubled-endpoints.ts';

const HOUR_MS = 3_600_000;
/** No expectation of speed: the machine may be busy, and what a function fails at comes back after minutes. */
const ALL_MS = 400_000;
const TEST_MS = 1_500_000;

const folder = mkdtempSync(join(tmpdir(), 'posthorn-outages-'));
const clock = movedClock(folder);
let aheadMs = 0;
let target: EmbeddedTarget;
let receiver: TestReceiver;
let tenant: TestTenant;

beforeAll(async () => {
  [target, receiver] = await Promise.all([startEmbedded({}, clock.nodeArguments), startReceiver()]);
  tenant = await newTenant(target);
}, 150_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function beOff(hours: number, meanwhile?: () => unknown): Promise<void> {
  await target.kill();
  await meanwhile?.();
  aheadMs += hours * HOUR_MS;
  clock.set(aheadMs);
  await target.start();
}

interface Posted {
  readonly kind: Kind;
  readonly path: string;
  readonly endpointId: string;
  readonly ids: readonly string[];
}

/** @param path of the receiver, and the name of the events */
async function post(path: string, kind: Kind): Promise<Posted> {
  if (kind.fails) receiver.answer(path, kind.fails);
  const type = path.slice(1).replaceAll('-', '_');
  const settings = { eventTypes: [type], ...kind.settings };
  const { id: endpointId } = await tenant.endpoint(receiver.url + path, settings);
  if (kind.isPaused) {
    expectStatus(await tenant.call('POST', `/v1/endpoints/${endpointId}/pause`), 200);
  }
  const ids = await inParallel([...Array(kind.events).keys()], 4, (n) =>
    tenant.event({ type, data: { n } }),
  );
  return { kind, path, endpointId, ids };
}

async function deliveriesAt({ endpointId }: Posted) {
  const { body } = await tenant.call('GET', `/v1/deliveries?endpoint=${endpointId}&limit=100`);
  // A delivery names its event too.
  return body.data as unknown as readonly ((typeof body)['deliveries'][number] & {
    readonly event: string;
  })[];
}

/** Waits until the outage finds it in the middle of its work. */
async function isUnderWay(posted: Posted): Promise<void> {
  const { until } = posted.kind;
  await eventually(async () => {
    if (until !== 'tripped' && until !== 'paused') {
      return (await deliveriesAt(posted)).some(({ status }) => status === until);
    }
    const { body } = await tenant.call('GET', `/v1/endpoints/${posted.endpointId}`);
    return (body as unknown as { health: { state: string } }).health.state === until; // an endpoint's view
  }, ALL_MS);
}

async function isSettled(posted: Posted): Promise<void> {
  const { kind, path, ids } = posted;
  const deliveries = await eventually(async () => {
    const found = await deliveriesAt(posted);
    const ended = found.filter(({ status }) => status === 'delivered' || status === 'dead');
    return ended.length >= ids.length && ended;
  }, ALL_MS).catch(async () => {
    throw new Error(`${path} is not settled: ${JSON.stringify(await deliveriesAt(posted))}`);
  });
  expect(deliveries.map(({ event }) => event).toSorted()).toEqual(ids.toSorted());
  const arrived = new Set(receiver.at(path).map(({ headers }) => headers['webhook-id']));
  for (const { event, status, attempts } of deliveries) {
    const numbers = attempts.map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers, path).toEqual(numbers.map((_, index) => index + 1));
    if (kind.diesAfter) {
      expect({ path, status, attempts: numbers.length }).toEqual({
        path,
        status: 'dead',
        attempts: kind.diesAfter,
      });
    } else expect({ path, status }).toEqual({ path, status: 'delivered' });
    expect(arrived.has(event), path).toBe(true);
  }
}

/** As in a store that has been swept for long: a new one's first runs look for what is up to 60 days old. */
async function markAsSwept(): Promise<void> {
  const gatekeeper = new Gatekeeper(new Meter());
  const { url, close } = await startDynamoDb(join(target.dataDir, 'tables'), gatekeeper);
  const credentials = gatekeeper.host;
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint: url, credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const ledger = TableNames.find((name) => name.includes('Ledger')) ?? '';
  const wakes = createWakes(tableOf(dynamoDbBySdk(client), ledger), fixedSurroundings());
  await wakes.moveSwept(bucketOf(Date.now() - HOUR_MS));
  client.destroy();
  await close();
}

/** What only the wake directory knows then. */
function loseSchedules(): void {
  for (const end of ['', '-wal', '-shm']) {
    rmSync(join(target.dataDir, `schedules.db${end}`), { force: true });
  }
}

let paused: Posted;
let failsForDays: Posted;

it(
  'holds what a person paused, and waits for days',
  async () => {
    paused = await post('/paused', { isPaused: true, events: 3, until: 'held' });
    const fails: Answer = (nth) => (nth < 3 ? 500 : 204);
    const retryPolicy = { steps: [{ count: 9, seconds: 28 * 3_600 }] };
    failsForDays = await post('/days', {
      settings: { retryPolicy },
      fails,
      events: 1,
      until: 'waiting',
    });
    for (const one of [paused, failsForDays]) await isUnderWay(one);
  },
  TEST_MS,
);

it.each([
  { hours: 4, how: '', meanwhile: markAsSwept, attempts: 1 },
  { hours: 26, how: ', and its schedules lost', meanwhile: loseSchedules, attempts: 2 },
  { hours: 72, how: '', meanwhile: undefined, attempts: 3 },
])(
  'off for $hours hours$how: all is delivered, or dead by its policy',
  async (outage) => {
    const { hours, meanwhile, attempts } = outage;
    const posted = await inParallel(Object.entries(KINDS), 4, ([name, kind]) =>
      post(`/${name}-${hours}`, kind),
    );
    for (const one of posted) await isUnderWay(one);
    // And what nobody has begun with.
    posted.push(await post(`/just-posted-${hours}`, { events: 20, until: 'pending' }));
    await beOff(hours, async () => {
      for (const { kind, path } of posted) if (!kind.diesAfter) receiver.answer(path, () => 204);
      await meanwhile?.();
    });
    for (const one of posted) await isSettled(one);
    await eventually(async () => {
      const [delivery] = await deliveriesAt(failsForDays);
      return delivery?.attempts.length === attempts;
    }, ALL_MS);
  },
  TEST_MS,
);

it(
  'what waited for days was sent at its times, and what a person paused is held',
  async () => {
    await isSettled(failsForDays);
    const [delivery] = await deliveriesAt(failsForDays);
    const [first = 0, second = 0, third = 0] = (delivery?.attempts ?? [])
      .map(({ at }) => Date.parse(at))
      .sort((a, b) => a - b);
    expect(second - first).toBeGreaterThanOrEqual(28 * HOUR_MS);
    expect(third - first).toBeGreaterThanOrEqual(56 * HOUR_MS);
    expect((await deliveriesAt(paused)).map(({ status }) => status)).toEqual([
      'held',
      'held',
      'held',
    ]);
    expect(receiver.at('/paused')).toEqual([]);
  },
  TEST_MS,
);

it(
  'off until after every deadline: what a person paused is dead, and told so',
  async () => {
    const told = await call(target, 'POST', '/v1/endpoints', {
      key: target.operatorKey,
      headers: { 'posthorn-tenant': '_posthorn' },
      body: { url: `${receiver.url}/told`, eventTypes: ['delivery.dead'] },
    });
    expectStatus(told, 201);
    await beOff(41 * 24);
    expect((await deliveriesAt(paused)).map(({ status }) => status)).toEqual([
      'dead',
      'dead',
      'dead',
    ]);
    const notices = () => receiver.at('/told').map(({ body }) => body.toString());
    for (const id of paused.ids) {
      await eventually(() => notices().some((notice) => notice.includes(id)), ALL_MS);
    }
    expect(receiver.at('/paused')).toEqual([]);
  },
  TEST_MS,
);
