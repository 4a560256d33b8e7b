// Ctrl-C on `npm start`: what is on its way ends first. npm passes on a Ctrl-C that came from the terminal already.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { call } from '../client.ts';
import { type EmbeddedTarget, startEmbedded } from '../embedded-target.ts';

const TENANT = { 'posthorn-tenant': 'acme' };
let target: EmbeddedTarget;
let receiver: TestReceiver;

beforeAll(async () => {
  receiver = await startReceiver();
  target = await startEmbedded();
  const body = { url: `${receiver.url}/hook`, timeoutMs: 5_000 };
  await ask('PUT', '/v1/tenants/acme', { name: 'Acme' });
  await ask('POST', '/v1/endpoints', body);
}, 90_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
});

const ask = async (method: string, path: string, body?: object) =>
  (await call(target, method, path, { key: target.operatorKey, headers: TENANT, body })).body;

/** An event whose request has reached the receiver and waits there for its answer. */
async function underWay(): Promise<string> {
  receiver.hold();
  const { id } = await ask('POST', '/v1/events', { type: 'a.b', data: {} });
  await eventually(() => receiver.held() === 1);
  return id;
}

describe('Ctrl-C', () => {
  it('lets the delivery that is on its way end, also when npm passes it on', async () => {
    const id = await underWay();
    const ended = target.interrupt(10);
    await eventually(() => target.printed().includes('stopping'));
    receiver.letGo();
    expect(await ended).toBe(0);
    await target.start();
    const delivery = await eventually(async () => {
      const [found] = (await ask('GET', `/v1/events/${id}`)).deliveries;
      return found?.status === 'delivered' && found;
    });
    expect(delivery.attempts).toHaveLength(1);
    expect(receiver.at('/hook')).toHaveLength(1);
  }, 60_000);

  it('ends it at once when it comes a second time', async () => {
    await underWay();
    expect(await target.interrupt(1_000)).toBe(130);
    receiver.letGo();
  }, 60_000);
});
