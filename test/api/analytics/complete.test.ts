// `complete` says what is counted, not what time it is.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { HOUR_MS, hourOf, hourStartMs } from '../../../lambdas/core/analytics/hour.ts';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { anEvent } from '../../builders/events.ts';
import { putHour, someLines } from '../../builders/lines.ts';

const MINUTE_MS = 60_000;
let service: ApiService;
/** The beginning of the hour that it is. */
let nowHourMs: number;
beforeAll(async () => {
  service = await startApiService();
  nowHourMs = hourStartMs(hourOf(service.clock.nowMs));
});
afterAll(() => service.stop());

/** Of the hours before the one that it is, that far away. */
async function isComplete(from: number, to: number, more = ''): Promise<boolean> {
  const iso = (back: number) => new Date(nowHourMs - back * HOUR_MS).toISOString();
  const query = `since=${iso(from)}&until=${iso(to)}${more}`;
  const { json } = await service.acme('GET', `/v1/analytics/attempts?${query}`);
  return json.complete;
}
const hour = (back: number): string => hourOf(nowHourMs - back * HOUR_MS);
const at = (minutes: number): void => {
  service.clock.nowMs = nowHourMs + minutes * MINUTE_MS;
};

it.each([
  [0, 0, true],
  [-1, 0, false],
  // The last lines of an hour are not in the archive at once.
  [0, 9, false],
])('a window to %s h before now, %s minutes after it, is: %s', async (to, minutes, expected) => {
  at(minutes === 0 ? 30 : minutes);
  expect(await isComplete(5, to)).toBe(expected);
});

it('a window is not while an hour of it is due, and is once that is counted', async () => {
  at(30);
  const ledger = tableOf(service.dynamoDb, 'ledger');
  const Key = { pk: { S: 'due-hours' }, sk: { S: hour(30) } };
  await ledger.call('PutItem', { Item: { ...Key, tk: { S: 'token' } } });
  expect(await isComplete(31, 29)).toBe(false);
  expect(await isComplete(40, 20, '&granularity=1d')).toBe(false);
  expect(await isComplete(31, 30)).toBe(true);
  expect(await isComplete(29, 20)).toBe(true);
  await ledger.call('DeleteItem', { Key });
  expect(await isComplete(31, 29)).toBe(true);
  expect(await isComplete(40, 20, '&granularity=1d')).toBe(true);
});

it('a window is not while an hour of it was counted before it was over', async () => {
  at(30);
  const lines = someLines(hour(3), 5, {});
  await putHour(service.rollups, hour(3), lines, nowHourMs - 3 * HOUR_MS + MINUTE_MS);
  expect(await isComplete(4, 2)).toBe(false);
  // And the current one, of which other windows have no part.
  await putHour(service.rollups, hour(0), someLines(hour(0), 5, {}), nowHourMs + MINUTE_MS);
  expect(await isComplete(3, 0)).toBe(false);
  expect(await isComplete(2, 0)).toBe(true);
  await putHour(service.rollups, hour(3), lines);
  expect(await isComplete(4, 2)).toBe(true);
});

it('a window of an endpoint is not while the ledger has attempts that were never counted', async () => {
  const { acme, clock, ledger, rollups, settings } = service;
  at(-30);
  const made = await acme('POST', '/v1/endpoints', { url: 'https://acme.io/late' });
  const id = createId('evt', clock.nowMs, new Uint8Array(10));
  const event = anEvent({ id, acceptedAtMs: clock.nowMs });
  const fresh = freshDelivery(event, made.json.id, settings, clock.nowMs);
  const attempt = {
    number: 1,
    run: 1,
    cause: 'first' as const,
    atMs: clock.nowMs,
    durationMs: 40,
    outcome: 'http_500',
  };
  await ledger.putDeliveryOnce({ ...fresh, attempts: [attempt] });
  at(30);
  const own = `&endpoint=${made.json.id}`;
  expect(await isComplete(2, 0, own)).toBe(false);
  expect(await isComplete(3, 1, own)).toBe(true);
  await putHour(rollups, hour(1), someLines(hour(1), 1, { endpoint: made.json.id }));
  expect(await isComplete(2, 0, own)).toBe(true);
});
