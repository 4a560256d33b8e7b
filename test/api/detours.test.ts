// A scope gives what its name says, and nothing through a detour: a change, a template, a test, a key that a key makes,
// a replay.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY_SCOPES, type KeyScope } from '../../lambdas/core/keys/api-key.ts';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';
import { type ApiService, type Ask, startApiService } from '../builders/api-service.ts';
import { anEvent } from '../builders/events.ts';

const SECRET = 'whsec_c2VjcmV0LW9mLXRoZS1jdXN0b21lci0wMTIz';
const BEARER = 'bearer-of-the-customer-0123456789';
const authentication = [{ type: 'bearer', token: BEARER }];

interface World {
  readonly endpoint: string;
  readonly template: string;
  readonly event: string;
  readonly manager: string;
}
type Request = readonly [method: string, path: string, body?: object];

let service: ApiService;
let world: World;
beforeAll(async () => {
  service = await startApiService();
  const url = 'https://acme.io/a';
  const make = async (path: string, body: object) => {
    const { status, json } = await service.acme('POST', path, body);
    expect(status, JSON.stringify(json)).toBe(201);
    return json.id;
  };
  const event = anEvent({ tenant: 'acme', environment: 'live', data: '{"a":"b"}' });
  await service.ledger.putEvents([{ event, targets: [] }]);
  world = {
    endpoint: await make('/v1/endpoints', { url, secret: SECRET, authentication }),
    template: await make('/v1/templates', { name: 't', settings: { authentication } }),
    event: event.id,
    manager: await make('/v1/keys', {}),
  };
});
afterAll(() => service?.stop());

/** What a key that has these scopes alone asks, and the status of the refusal. */
const REFUSED: readonly (readonly [
  what: string,
  scopes: readonly KeyScope[],
  request: (world: World) => Request,
  status: number,
])[] = [
  [
    'sends kept credentials to another origin',
    ['endpoints:write', 'endpoints:read'],
    ({ endpoint }) => ['PATCH', `/v1/endpoints/${endpoint}`, { url: 'https://evil.io/a' }],
    403,
  ],
  [
    'sends a template’s credentials to an endpoint of its own',
    ['endpoints:write', 'endpoints:read'],
    ({ template }) => ['POST', '/v1/endpoints', { url: 'https://evil.io/a', template }],
    403,
  ],
  [
    'sets the secret of an endpoint by a change',
    ['endpoints:write'],
    ({ endpoint }) => ['PATCH', `/v1/endpoints/${endpoint}`, { secret: SECRET }],
    422,
  ],
  [
    'rotates a secret',
    ['endpoints:write', 'secrets:read'],
    ({ endpoint }) => ['POST', `/v1/endpoints/${endpoint}/rotate-secret`],
    403,
  ],
  [
    'reads a secret',
    ['endpoints:read', 'endpoints:write', 'secrets:write'],
    ({ endpoint }) => ['GET', `/v1/endpoints/${endpoint}/secret`],
    403,
  ],
  [
    'reads an event through a filter',
    ['endpoints:read'],
    ({ event }) => ['POST', '/v1/filters/test', { filter: { a: ['b'] }, event }],
    403,
  ],
  [
    'makes a key with more',
    ['keys:write'],
    () => ['POST', '/v1/keys', { scopes: ['keys:write', 'events:read'] }],
    403,
  ],
  ['makes a manager’s key', ['keys:write', 'events:read'], () => ['POST', '/v1/keys', {}], 403],
  [
    'makes a key by a preset with more',
    ['keys:write', 'events:read'],
    () => ['POST', '/v1/keys', { preset: 'producer' }],
    403,
  ],
  [
    'revokes a key with more',
    ['keys:write'],
    ({ manager }) => ['DELETE', `/v1/keys/${manager}`],
    403,
  ],
  [
    'lets somebody into the portal with more',
    ['portal:write', 'endpoints:read', 'events:read'],
    () => ['POST', '/v1/portal-sessions', { preset: 'viewer' }],
    403,
  ],
  [
    'lets somebody into the portal by other scopes with more',
    ['portal:write', 'secrets:write'],
    () => ['POST', '/v1/portal-sessions', { scopes: ['secrets:write', 'secrets:read'] }],
    403,
  ],
  [
    'redacts with what posts',
    ['events:write', 'events:read'],
    ({ event }) => ['POST', `/v1/events/${event}/redact`],
    403,
  ],
  [
    'replays with what reads',
    ['deliveries:read', 'events:read', 'endpoints:write'],
    ({ endpoint }) => ['POST', '/v1/replays', { endpoint, since: '2026-01-01T00:00:00Z' }],
    403,
  ],
  [
    'recovers with what changes endpoints',
    ['endpoints:write'],
    ({ endpoint }) => [
      'POST',
      `/v1/endpoints/${endpoint}/recover`,
      { since: '2026-01-01T00:00:00Z' },
    ],
    403,
  ],
  [
    'sends a template’s credentials to endpoints of its own, many at once',
    ['endpoints:write', 'endpoints:read'],
    ({ template }) => [
      'POST',
      '/v1/endpoints/bulk',
      { endpoints: [{ url: 'https://evil.io/a', template }] },
    ],
    403,
  ],
  [
    'gives kept credentials to a URL that a change of many sets',
    ['endpoints:write', 'endpoints:read'],
    () => ['PATCH', '/v1/endpoints', { filter: {}, changes: { url: 'https://evil.io/a' } }],
    422,
  ],
  [
    'sets the secrets of many by a change',
    ['endpoints:write', 'secrets:read'],
    () => ['PATCH', '/v1/endpoints', { filter: {}, changes: { secret: SECRET } }],
    422,
  ],
  [
    'imports a signing key',
    KEY_SCOPES,
    () => ['POST', '/v1/signing-keys', { privateKey: 'x' }],
    403,
  ],
];

