// Fetching instead of being called, and getting back what an outage cost, against the running service.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, inParallel } from '../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { expectStatus, newTenant, type TestTenant } from './client.ts';
import { openTarget } from './open-target.ts';
import type { Target } from './target.ts';

let target: Target;
let receiver: TestReceiver;
let tenant: TestTenant;

beforeAll(async () => {
  [target, receiver] = await Promise.all([openTarget(), startReceiver()]);
  tenant = await newTenant(target);
}, 90_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
});

interface Seen {
  readonly ids: string[];
  readonly next: string;
}

/** All of a feed from a place on. */
async function poll(endpoint: string, from = ''): Promise<Seen> {
  const ids: string[] = [];
  for (let next = from; ; ) {
    const after = next === '' ? '' : `&after=${next}`;
    const answer = await tenant.call('GET', `/v1/endpoints/${endpoint}/events?limit=20${after}`);
    expectStatus(answer, 200);
    const page = answer.body as unknown as { next: string; more: boolean };
    ids.push(...answer.body.data.map(({ id }) => id));
    next = page.next;
    if (!page.more) return { ids, next };
  }
}

it('an endpoint that is paused, and one whose receiver fails, can be fetched from', async () => {
  receiver.answer('/failing', () => 500);
  const more = { eventTypes: ['polled'], polling: true };
  const { id: failing } = await tenant.endpoint(`${receiver.url}/failing`, more);
  const { id: paused } = await tenant.endpoint(`${receiver.url}/paused`, more);
  const { id: pushed } = await tenant.endpoint(`${receiver.url}/pushed`, {
    eventTypes: ['polled'],
  });
  expectStatus(await tenant.call('POST', `/v1/endpoints/${paused}/pause`), 200);
  const posted = await inParallel([...Array(60).keys()], 4, (n) =>
    tenant.event({ type: 'polled', subject: `s-${n % 3}`, data: { n } }),
  );
  for (const endpoint of [failing, paused]) {
    let seen: Seen = { ids: [], next: '' };
    await eventually(async () => {
      const { ids, next } = await poll(endpoint, seen.next);
      seen = { ids: [...seen.ids, ...ids], next };
      return seen.ids.length >= posted.length;
    }, 60_000);
    expect(seen.ids.toSorted()).toEqual(posted.toSorted());
  }
  expectStatus(await tenant.call('GET', `/v1/endpoints/${pushed}/events`), 409);
  const latest = await tenant.call('GET', '/v1/subjects/s-1/latest?type=polled');
  expectStatus(latest, 200);
  expect(posted).toContain(latest.body.id);
}, 120_000);

it('recovering brings what died and what waits, once each, and shows what was sent', async () => {
  const since = new Date(Date.now() - 60_000).toISOString();
  receiver.answer('/outage', () => 503);
  const retryPolicy = { steps: [{ count: 1, seconds: 3_600 }] };
  const { id } = await tenant.endpoint(`${receiver.url}/outage`, {
    eventTypes: ['outage'],
    retryPolicy,
  });
  // Fewer failures in a row than trip an endpoint.
  const posted = await inParallel([...Array(15).keys()], 1, (n) =>
    tenant.event({ type: 'outage', data: { n } }),
  );
  const recover = (body: object) =>
    tenant.call('POST', `/v1/endpoints/${id}/recover`, { body: { since, ...body } });
  const counted = async () =>
    (await recover({ dryRun: true })).body as unknown as { count: number };
  await eventually(async () => (await counted()).count === 15, 60_000);
  receiver.answer('/outage', () => 204);
  const [first, second] = [await recover({}), await recover({})];
  expectStatus(first, 202);
  expectStatus(second, 202);
  const arrivals = await receiver.untilAt('/outage', 30, 60_000);
  const again = arrivals.slice(15).map(({ headers }) => String(headers['webhook-id']));
  expect(again.toSorted()).toEqual(posted.toSorted());

  type Shown = {
    status: string;
    replay: string;
    lastRequest: { headers: Record<string, string> };
    attempts: { cause: string; timings: { firstByteMs: number } }[];
  };
  const log = await eventually(async () => {
    const answer = await tenant.call('GET', `/v1/deliveries?endpoint=${id}&status=delivered`);
    return answer.body.data.length === 15 && (answer.body.data as unknown as Shown[]);
  });
  for (const { replay, lastRequest, attempts } of log) {
    expect([first.body.id, second.body.id]).toContain(replay);
    expect(attempts.map(({ cause }) => cause)).toEqual(['first', 'replay']);
    expect(attempts[1]?.timings.firstByteMs).toBeGreaterThanOrEqual(0);
    expect(lastRequest.headers['webhook-signature']).toMatch(/^v1,/);
  }
  expect(receiver.at('/outage')).toHaveLength(30);
}, 120_000);
