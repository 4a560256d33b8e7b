// A notice end to end, by the functions with the grants that they have: a delivery dies, and its tenant is told.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { expectStatus, newTenant, type TestTenant } from '../client.ts';
import { type EmbeddedTarget, startEmbedded } from '../embedded-target.ts';

/** What is seen within a minute is told together; the machine may be busy. */
const TOLD_WITHIN_MS = 240_000;

let target: EmbeddedTarget;
let receiver: TestReceiver;
let tenant: TestTenant;
beforeAll(async () => {
  [target, receiver] = await Promise.all([startEmbedded(), startReceiver()]);
  tenant = await newTenant(target);
}, 150_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
});

it(
  'a delivery that is dead is told to the endpoint that names the prefix, and to no other',
  async () => {
    receiver.answer('/dead', () => 503);
    const settings = { digest: { at: '08:00' }, channels: ['ops'] };
    expectStatus(await tenant.call('PUT', '/v1/notices', { body: settings }), 200);
    await tenant.endpoint(`${receiver.url}/told`, {
      eventTypes: ['posthorn.*'],
      channels: ['ops'],
    });
    const { id } = await tenant.endpoint(`${receiver.url}/dead`, { retryPolicy: 'none' });
    await tenant.event({ type: 'dossier.created', data: {} });
    const [request] = await eventually(() => {
      const told = receiver.at('/told');
      return told.length > 0 && told;
    }, TOLD_WITHIN_MS);
    const { type, data } = JSON.parse(`${request?.body}`);
    expect([type, data]).toMatchObject([
      'posthorn.deliveries.dead',
      { endpoint: id, count: 1, outcome: 'http_503', waiting: 0 },
    ]);
    expect(receiver.at('/dead')).toHaveLength(1);
  },
  TOLD_WITHIN_MS + 60_000,
);