/** As a key that another key made is: stored with its scopes as they are. */
async function keyWith(scopes: readonly KeyScope[]): Promise<Ask> {
  const { status, json } = await service.acme('POST', '/v1/keys', { scopes });
  expect(status).toBe(201);
  return service.askWith(json.key);
}

const UNDER_ITS_OWN = 'does under its scope what the scope is for, to what is there';
/** Operations that can change, send or show something, and the reason why they are no detour. */
const NO_DETOUR: Readonly<Record<string, string>> = {
  postEvent: UNDER_ITS_OWN,
  postEvents: UNDER_ITS_OWN,
  deleteEndpoint: UNDER_ITS_OWN,
  pauseEndpoint: UNDER_ITS_OWN,
  resumeEndpoint: UNDER_ITS_OWN,
  purgeEndpoint: UNDER_ITS_OWN,
  retryDelivery: UNDER_ITS_OWN,
  cancelDelivery: UNDER_ITS_OWN,
  pauseReplay: UNDER_ITS_OWN,
  resumeReplay: UNDER_ITS_OWN,
  cancelReplay: UNDER_ITS_OWN,
  testEndpoint: 'sends a sample of its own, never a stored event, to the URL that is set',
  testEndpoints: 'as testEndpoint',
  testTransform:
    'sends nothing: a stored event needs events:read, a signed request endpoints:write',
  putRoutingRules: 'takes what its body gives',
  markIssue: UNDER_ITS_OWN,
  putNoticeSettings: 'takes what its body gives',
  verifyEndpoint: 'sends a challenge to the URL that is set',
  createTemplate: 'takes what its body gives',
  changeTemplate: 'reaches endpoints that have joined: their URLs stay',
  deleteTemplate: 'is refused while an endpoint has joined',
  revokePortalSessions: 'ends what such keys made, and gives nothing',
};

const isOf = (path: string, declared: string): boolean =>
  new RegExp(`^${declared.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path);

/** Also of one of many. */
function refusalOf({ status, json }: { readonly status: number; readonly json: unknown }) {
  const [first] = Object(json).results ?? [];
  const { detail } = first?.error ?? Object(json);
  return [first?.error?.status ?? status, detail];
}

it('has a row, or a reason for none, for each operation of a key that does more than read', () => {
  const rows = REFUSED.map(([, , request]) => request(world));
  const doing = OPERATIONS.filter(
    ({ access, method }) => KEY_SCOPES.some((scope) => scope === access) && method !== 'get',
  );
  const hasRow = ({ method, path }: { readonly method: string; readonly path: string }) =>
    rows.some((row) => row[0] === method.toUpperCase() && isOf(row[1], path));
  const without = doing.filter((operation) => !hasRow(operation)).map(({ id }) => id);
  expect(without.toSorted()).toEqual(Object.keys(NO_DETOUR).toSorted());
});

describe('a key', () => {
  it.each(REFUSED)('never %s', async (_, scopes, request, status) => {
    const ask = await keyWith(scopes);
    const answer = await ask(...request(world));
    expect(refusalOf(answer), answer.text).toEqual([status, expect.any(String)]);
    expect(answer.text).not.toContain(BEARER);
    expect(answer.text).not.toContain(SECRET);
  });

  it('is refused no such thing that has every scope, but what is the operator’s', async () => {
    const others = REFUSED.filter(([, scopes]) => scopes !== KEY_SCOPES);
    const ask = await keyWith(KEY_SCOPES);
    for (const [what, , request] of others) {
      expect(refusalOf(await ask(...request(world)))[0], what).not.toBe(403);
    }
  });
});
