// `If-Match` at every operation that changes what is stored: nobody overwrites what he has not seen.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';
import type { ApiService, Ask } from '../builders/api-service.ts';
import { decideOnCalls, startService } from '../builders/broken-calls.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.stop());

let count = 0;
const acme: Ask = (...asked) => service.acme(...asked);
const operator: Ask = (...asked) => service.operator(...asked);

interface Case {
  readonly ask: Ask;
  /** Makes the thing. @returns the path at which it is read, and deleted if it can be */
  readonly make: () => Promise<string>;
  /** What changes it, at its path and what follows. */
  readonly request: readonly [method: string, path: string, body?: object];
}

const ENDPOINT = { url: 'https://acme.io/a' };
const endpoint = async () =>
  `/v1/endpoints/${(await acme('POST', '/v1/endpoints', ENDPOINT)).json.id}`;
const template = async () => {
  const { json } = await acme('POST', '/v1/templates', { name: `t${++count}` });
  return `/v1/templates/${json.id}`;
};
const eventType = async () => {
  const path = `/v1/event-types/tag.n${++count}`;
  await operator('PUT', path, { description: 'one' });
  return path;
};
const tenant = async () => {
  const path = `/v1/tenants/tag-${++count}`;
  await operator('PUT', path, { name: 'one' });
  return path;
};

const rulesOf = (n: number) => ({
  rules: [{ when: { n: [n] }, set: { channels: ['a'] } }],
});
const rules = async () => {
  await acme('PUT', '/v1/routing-rules', rulesOf(++count));
  return '/v1/routing-rules';
};

const noticesOf = (channel: string | number) => ({ channels: [String(channel)] });
const notices = async () => {
  await acme('PUT', '/v1/notices', noticesOf(++count));
  return '/v1/notices';
};

const CASES: Readonly<Record<string, Case>> = {
  changeEndpoint: { ask: acme, make: endpoint, request: ['PATCH', '', { timeoutMs: 4_000 }] },
  deleteEndpoint: { ask: acme, make: endpoint, request: ['DELETE', ''] },
  rotateEndpointSecret: { ask: acme, make: endpoint, request: ['POST', '/rotate-secret', {}] },
  changeTemplate: {
    ask: acme,
    make: template,
    request: ['PATCH', '', { settings: { timeoutMs: 4_000 } }],
  },
  deleteTemplate: { ask: acme, make: template, request: ['DELETE', ''] },
  putEventType: { ask: operator, make: eventType, request: ['PUT', '', { description: 'two' }] },
  deleteEventType: { ask: operator, make: eventType, request: ['DELETE', ''] },
  putRoutingRules: { ask: acme, make: rules, request: ['PUT', '', rulesOf(0)] },
  putNoticeSettings: { ask: acme, make: notices, request: ['PUT', '', noticesOf(0)] },
  putTenant: { ask: operator, make: tenant, request: ['PUT', '', { name: 'two' }] },
  deleteTenant: { ask: operator, make: tenant, request: ['DELETE', ''] },
};
/** They change no stored version, or none that a caller has seen. */
const WITHOUT: Readonly<Record<string, string>> = {
  changeEndpoints: 'it means what a filter means, at the versions that it finds',
  revokePortalSessions: 'a session is never changed but revoked, and that may be repeated',
  revokeConsoleSessions: 'as revokePortalSessions',
  endSession: 'as revokePortalSessions',
  revokeKey: 'a key is never changed but revoked, and that may be repeated',
};

describe('the table', () => {
  it('has every operation that replaces or removes what is stored, or takes `If-Match`', () => {
    const meant = OPERATIONS.filter(
      ({ method, headers = {} }) =>
        ['put', 'patch', 'delete'].includes(method) || 'If-Match' in headers,
    );
    const known = [...Object.keys(CASES), ...Object.keys(WITHOUT)];
    expect(meant.map(({ id }) => id).toSorted()).toEqual(known.toSorted());
    const taking = OPERATIONS.filter(({ headers = {} }) => 'If-Match' in headers);
    expect(taking.map(({ id }) => id).toSorted()).toEqual(Object.keys(CASES).toSorted());
  });
});

