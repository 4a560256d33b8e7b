import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, staysSo } from '../builders/eventually.ts';
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
const verify = (secret: string, { body, headers }: Pick<Arrival, 'body' | 'headers'>): unknown =>
  new Webhook(secret).verify(body.toString('utf8'), headers as Record<string, string>); // its headers are single
async function aTemplate(name: string, settings: object): Promise<string> {
  const made = await tenant.call('POST', '/v1/templates', { body: { name, settings } });
  expectStatus(made, 201);
  return made.body.id;
}

describe('a changed secret', () => {
  it('signs what waits as well, within 15 seconds', { timeout: 60_000 }, async () => {
    receiver.answer('/rotated', () => 500);
    const steps = [{ count: 20, seconds: 1 }];
    const { id } = await tenant.endpoint(`${receiver.url}/rotated`, {
      eventTypes: ['rotated'],
      retryPolicy: { steps },
    });
    await tenant.event({ type: 'rotated', data: { n: 1 } });
    await receiver.untilAt('/rotated', 1);
    const path = `/v1/endpoints/${id}/rotate-secret`;
    const rotated = await tenant.call('POST', path, { body: { overlapSeconds: 0 } });
    expectStatus(rotated, 200);
    const isNew = (arrival: Arrival): boolean => {
      try {
        verify(rotated.body.secret, arrival);
        return true;
      } catch {
        return false;
      }
    };
    const arrival = await eventually(() => receiver.at('/rotated').find(isNew), 15_000);
    expect(arrival.headers['webhook-signature']).toMatch(/^v1,\S+$/);
  });
});

describe('a changed template', () => {
  it('counts for what its followers get and wait for, within 15 seconds', {
    timeout: 60_000,
  }, async () => {
    receiver.answer('/follower', () => 500);
    const steps = [{ count: 20, seconds: 1 }];
    const template = await aTemplate('partners', {
      eventTypes: ['before.*'],
      headers: { 'X-Version': '1' },
      retryPolicy: { steps },
    });
    const url = `${receiver.url}/follower`;
    await tenant.endpoint(url, { template: 'partners', description: 'its own' });
    await tenant.event({ type: 'before.change', data: { n: 1 } });
    const [first] = await receiver.untilAt('/follower', 1);
    expect(first?.headers['x-version']).toBe('1');

    const settings = { eventTypes: ['after.*'], headers: { 'X-Version': '2' } };
    const changed = await tenant.call('PATCH', `/v1/templates/${template}`, { body: { settings } });
    expectStatus(changed, 200);
    // Fan-out sees it at once: an event that is accepted now goes by the new patterns.
    await tenant.event({ type: 'before.change', data: { n: 2 } });
    await tenant.event({ type: 'after.change', data: { n: 3 } });
    const moved = await eventually(
      () => receiver.at('/follower').find(({ headers }) => headers['x-version'] === '2'),
      15_000,
    );
    expect(moved.headers['x-version']).toBe('2');
    receiver.answer('/follower', () => 204);
    const numbers = () =>
      new Set(receiver.at('/follower').map(({ body }) => JSON.parse(body.toString()).data.n));
    await eventually(() => numbers().has(3));
    await staysSo(() => !numbers().has(2), 2_000);
  });
});

describe('an endpoint whose URL is to be proved', () => {
  it('gets nothing until it has echoed the challenge, and then what waited', {
    timeout: 90_000,
  }, async () => {
    const seen: { body: Buffer; headers: Arrival['headers'] }[] = [];
    let isEchoing = false;
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      seen.push({ body, headers: request.headers });
      const { challenge } = JSON.parse(body.toString('utf8'));
      response.end(isEchoing && challenge !== undefined ? JSON.stringify({ challenge }) : 'hello');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
      const url = `http://127.0.0.1:${port}/in`;
      const { id, secret } = await tenant.endpoint(url, {
        verifyUrl: true,
        eventTypes: ['proved'],
      });
      const path = `/v1/endpoints/${id}`;
      expect(bodyOf(await tenant.call('GET', path))).toMatchObject({ status: 'unverified' });
      const types = () => seen.map(({ body }) => JSON.parse(body.toString('utf8')).type);
      expect(types()).toEqual(['endpoint.verification']);
      const [challenge] = seen;
      expect(challenge && verify(secret, challenge)).toMatchObject({
        type: 'endpoint.verification',
      });

      const events: string[] = [];
      for (let n = 0; n < 5; n++) events.push(await tenant.event({ type: 'proved', data: { n } }));
      const list = async () =>
        (await tenant.call('GET', `/v1/deliveries?endpoint=${id}`)).body.data;
      await eventually(async () => {
        const held = await list();
        return held.length === 5 && held.every(({ status }) => status === 'held');
      });
      await staysSo(() => !types().includes('proved'), 2_000);
      expectStatus(await tenant.call('POST', `${path}/resume`), 409);
      const inVain = await tenant.call('POST', `${path}/verify`);
      expect(bodyOf(inVain)).toMatchObject({
        verified: false,
        exchange: { outcome: 'http_200', response: { body: 'hello' } },
      });

      isEchoing = true;
      const proved = await tenant.call('POST', `${path}/verify`);
      expect(bodyOf(proved)).toMatchObject({ verified: true, endpoint: { status: 'active' } });
      const delivered = () =>
        new Set(
          seen
            .filter(({ body }) => JSON.parse(body.toString('utf8')).type === 'proved')
            .map(({ headers }) => headers['webhook-id']),
        );
      await eventually(() => delivered().size === 5, 60_000);
      expect([...delivered()].sort()).toEqual(events.toSorted());
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('tests of many', () => {
  it('show each whole exchange', async () => {
    receiver.answer('/many-1', () => 202);
    receiver.answer('/many-2', () => 500);
    for (const n of [1, 2]) {
      await tenant.endpoint(`${receiver.url}/many-${n}`, { eventTypes: ['many'] });
    }
    const answer = await tenant.call('POST', '/v1/endpoints/test', {
      body: { filter: { eventType: 'many' }, type: 'many' },
    });
    expectStatus(answer, 200);
    const tests = answer.body.results.map((one) => bodyOf({ ...answer, body: one }).test);
    const exchange = (n: number, status: number) => ({
      outcome: `http_${status}`,
      sentAt: expect.any(String),
      durationMs: expect.any(Number),
      request: {
        method: 'POST',
        url: `${receiver.url}/many-${n}`,
        headers: receiver.at(`/many-${n}`)[0]
          ? expect.objectContaining({
              'webhook-signature': receiver.at(`/many-${n}`)[0]?.headers['webhook-signature'],
            })
          : undefined,
        body: receiver.at(`/many-${n}`)[0]?.body.toString('utf8'),
      },
      response: expect.objectContaining({ status, body: '' }),
    });
    expect(tests).toMatchObject([exchange(1, 202), exchange(2, 500)]);
  });
});
