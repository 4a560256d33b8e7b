import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, inParallel } from '../builders/eventually.ts';
import { type Arrival, startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { type Answer, expectStatus, newTenant, type TestTenant } from './client.ts';
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

const bodyOf = (answer: Answer) => answer.body as unknown as Record<string, unknown>; // tests name what they expect
const verify = (secret: string, { body, headers }: Arrival): unknown =>
  new Webhook(secret).verify(body.toString('utf8'), headers as Record<string, string>); // its headers are single

describe('a changed endpoint', () => {
  it('takes its waiting deliveries along, within 15 seconds', { timeout: 60_000 }, async () => {
    receiver.answer('/old', () => 500);
    const steps = [{ count: 20, seconds: 2 }];
    const { id, secret } = await tenant.endpoint(`${receiver.url}/old`, {
      eventTypes: ['moved'],
      retryPolicy: { steps },
    });
    const eventId = await tenant.event({ type: 'moved', data: { n: 1 } });
    await receiver.untilAt('/old', 1);
    const read = await tenant.call('GET', `/v1/endpoints/${id}`);
    const tag = read.headers.get('etag') ?? '';
    const changes = { url: `${receiver.url}/new`, headers: { 'X-Moved': 'yes' } };
    const path = `/v1/endpoints/${id}`;
    const sending = { body: changes, headers: { 'if-match': tag } };
    const changed = await tenant.call('PATCH', path, sending);
    expectStatus(changed, 200);
    expect(changed.headers.get('etag')).not.toBe(tag);
    expectStatus(await tenant.call('PATCH', path, sending), 412);
    const [arrival] = await receiver.untilAt('/new', 1, 15_000);
    expect(arrival?.headers).toMatchObject({ 'webhook-id': eventId, 'x-moved': 'yes' });
    expect(arrival && verify(secret, arrival)).toMatchObject({ data: { n: 1 } });
  });
});

describe('a test of an endpoint', () => {
  it('is sent at once and shown whole, and leaves no trace in the log', async () => {
    receiver.answer('/tested', () => 202);
    const { id, secret } = await tenant.endpoint(`${receiver.url}/untested`, {
      eventTypes: ['none'],
      authentication: [{ type: 'bearer', token: 'a-token-of-the-receivers-own' }],
    });
    const path = `/v1/endpoints/${id}`;
    expectStatus(await tenant.call('POST', `${path}/pause`), 200);
    // The change holds for the very next test: it does not wait for what dispatch has kept.
    expectStatus(await tenant.call('POST', `${path}/test`), 200);
    expectStatus(
      await tenant.call('PATCH', path, { body: { url: `${receiver.url}/tested` } }),
      200,
    );
    const data = '{ "sample" : 1.0 }';
    const answer = await tenant.call('POST', `${path}/test`, {
      body: `{"type":"a.sample","data":${data}}`,
    });
    expectStatus(answer, 200);
    const [arrival] = await receiver.untilAt('/tested', 1);
    if (!arrival) throw new Error('nothing came');
    expect(verify(secret, arrival)).toMatchObject({ type: 'a.sample', data: { sample: 1 } });
    expect(arrival.headers.authorization).toBe('Bearer a-token-of-the-receivers-own');
    const report = bodyOf(answer);
    expect(report).toMatchObject({
      outcome: 'http_202',
      durationMs: expect.any(Number),
      request: {
        method: 'POST',
        url: `${receiver.url}/tested`,
        headers: {
          'webhook-signature': arrival.headers['webhook-signature'],
          Authorization: `${'*'.repeat(28)}-own`,
        },
        body: arrival.body.toString('utf8'),
      },
      response: { status: 202, body: '' },
    });
    expect(arrival.body.toString('utf8')).toContain(data);
    const log = await tenant.call('GET', `/v1/deliveries?endpoint=${id}`);
    expect(log.body.data).toEqual([]);
    const shown = bodyOf(await tenant.call('GET', path));
    expect(shown).toMatchObject({ status: 'paused', health: { failures: 0 } });
  });

  it('says what is wrong with a receiver that is not there', async () => {
    const { id } = await tenant.endpoint('http://127.0.0.1:9/gone', { eventTypes: ['none'] });
    const answer = await tenant.call('POST', `/v1/endpoints/${id}/test`);
    expect(bodyOf(answer)).toMatchObject({ outcome: 'connection_refused', response: null });
  });
});

describe('a replay', () => {
  it('brings what died and what was cancelled, once each', { timeout: 120_000 }, async () => {
    const since = new Date(Date.now() - 60_000).toISOString();
    receiver.answer('/replayed', () => 500);
    const { id, secret } = await tenant.endpoint(`${receiver.url}/replayed`, {
      eventTypes: ['replayed'],
      retryPolicy: 'none',
    });
    const post = (n: number) => tenant.event({ type: 'replayed', data: { n } });
    // Fewer failures than trip an endpoint.
    const dead = await inParallel([...Array(12).keys()], 1, post);
    await receiver.untilAt('/replayed', 12);
    const begin = (more: object, headers = {}) =>
      tenant.call('POST', '/v1/replays', { body: { endpoint: id, since, ...more }, headers });
    await eventually(async () => bodyOf(await begin({ dryRun: true })).count === 12);

    expectStatus(await tenant.call('POST', `/v1/endpoints/${id}/pause`), 200);
    const cancelled = await inParallel([...Array(300).keys()], 4, post);
    // Dispatch knows of the pause a few seconds later: what it sends until then dies.
    await eventually(async () => {
      expectStatus(await tenant.call('POST', `/v1/endpoints/${id}/purge`), 200);
      return bodyOf(await begin({ status: 'any', dryRun: true })).count === 312;
    });
    const before = receiver.at('/replayed').length;
    receiver.answer('/replayed', () => 204);
    expectStatus(await tenant.call('POST', `/v1/endpoints/${id}/resume`), 200);

    const key = { 'idempotency-key': 'recover' };
    const [first, second] = await Promise.all([
      begin({ status: 'any' }, key),
      begin({ status: 'any' }, key),
    ]);
    expectStatus(first, 202);
    expect(second.body.id).toBe(first.body.id);
    const replay = `/v1/replays/${first.body.id}`;
    await eventually(async () => bodyOf(await tenant.call('GET', replay)).state === 'done', 60_000);
    expect(bodyOf(await tenant.call('GET', replay))).toMatchObject({
      found: 312,
      sent: 312,
      skipped: 0,
    });
    const arrivals = await receiver.untilAt('/replayed', before + 312, 60_000);
    const replayed = arrivals.slice(before);
    for (const arrival of replayed) expect(() => verify(secret, arrival)).not.toThrow();
    expect(replayed.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
      [...dead, ...cancelled].sort(),
    );
    expect(bodyOf(await begin({ status: 'dead', dryRun: true })).count).toBe(0);

    const delivery = `/v1/deliveries?endpoint=${id}&limit=100&until=${new Date().toISOString()}`;
    // The receiver knows of the last ones a moment before the record does.
    const log = await eventually(async () => {
      const answer = await tenant.call('GET', delivery);
      return answer.body.data.every(({ status }) => status === 'delivered') && answer;
    });
    expect(new Set(log.body.data.map(({ status }) => status))).toEqual(new Set(['delivered']));
    expect(new Set(log.body.data.map(({ attempts }) => attempts.at(-1)?.cause))).toEqual(
      new Set(['replay']),
    );
    expect(receiver.at('/replayed')).toHaveLength(before + 312);
  });
});
