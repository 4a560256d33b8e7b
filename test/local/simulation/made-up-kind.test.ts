// A new kind of destination is a folder (./pigeon/) and a line in the tables of kinds and of senders.
import { Webhook } from 'standardwebhooks';
import { beforeEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { createSender } from '../../../lambdas/adapters/sender/sender.ts';
import { endpointInput } from '../../../lambdas/api/endpoints/operations.ts';
import { endpointSchema } from '../../../lambdas/api/endpoints/view.ts';
import { STRICT_RULES } from '../../../lambdas/core/destinations/http/url.ts';
import { movesCredentials } from '../../../lambdas/core/endpoints/credentials.ts';
import { isUnverified } from '../../../lambdas/core/endpoints/verification.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { VirtualClock } from '../../../local/simulation/memory/virtual-clock.ts';
import { adaptersOf } from '../../../local/simulation/system/adapters.ts';
import { loadApi } from '../../../local/simulation/system/api.ts';
import { QUIET } from '../../../local/simulation/system/conditions.ts';
import { putTenant } from '../../../local/simulation/system/registry.ts';
import { createSystem } from '../../../local/simulation/system/system.ts';
import { anEvent } from '../../builders/events.ts';
import { closed, flown } from './pigeon/sender.ts';

vi.mock('../../../lambdas/core/destinations/all.ts', async (load) => {
  const all = await load<typeof import('../../../lambdas/core/destinations/all.ts')>();
  const { pigeon } = await import('./pigeon/kind.ts');
  return { ...all, KINDS: { ...all.KINDS, pigeon } };
});
vi.mock('../../../lambdas/adapters/sender/all.ts', async (load) => {
  const all = await load<typeof import('../../../lambdas/adapters/sender/all.ts')>();
  const { createPigeonSender } = await import('./pigeon/sender.ts');
  return { ...all, SENDERS: { ...all.SENDERS, pigeon: createPigeonSender } };
});

const START_MS = 1_767_225_600_000;
const MINUTE_MS = 60_000;
const LOFT = { loft: 'AB12', password: 'seed-and-water' };

function world() {
  const clock = new VirtualClock(START_MS);
  let drawn = 0;
  const system = createSystem({
    clock,
    random: () => (++drawn % 1_000) / 1_000,
    conditions: QUIET,
    receive: async () => ({ kind: 'failure', failure: 'dns', detail: 'is no pigeon' }),
    sabotage: (services) => ({
      ...services,
      sender: createSender(STRICT_RULES, services.surroundings),
    }),
  });
  putTenant(system.dynamoDb, 'acme', START_MS);
  const api = loadApi(system.services);
  const { registry, queues } = adaptersOf(system.services);
  return {
    clock,
    registry,
    ask: (method: string, path: string, body?: unknown) =>
      api.request({ method, path, tenant: 'acme', body }),
    async post(): Promise<string> {
      const random = Buffer.from(String(++drawn).padStart(10, '0'));
      const id = createId('evt', clock.nowMs, random);
      const event = anEvent({ tenant: 'acme', id, acceptedAtMs: clock.nowMs });
      await queues.sendEvents([{ event, mayRepeat: false }]);
      return id;
    },
  };
}

beforeEach(() => {
  flown.length = 0;
  closed.clear();
});

it('it is delivered to, signed, retried and shown like any other', async () => {
  const { ask, post, clock } = world();
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const { status, json: made } = await ask('POST', '/v1/endpoints', { ...LOFT, secret });
  expect(status).toBe(201);
  closed.add('pigeon:AB12');
  const event = await post();
  await clock.run(START_MS + 30_000);
  closed.clear();
  await clock.run(START_MS + 10 * MINUTE_MS);

  const { json } = await ask('GET', `/v1/deliveries?endpoint=${made.id}`);
  const outcomes = json.data[0].attempts.map(({ outcome }: { outcome: string }) => outcome);
  expect(json.data).toMatchObject([{ event, status: 'delivered' }]);
  expect(outcomes).toEqual(['connection_refused', 'connection_refused', 'http_202']);
  const arrived = flown.at(-1);
  expect(arrived).toMatchObject({ url: 'pigeon:AB12', method: 'FLY', password: LOFT.password });
  vi.useFakeTimers({ toFake: ['Date'], now: START_MS + MINUTE_MS });
  const headers = Object.fromEntries(arrived?.headers ?? []);
  expect(() => new Webhook(secret).verify(arrived?.body.toString() ?? '', headers)).not.toThrow();
  vi.useRealTimers();
});

it('its address is checked, kept, masked and changed beside those of others', async () => {
  const { ask, registry } = world();
  const { json: made } = await ask('POST', '/v1/endpoints', LOFT);
  expect(made).toMatchObject({ loft: 'AB12', password: '****', url: null });
  const http = await ask('POST', '/v1/endpoints', { url: 'https://acme.io/hooks' });
  expect(http.json).toMatchObject({ url: 'https://acme.io/hooks', loft: null, password: null });
  for (const { json } of [{ json: made }, http]) endpointSchema.parse(json);

  const moved = await ask('PATCH', `/v1/endpoints/${made.id}`, { loft: 'XY9' });
  expect(moved.json).toMatchObject({ loft: 'XY9', password: '****' });
  const scope = { tenant: 'acme', environment: 'live' } as const;
  const kept = await registry.getEndpoint(scope, made.id);
  expect(kept?.destination).toEqual({ kind: 'pigeon', loft: 'XY9', password: LOFT.password });
  const bulk = { filter: { urlHost: 'xy9' }, changes: { description: 'birds' } };
  expect((await ask('PATCH', '/v1/endpoints', bulk)).json.results).toMatchObject([
    { endpoint: made.id, outcome: 'changed' },
  ]);
});

it.each([
  ['none', {}, ['/url']],
  ['two', { ...LOFT, url: 'https://acme.io/' }, ['/loft']],
  ['one that is wrong', { ...LOFT, loft: 'nowhere' }, ['/loft']],
  ['half of one', { loft: 'AB12' }, ['/password']],
  ['one that a setting does not go with', { ...LOFT, tls: { minVersion: 'TLSv1.3' } }, ['/tls']],
])('an endpoint with %s is refused', async (_, body, paths) => {
  const { ask } = world();
  const { status, json } = await ask('POST', '/v1/endpoints', body);
  expect(status).toBe(422);
  expect(json.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
});

it('it has to be proved and keeps credentials to itself like any other', async () => {
  const { ask, registry } = world();
  const authentication = [{ type: 'bearer', token: 'the-token-of-the-loft-of-acme' }];
  const { json: made } = await ask('POST', '/v1/endpoints', { ...LOFT, authentication });
  const scope = { tenant: 'acme', environment: 'live' } as const;
  const kept = await registry.getEndpoint(scope, made.id);
  if (!kept) throw new Error('it is not there');
  const at = (changes: object) =>
    ({ ...kept, verifyUrl: true, destination: { ...kept.destination, ...changes } }) as typeof kept;
  expect(isUnverified(at({}))).toBe(true);
  expect(isUnverified(at({ provedAtMs: 1 }))).toBe(false);
  expect(movesCredentials(kept, at({ password: 'other' }), false)).toBe(false);
  expect(movesCredentials(kept, at({ loft: 'XY9' }), false)).toBe(true);
});

it('it is in the OpenAPI document', () => {
  const input = z.toJSONSchema(z.object({ it: endpointInput }), {
    io: 'input',
    unrepresentable: 'any',
  });
  const { EndpointInput } = input.$defs ?? {};
  expect(Object.keys(EndpointInput?.properties ?? {})).toEqual(
    expect.arrayContaining(['url', 'loft', 'password']),
  );
  expect(EndpointInput?.required ?? []).not.toContain('url');
  const shown = z.toJSONSchema(z.object({ it: endpointSchema }), { unrepresentable: 'any' });
  expect(shown.$defs?.Endpoint?.required).toEqual(expect.arrayContaining(['url', 'loft']));
});
