// Settings of wrong types, alone and beside others: refused with their paths, and never a 500.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointInputSchema } from '../../../lambdas/core/endpoints/endpoint.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const NAMES = Object.keys(
  endpointInputSchema({ allowHttp: false, allowPrivate: false, allowedPorts: [443] }).shape,
);
const SOUND = {
  contract: 'standard-webhooks',
  headers: { 'x-mine': 'a' },
  renameHeaders: { 'webhook-id': 'x-id' },
  signatures: [{ scheme: 'v1a' }],
  authentication: [{ type: 'bearer', token: 't' }],
};

/** Of every type, and of the right one with wrong members. */
const value = fc.oneof(
  fc.constantFrom(
    { x: {} },
    { x: [] },
    { __proto__: null },
    { 'webhook-id': {} },
    [{}],
    [[]],
    [null],
  ),
  fc.constantFrom(...Object.values(SOUND)),
  fc.jsonValue({ maxDepth: 2 }),
);
const settings = fc.dictionary(fc.constantFrom(...NAMES), value, { minKeys: 1, maxKeys: 4 });

describe('settings of an endpoint', () => {
  it('regression: renameHeaders that rename to an object were once answered with 500', async () => {
    const url = 'https://hooks.acme.com/in';
    for (const wrong of [{ x: {} }, { 'webhook-id': {} }, { x: null }, { x: [] }]) {
      for (const beside of [{}, SOUND, { ...SOUND, contract: {} }, { ...SOUND, headers: [] }]) {
        const body = { url, ...beside, renameHeaders: wrong };
        const { status, json } = await service.acme('POST', '/v1/endpoints', body);
        expect(status).toBe(422);
        const paths = json.errors.map(({ path }: { path: string }) => path);
        expect(paths).toContain(`/renameHeaders/${Object.keys(wrong)[0]}`);
      }
    }
  });

  it.each(['POST', 'PATCH', 'template'])(
    'of any types and in any company give no 500: %s',
    async (way) => {
      const made = await service.acme('POST', '/v1/endpoints', {
        url: 'https://hooks.acme.com/in',
      });
      const { id } = made.json;
      await fc.assert(
        fc.asyncProperty(settings, async (given) => {
          const answer = await (way === 'POST'
            ? service.acme('POST', '/v1/endpoints', { url: 'https://hooks.acme.com/in', ...given })
            : way === 'PATCH'
              ? service.acme('PATCH', `/v1/endpoints/${id}`, given)
              : service.acme('POST', '/v1/templates', { name: 't', settings: given }));
          expect([200, 201, 404, 409, 422]).toContain(answer.status);
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );
});