describe.each(Object.entries(CASES))('%s', (_, { ask, make, request: [method, below, body] }) => {
  const send = (path: string, tag: string) => ask(method, path + below, body, { 'if-match': tag });
  const tagOf = async (path: string) => {
    const { headers } = await ask('GET', path);
    return headers.get('etag') ?? 'none';
  };

  it('is carried out on the version that is named', async () => {
    const path = await make();
    expect((await send(path, await tagOf(path))).status).toBeLessThan(300);
  });

  it('is carried out on the version that is named, among others, and on any', async () => {
    const path = await make();
    expect((await send(path, `"other", ${await tagOf(path)}`)).status).toBeLessThan(300);
    expect((await send(await make(), '*')).status).toBeLessThan(300);
  });

  it.each([
    ['another', () => '"other"', 412],
    ['a weak one', (tag: string) => `W/${tag}`, 412],
    ['no tag', () => 'other', 422],
    ['an empty one', () => '', 422],
  ] as const)('changes nothing where the tag is %s', async (_tag, given, status) => {
    const path = await make();
    const tag = await tagOf(path);
    const answer = await send(path, given(tag));
    expect([answer.status, answer.json.errors[0].path]).toEqual([status, 'If-Match']);
    if (status === 412) expect(answer.headers.get('etag')).toBe(tag);
    expect(await tagOf(path)).toBe(tag);
  });

  it('is refused once it was carried out, and shows the new version', async () => {
    const path = await make();
    const before = await tagOf(path);
    const answer = await send(path, before);
    if (method === 'DELETE') return;
    expect(answer.headers.get('etag')).toBe(await tagOf(path));
    expect(await tagOf(path)).not.toBe(before);
    expect((await send(path, before)).status).toBe(412);
  });

  it('changes nothing where another change comes between its reading and its writing', async () => {
    const path = await make();
    const tag = await tagOf(path);
    let isOver = false;
    const [, , kind = '', named] = path.split('/');
    const id = named ?? { notices: 'settings' }[kind] ?? 'rules';
    decideOnCalls(service.client, async (command, { ConditionExpression = '', Key, Item }) => {
      const isOfIt = (Item ?? Key)?.sk?.S === id && /doc = :before/.test(ConditionExpression);
      if (isOver || !isOfIt || !/^(Put|Delete)/.test(command)) return undefined;
      isOver = true;
      const change = {
        endpoints: ['PATCH', { description: 'between' }],
        templates: ['PATCH', { settings: { description: 'between' } }],
        'event-types': ['PUT', { description: 'between' }],
        tenants: ['PUT', { name: 'between' }],
        notices: ['PUT', noticesOf('between')],
        'routing-rules': ['PUT', { rules: [{ when: { n: [0] }, set: { channels: ['between'] } }] }],
      }[kind] as [string, object];
      expect((await ask(change[0], path, change[1])).status).toBe(200);
      return undefined;
    });
    const answer = await send(path, tag);
    expect([isOver, answer.status]).toEqual([true, 412]);
    expect(JSON.stringify((await ask('GET', path)).json)).toContain('between');
  });
});

describe('a name that is given again', () => {
  it('has another tag, though all that was said of it is the same', async () => {
    const path = await eventType();
    const { headers } = await operator('GET', path);
    const tag = headers.get('etag') ?? '';
    await operator('DELETE', path);
    service.clock.nowMs += 1;
    await operator('PUT', path, { description: 'one' });
    const stale = await operator('PUT', path, { description: 'two' }, { 'if-match': tag });
    expect(stale.status).toBe(412);
  });

  it.each(['*', '"one"'])('is not made by who says %s', async (tag) => {
    for (const [path, body] of [
      [`/v1/event-types/tag.n${++count}`, { description: 'one' }],
      [`/v1/tenants/tag-${++count}`, { name: 'one' }],
    ] as const) {
      expect((await operator('PUT', path, body, { 'if-match': tag })).status).toBe(412);
      expect((await operator('GET', path)).status).toBe(404);
    }
  });
});
