// Every operation against every scope: a key with one scope may do what the table says, and nothing else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY_SCOPES, type KeyScope } from '../../../lambdas/core/keys/api-key.ts';
import { OPERATIONS } from '../../../scripts/openapi/operations.ts';
import { newTenant } from '../client.ts';
import { startEmbedded } from '../embedded-target.ts';
import type { Target } from '../target.ts';

/** Who may call it: anyone, every key, the operator alone, or the operator and keys with the scope. */
const MAY: Readonly<Record<string, 'anyone' | 'every key' | 'operator' | KeyScope>> = {
  postEvent: 'events:write',
  postEvents: 'events:write',
  listEvents: 'events:read',
  getEvent: 'events:read',
  getLatestEvent: 'events:read',
  pollEndpointEvents: 'events:read',
  redactEvent: 'events:redact',
  putEventType: 'operator',
  getEventType: 'every key',
  deleteEventType: 'operator',
  listEventTypes: 'every key',
  listPublicEventTypes: 'anyone',
  createEndpoint: 'endpoints:write',
  createEndpoints: 'endpoints:write',
  listEndpoints: 'endpoints:read',
  changeEndpoints: 'endpoints:write',
  getEndpoint: 'endpoints:read',
  changeEndpoint: 'endpoints:write',
  deleteEndpoint: 'endpoints:write',
  getEndpointSecret: 'secrets:read',
  rotateEndpointSecret: 'secrets:write',
  pauseEndpoint: 'endpoints:write',
  resumeEndpoint: 'endpoints:write',
  purgeEndpoint: 'endpoints:write',
  testEndpoint: 'endpoints:write',
  testEndpoints: 'endpoints:write',
  verifyEndpoint: 'endpoints:write',
  createTemplate: 'endpoints:write',
  listTemplates: 'endpoints:read',
  getTemplate: 'endpoints:read',
  changeTemplate: 'endpoints:write',
  deleteTemplate: 'endpoints:write',
  testFilter: 'endpoints:read',
  testTransform: 'endpoints:read',
  getRoutingRules: 'endpoints:read',
  putRoutingRules: 'endpoints:write',
  getNoticeSettings: 'endpoints:read',
  putNoticeSettings: 'endpoints:write',
  listDeliveries: 'deliveries:read',
  getDelivery: 'deliveries:read',
  retryDelivery: 'deliveries:write',
  cancelDelivery: 'deliveries:write',
  createReplay: 'deliveries:write',
  recoverEndpoint: 'deliveries:write',
  listReplays: 'deliveries:read',
  getReplay: 'deliveries:read',
  pauseReplay: 'deliveries:write',
  resumeReplay: 'deliveries:write',
  cancelReplay: 'deliveries:write',
  createKey: 'keys:write',
  listKeys: 'keys:write',
  getCurrentKey: 'every key',
  getKey: 'keys:write',
  revokeKey: 'keys:write',
  getAttemptAnalytics: 'deliveries:read',
  getDeliveryAnalytics: 'deliveries:read',
  getLatencyAnalytics: 'deliveries:read',
  getRetryAnalytics: 'deliveries:read',
  getAnalyticsSummary: 'deliveries:read',
  getComparison: 'deliveries:read',
  getRecommendations: 'deliveries:read',
  listIssueMarks: 'deliveries:read',
  markIssue: 'deliveries:write',
  createPortalSession: 'portal:write',
  listPortalSessions: 'portal:write',
  revokePortalSessions: 'portal:write',
  createConsoleSession: 'operator',
  listConsoleSessions: 'operator',
  revokeConsoleSessions: 'operator',
  endSession: 'every key',
  getSignIn: 'anyone',
  signIn: 'anyone',
  showMailLink: 'anyone',
  useMailLink: 'anyone',
  putTenant: 'operator',
  getTenant: 'operator',
  deleteTenant: 'operator',
  listTenants: 'operator',
  listSigningKeys: 'endpoints:read',
  bringSigningKey: 'operator',
  rotateSigningKey: 'secrets:write',
  getJwks: 'anyone',
  getPublicKey: 'anyone',
  getTenantJwks: 'anyone',
  getTenantPublicKey: 'anyone',
  getSealingKeys: 'operator',
  reseal: 'operator',
  getEgressAddresses: 'anyone',
  getHealth: 'anyone',
  getOpenApi: 'anyone',
  getDocs: 'anyone',
  getDocsFile: 'anyone',
  getQueues: 'operator',
  listDeadLetters: 'operator',
  redriveDeadLetters: 'operator',
};
/** Bodies that a key with the operation's scope alone may send. */
const BODIES: Readonly<Record<string, object>> = {
  createKey: { scopes: ['keys:write'] },
  // Alone it makes no session, and is refused for that only after the body has been read.
  createPortalSession: { expiresInSeconds: 1 },
  testFilter: { filter: { a: ['b'] }, data: { a: 'b' } },
};
const NAMED: Readonly<Record<string, string>> = {
  id: 'x',
  name: 'a.b',
  subject: 'x',
  tenant: 'x',
  environment: 'live',
  file: 'x',
  link: 'x',
};

let target: Target;
let keys: readonly (readonly [who: KeyScope, key: string])[];

beforeAll(async () => {
  target = await startEmbedded();
  const tenant = await newTenant(target);
  keys = await Promise.all(
    KEY_SCOPES.map(async (scope) => {
      const { body } = await tenant.call('POST', '/v1/keys', { body: { scopes: [scope] } });
      return [scope, body.key] as const;
    }),
  );
}, 120_000);
afterAll(() => target?.remove());

it('the table has a row for every operation, and no other', () => {
  expect(Object.keys(MAY).toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

describe.each(OPERATIONS)('$id', ({ id, method, path, bodyExample }) => {
  const may = MAY[id];
  const body = BODIES[id] ?? bodyExample;
  const statusFor = async (key?: string): Promise<number> => {
    const named = path.replaceAll(/\{(\w+)\}/g, (_, name) => NAMED[name] ?? '');
    const { status } = await fetch(`${target.url}${named}`, {
      method: method.toUpperCase(),
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return status;
  };

  it(`is for ${may}`, async () => {
    expect((await statusFor()) === 401).toBe(may !== 'anyone');
    expect(await statusFor('ph_live_unknown')).toBe(may === 'anyone' ? await statusFor() : 401);
    for (const [scope, key] of keys) {
      const isMeant = may === 'anyone' || may === 'every key' || may === scope;
      expect((await statusFor(key)) !== 403, scope).toBe(isMeant);
    }
  });
});
