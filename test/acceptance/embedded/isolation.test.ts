// For every operation: what is another tenant's, or of the other environment, looks as if it did not exist.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SESSION_SCOPES } from '../../../lambdas/core/sessions/session.ts';
import type { Operation } from '../../../lambdas/http/operation.ts';
import { openApiDocument } from '../../../scripts/openapi/document.ts';
import { OPERATIONS } from '../../../scripts/openapi/operations.ts';
import { parametersIn } from '../../builders/openapi-parameters.ts';
import { call, newTenant, type TestTenant } from '../client.ts';
import { startEmbedded } from '../embedded-target.ts';
import {
  type Kind,
  kindIn,
  makeResources,
  NAMED_ELSEWHERE,
  type Resources,
  snapshot,
} from '../resources.ts';
import type { Target } from '../target.ts';

const UNKNOWN_SUFFIX = '01h455vb4pex5vsknk084sn02q';
const UNKNOWN: Resources = {
  endpoint: `ep_${UNKNOWN_SUFFIX}`,
  event: `evt_${UNKNOWN_SUFFIX}`,
  delivery: `dlv_${UNKNOWN_SUFFIX}${UNKNOWN_SUFFIX}`,
  replay: `rpl_${UNKNOWN_SUFFIX}`,
  key: `key_${UNKNOWN_SUFFIX}`,
  template: `tpl_${UNKNOWN_SUFFIX}`,
  subject: 'unknown',
  session: `ses_${UNKNOWN_SUFFIX}`,
};
const MARK = `mark-${randomUUID()}`;

let target: Target;
let owners: Readonly<
  Record<'live' | 'test', { tenant: TestTenant; ids: Resources; before: string }>
>;
/** Who asks for what is not his, and whose it is. */
let pairs: readonly {
  who: string;
  key: string;
  headers: Record<string, string>;
  whose: 'live' | 'test';
  /** Of a session: what it may not call at all, whatever is named. */
  mayNot?: (operation: Operation) => boolean;
  /** Where a whole tenant is counted, it names an endpoint. */
  mustName?: true;
}[];

beforeAll(async () => {
  target = await startEmbedded();
  const [live, test] = [await newTenant(target), await newTenant(target)];
  // The third key is of the tenant that owns the live things, in the other environment.
  const [stranger, sameInTest] = [
    await newTenant(target),
    await newTenant(target, 'test', live.id),
  ];
  const inTest = await newTenant(target, 'test', test.id);
  const owned = async (tenant: TestTenant) => {
    const ids = await makeResources(tenant, MARK);
    return { tenant, ids, before: await snapshot(tenant, ids) };
  };
  const session = async ({ key }: TestTenant, body: object) => {
    const all = { scopes: SESSION_SCOPES, ...body };
    const made = await call(target, 'POST', '/v1/portal-sessions', { key, body: all });
    expect(made.status).toBe(201);
    return made.body.token;
  };
  const { id: other } = await live.endpoint('http://127.0.0.1:9/other', {
    eventTypes: ['mark.of-the-other'],
  });
  const ofTheOther = await session(live, { endpoints: [other] });
  owners = { live: await owned(live), test: await owned(inTest) };
  const operator = (tenant: string, environment: string) => ({
    'posthorn-tenant': tenant,
    'posthorn-environment': environment,
  });
  pairs = [
    {
      who: 'another tenant’s session',
      key: await session(stranger, {}),
      headers: {},
      whose: 'live',
      mayNot: ({ access }) => !inSessions.includes(access),
    },
    {
      who: 'a session for another endpoint of the same tenant',
      key: ofTheOther,
      mustName: true,
      headers: {},
      whose: 'live',
      mayNot: (one) =>
        !inSessions.includes(one.access) || one.session === 'refused' || one.id === 'testFilter',
    },
    { who: 'another tenant’s key', key: stranger.key, headers: {}, whose: 'live' },
    { who: 'a test key of the same tenant', key: sameInTest.key, headers: {}, whose: 'live' },
    { who: 'a live key of the same tenant', key: test.key, headers: {}, whose: 'test' },
    {
      who: 'the operator for another tenant',
      key: target.operatorKey,
      headers: operator(stranger.id, 'live'),
      whose: 'live',
    },
    {
      who: 'the operator in the other environment',
      key: target.operatorKey,
      headers: operator(live.id, 'test'),
      whose: 'live',
    },
  ];
}, 120_000);
afterAll(() => target?.remove());

const inSessions: readonly string[] = SESSION_SCOPES;
const OF_NO_TENANT = ['open', 'key', 'operator'];
const isOfTenant = ({ access }: Operation): boolean => !OF_NO_TENANT.includes(access);
const ofTenants = OPERATIONS.filter(isOfTenant);
const withId = ofTenants.filter(({ path }) => path.includes('{'));

