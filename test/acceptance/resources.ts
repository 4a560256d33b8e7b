// One thing of each kind that an id in the API may name, made by its owner: what the tests over all
// operations ask for. A new kind is a line in KINDS, and what makes it stands in `makeResources`.

import type { Operation } from '../../lambdas/http/operation.ts';
import { eventually } from '../builders/eventually.ts';
import { call, type TestTenant } from './client.ts';
import type { Target } from './target.ts';

export type Kind =
  | 'endpoint'
  | 'event'
  | 'delivery'
  | 'replay'
  | 'key'
  | 'template'
  | 'subject'
  | 'session';
export type Resources = Readonly<Record<Kind, string>>;

/** By the beginning of the path. */
const KINDS: readonly (readonly [path: string, kind: Kind])[] = [
  ['/v1/endpoints/{id}', 'endpoint'],
  ['/v1/events/{id}', 'event'],
  ['/v1/deliveries/{id}', 'delivery'],
  ['/v1/replays/{id}', 'replay'],
  ['/v1/keys/{id}', 'key'],
  ['/v1/templates/{id}', 'template'],
  ['/v1/subjects/{subject}', 'subject'],
];

export function kindIn({ path }: Pick<Operation, 'path'>): Kind | undefined {
  return KINDS.find(([start]) => path === start || path.startsWith(`${start}/`))?.[1];
}

/** What names something of a tenant in a query or in a body: the operation's part of the request. */
export const NAMED_ELSEWHERE: Readonly<
  Record<string, (ids: Resources) => { readonly query?: string; readonly body?: object }>
> = {
  listDeliveries: ({ endpoint }) => ({ query: `endpoint=${endpoint}` }),
  listEvents: ({ endpoint }) => ({ query: `endpoint=${endpoint}` }),
  listReplays: ({ endpoint }) => ({ query: `endpoint=${endpoint}` }),
  getAttemptAnalytics: ({ endpoint }) => ({ query: `endpoint=${endpoint}` }),
  getDeliveryAnalytics: ({ endpoint }) => ({ query: `endpoint=${endpoint}` }),
  getLatencyAnalytics: ({ endpoint }) => ({ query: `endpoint=${endpoint}` }),
  getRetryAnalytics: ({ endpoint }) => ({ query: `endpoint=${endpoint}` }),
  testFilter: ({ event }) => ({ body: { filter: { mark: [{ exists: true }] }, event } }),
  testTransform: ({ event }) => ({ body: { source: 'mark', event } }),
  createPortalSession: ({ endpoint }) => ({ body: { endpoints: [endpoint] } }),
  revokePortalSessions: ({ session }) => ({ query: `id=${session}` }),
  createReplay: ({ endpoint }) => ({ body: { endpoint, since: '2026-01-01T00:00:00Z' } }),
};

/** @param mark stands in everything that can hold text */
export async function makeResources(tenant: TestTenant, mark: string): Promise<Resources> {
  // Nobody listens there, and it is paused before anything is sent: nothing changes by itself.
  const { id: endpoint } = await tenant.endpoint(`http://127.0.0.1:9/${mark}`, {
    description: mark,
    headers: { 'x-mark': mark },
  });
  await tenant.call('POST', `/v1/endpoints/${endpoint}/pause`);
  const event = await tenant.event({ type: 'mark.made', subject: mark, data: { mark } });
  const delivery = await eventually(async () => {
    const read = await tenant.call('GET', `/v1/events/${event}`);
    return read.body.deliveries?.[0]?.id;
  });
  const replay = await tenant.call('POST', '/v1/replays', {
    body: { endpoint, since: '2026-01-01T00:00:00Z', types: [mark] },
  });
  const key = await tenant.call('POST', '/v1/keys', { body: { name: mark } });
  const template = await tenant.call('POST', '/v1/templates', {
    body: { name: mark, settings: { description: mark } },
  });
  const session = await tenant.call('POST', '/v1/portal-sessions', { body: { actor: mark } });
  await eventually(async () => {
    const read = await tenant.call('GET', `/v1/replays/${replay.body.id}`);
    return 'state' in read.body && read.body.state === 'done';
  });
  return {
    endpoint,
    event,
    delivery,
    replay: replay.body.id,
    key: key.body.id,
    template: template.body.id,
    subject: mark,
    session: session.body.id,
  };
}

/** All that its owner can read of it. */
export async function snapshot(tenant: TestTenant, ids: Resources): Promise<string> {
  const paths = [
    `/v1/endpoints/${ids.endpoint}`,
    `/v1/endpoints/${ids.endpoint}/secret`,
    '/v1/endpoints',
    `/v1/events/${ids.event}`,
    `/v1/deliveries/${ids.delivery}`,
    '/v1/deliveries',
    `/v1/replays/${ids.replay}`,
    '/v1/keys',
    '/v1/templates',
    '/v1/portal-sessions',
  ];
  const answers = await Promise.all(paths.map((path) => tenant.call('GET', path)));
  for (const { status, body } of answers) if (status !== 200) throw new Error(JSON.stringify(body));
  return JSON.stringify(answers.map(({ body }) => body));
}

/** What is not a tenant's: how the operator comes by an id. */
export async function operatorIds(target: Target): Promise<Readonly<Record<string, string>>> {
  const keys = await call(target, 'GET', '/v1/signing-keys', { key: target.operatorKey });
  const signingKey = keys.body.data[0]?.id ?? '';
  return {
    '/v1/signing-keys/{id}': signingKey,
    '/v1/tenants/{id}': 'demo',
    '/.well-known/keys/{file}': `${signingKey}.pem`,
    '/.well-known/{tenant}/{environment}/jwks.json': 'demo',
    '/v1/event-types/{name}': 'dossier.created',
    '/docs/{file}': 'swagger-ui.css',
  };
}
