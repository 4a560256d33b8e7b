// From an attempt to its numbers: in the current hour at once, and in the counts of an hour that is over. Nobody can make an
// hour pass: one attempt is written into the ledger as of three hours ago. What follows, the stream, record, the archive,
// rollup and the API, is the target's own.
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toDeliveryItem } from '../../lambdas/adapters/ledger/items.ts';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { anEvent } from '../builders/events.ts';
import { eventually } from '../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { newTenant, type TestTenant } from './client.ts';
import { openTargetWithAws } from './open-target.ts';
import type { Target, TargetAws } from './target.ts';

const HOUR_MS = 3_600_000;
/** The stream's window of 5 s, the function's minute, and what both take. */
const COUNTED_WITHIN_MS = 120_000;

let target: Target & { readonly aws: TargetAws };
let receiver: TestReceiver;
let tenant: TestTenant;

beforeAll(async () => {
  [target, receiver] = await Promise.all([openTargetWithAws(), startReceiver()]);
  tenant = await newTenant(target);
}, 90_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
});

type Json = ReturnType<typeof JSON.parse>;

async function ask(path: string): Promise<Json> {
  const { status, body } = await tenant.call('GET', path);
  expect([path, status]).toEqual([path, 200]);
  return body;
}
const total = ({ data }: Json, name: string): number =>
  data.reduce((sum: number, point: Json) => sum + point[name], 0);

it('an attempt is in its endpoint’s current hour at once, and soon in its tenant’s', async () => {
  receiver.answer('/half', (nth) => (nth % 2 === 0 ? 204 : 400));
  const { id } = await tenant.endpoint(`${receiver.url}/half`, {
    eventTypes: ['half'],
    retryPolicy: 'none',
  });
  for (let n = 0; n < 4; n++) await tenant.event({ type: 'half', data: { n } });
  await receiver.untilAt('/half', 4);
  const since = new Date(Date.now() - HOUR_MS).toISOString();
  const live = await eventually(async () => {
    const answer = await ask(`/v1/analytics/attempts?endpoint=${id}&since=${since}`);
    return total(answer, 'count') === 4 && answer;
  }, 10_000);
  expect([live.live, live.complete, total(live, 'success')]).toEqual(['exact', false, 2]);

  const soon = await eventually(async () => {
    const answer = await ask(`/v1/analytics/attempts?since=${since}&by=type`);
    return total(answer, 'count') === 4 && answer;
  }, COUNTED_WITHIN_MS);
  expect(total(soon, 'failure')).toBe(2);
  const summary = await ask('/v1/analytics/summary');
  expect(summary.now).toMatchObject({ attempts: 4, outcomes: { http_204: 2, http_400: 2 } });
  const deliveries = await ask(`/v1/analytics/deliveries?since=${since}&by=outcome`);
  expect([total(deliveries, 'delivered'), total(deliveries, 'dead')]).toEqual([2, 2]);
}, 240_000);

it('an attempt is in the counts of its hour, of its day, and in the advice about its endpoint', async () => {
  const { id: endpointId } = await tenant.endpoint(`${receiver.url}/old`, { eventTypes: ['old'] });
  const nowMs = Date.now();
  const atMs = nowMs - 3 * HOUR_MS;
  // Accepted now: what is older than its tenant is another one's.
  const { id: _, ...event } = anEvent({ tenant: tenant.id, type: 'old', acceptedAtMs: nowMs });
  const phases = { dnsMs: 3, connectMs: 12, tlsMs: null, firstByteMs: 40 };
  const attempt = { number: 1, run: 1, cause: 'first', atMs, durationMs: 55 } as const;
  const eventId = await tenant.event({ type: 'unheard', data: {} });
  const { dueAtMs, nextCause, workAtMs, ...fresh } = freshDelivery(
    { ...event, id: eventId },
    endpointId,
    settingsSchema.parse({}),
    nowMs,
  );
  const delivered = {
    ...fresh,
    state: 'delivered' as const,
    attempts: [{ ...attempt, outcome: 'http_200', status: 200, phases }],
  };
  const { dynamoDb, ledgerTable: TableName } = target.aws;
  const Item = toDeliveryItem(delivered, nowMs + 24 * HOUR_MS);
  await dynamoDb.send(new PutItemCommand({ TableName, Item }));

  const hour = new Date(Math.floor((atMs + 55) / HOUR_MS) * HOUR_MS).toISOString();
  const window = `endpoint=${endpointId}&since=${hour}&until=${new Date(Date.parse(hour) + HOUR_MS).toISOString()}`;
  const counted = await eventually(async () => {
    const answer = await ask(`/v1/analytics/attempts?${window}`);
    return answer.data[0]?.count === 1 && answer.complete && answer;
  }, COUNTED_WITHIN_MS);
  expect(counted).toMatchObject({
    live: null,
    data: [{ at: hour, success: 1, avgMs: 55, outcomes: { http_200: 1 } }],
  });
  const latency = await ask(`/v1/analytics/latency?${window}`);
  expect(latency.data[0]).toMatchObject({ count: 1, phases: { ...phases, dnsMs: 3 } });
  const retries = await ask(`/v1/analytics/retries?${window}`);
  expect(retries.data[0]).toMatchObject({ attempt: '1', attempts: 1, successes: 1, delivered: 1 });
  const days = await ask(`/v1/analytics/attempts?${window}&granularity=1d`);
  expect(total(days, 'count')).toBe(1);
  const advice = await ask(`/v1/endpoints/${endpointId}/recommendations`);
  expect(advice.data).toEqual([]);
}, 240_000);