function request(operation: Operation, ids: Resources, kind: Kind | undefined) {
  const named = NAMED_ELSEWHERE[operation.id]?.(ids) ?? {};
  const path = kind === undefined ? operation.path : operation.path.replace(/\{\w+\}/, ids[kind]);
  const body = named.body ?? operation.bodyExample;
  return { path: named.query ? `${path}?${named.query}` : path, body };
}

describe('the table of kinds', () => {
  it.each(withId)('knows what the id in $path names', (operation) => {
    expect(kindIn(operation), 'add it to test/acceptance/resources.ts').toBeDefined();
    expect(operation.path.match(/\{/g)).toHaveLength(1);
  });

  it('knows the operations that name something in their query or body', () => {
    const document = openApiDocument();
    const { paths, components } = document;
    const naming = ofTenants.filter(({ path, method }) => {
      const documented = paths[path]?.[method];
      const { requestBody = {} } = Object(documented);
      const query = parametersIn(document, documented).filter((one) => one.in === 'query');
      const input = [...query, requestBody];
      return namesSomething(input, components.schemas);
    });
    expect(naming.map(({ id }) => id).toSorted()).toEqual(Object.keys(NAMED_ELSEWHERE).toSorted());
  });
});

describe.each(ofTenants.filter((one) => kindIn(one) ?? NAMED_ELSEWHERE[one.id]))(
  '$id',
  (operation) => {
    it('answers as if it did not exist, to all but the owner', async () => {
      for (const { who, key, headers, whose, mayNot } of pairs) {
        const { ids } = owners[whose];
        const ask = async (of: Resources) => {
          const { path, body } = request(operation, of, kindIn(operation));
          const sending = { key, headers, ...(body === undefined ? {} : { body }) };
          const answer = await call(target, operation.method.toUpperCase(), path, sending);
          const { requestId, ...rest } = Object(answer.body);
          expect(requestId).toBeTypeOf('string');
          return { status: answer.status, headers: plain(answer.headers), body: rest };
        };
        const [foreign, unknown] = [await ask(ids), await ask(UNKNOWN)];
        expect(foreign.status, who).toBe(mayNot?.(operation) ? 403 : 404);
        expect(foreign, who).toEqual(unknown);
        expectNothingOf(ids, JSON.stringify(foreign));
      }
    });
  },
);

it.each(ofTenants.filter(({ method, path }) => method === 'get' && !path.includes('{')))(
  '$id shows nothing of others',
  async (operation) => {
    for (const { who, key, headers, whose, mayNot, mustName } of pairs) {
      const { status, body } = await call(target, 'GET', operation.path, { key, headers });
      const isTooWide = mustName && operation.path.startsWith('/v1/analytics/');
      expect(status, who).toBe(isTooWide || mayNot?.(operation) ? 403 : 200);
      expectNothingOf(owners[whose].ids, JSON.stringify(body));
    }
  },
);

it.each(OPERATIONS.filter(({ access, ownScope }) => access === 'operator' && !ownScope))(
  '$id is not for a tenant’s key, nor for its sessions',
  async ({ method, path, bodyExample: body }) => {
    const { tenant } = owners.live;
    const named = path.replace('{id}', tenant.id);
    const sessions = pairs.filter(({ mayNot }) => mayNot !== undefined);
    for (const { key } of [tenant, ...sessions]) {
      const sending = { key, ...(body === undefined ? {} : { body }) };
      expect((await call(target, method.toUpperCase(), named, sending)).status).toBe(403);
    }
  },
);

it('nothing of the owners changed', async () => {
  for (const { tenant, ids, before } of Object.values(owners)) {
    expect(await snapshot(tenant, ids)).toBe(before);
  }
});

function expectNothingOf(ids: Resources, text: string): void {
  for (const id of [MARK, ...Object.values(ids)]) expect(text).not.toContain(id);
}

const plain = (headers: Headers): object =>
  Object.fromEntries(
    [...headers].filter(([name]) => !['posthorn-request-id', 'date'].includes(name)),
  );

/** Whether an example of it, at any depth, is the id of something. */
function namesSomething(node: unknown, schemas: object, seen = new Set<unknown>()): boolean {
  if (typeof node !== 'object' || node === null || seen.has(node)) return false;
  seen.add(node);
  return Object.entries(node).some(([name, value]) => {
    if (name === 'example' && typeof value === 'string')
      return /^(ep|evt|dlv|rpl|key|tpl|ses)_/.test(value);
    const component = name === '$ref' ? String(value).split('/').at(-1) : undefined;
    if (component !== undefined) return namesSomething(Object(schemas)[component], schemas, seen);
    return namesSomething(value, schemas, seen);
  });
}
