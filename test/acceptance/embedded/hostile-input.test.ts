// For every operation, by its own part of the document: input of wrong types, unknown fields, too long and
// hostile text, bad cursors and headers is 4xx with every fault by its path, and never 500.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../lambdas/http/operation.ts';
import { openApiDocument } from '../../../scripts/openapi/document.ts';
import { OPERATIONS } from '../../../scripts/openapi/operations.ts';
import { type DocumentedParameter, parametersIn } from '../../builders/openapi-parameters.ts';
import { type Answer, call, newTenant, type Sending } from '../client.ts';
import { startEmbedded } from '../embedded-target.ts';
import { kindIn, makeResources, operatorIds, type Resources } from '../resources.ts';
import type { Target } from '../target.ts';

const MANY = 'x'.repeat(100_000);
/** What has broken parsers, terminals and databases. */
const HOSTILE: readonly string[] = [
  '\u0000',
  '\ud800',
  '\uffff\ufffe',
  '\u202e\u2066evil',
  'a\r\nSet-Cookie: x=1',
  '../../etc/passwd',
  '__proto__',
  '; DROP TABLE x --',
  '{{7*7}}',
  'İıß\u0301\u{1f9ff}',
];
/** Where entries, and whose they are, are judged one by one: what is wrong there is a result, not a refusal. */
const JUDGES_ENTRIES = new Set(['postEvents', 'createEndpoints']);
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  0.5,
  '',
  MANY,
  [],
  [null],
  {},
  { __proto__: null, constructor: 1 },
  ...HOSTILE,
];

let target: Target;
let ids: Resources;
let fixedIds: Readonly<Record<string, string>>;
let asOperator: Record<string, string>;

beforeAll(async () => {
  target = await startEmbedded();
  const tenant = await newTenant(target);
  asOperator = { 'posthorn-tenant': tenant.id };
  ids = await makeResources(tenant, 'hostile');
  fixedIds = await operatorIds(target);
}, 90_000);
afterAll(() => target?.remove());

interface Described {
  readonly operation: Operation;
  readonly parameters: readonly DocumentedParameter[];
  /** The members of its body, each with what tells values that fit it. */
  readonly members: ReadonlyMap<string, ValidateFunction>;
}

const document = openApiDocument();
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'document', components: document.components });

function describeOperation(operation: Operation): Described {
  const documented = document.paths[operation.path]?.[operation.method];
  const parameters = parametersIn(document, documented);
  const { requestBody } = Object(documented);
  const body = Object(requestBody?.content['application/json'].schema);
  const { properties = {} } = body.$ref ? component(body.$ref) : body;
  const members = Object.entries<object>(properties).map(([name, schema]) => {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
    return [name, ajv.compile(JSON.parse(text))] as const;
  });
  return { operation, parameters, members: new Map(members) };
}
const component = (ref: string) => Object(document.components.schemas)[ref.split('/').at(-1) ?? ''];

const described = OPERATIONS.map(
  (operation) => [operation.id, describeOperation(operation)] as const,
);
const withBody = described.filter(([, { operation }]) => operation.body);

function pathOf(operation: Operation, id?: string): string {
  const kind = kindIn(operation);
  const own = kind ? ids[kind] : fixedIds[`/${operation.path.split('/').slice(1, 4).join('/')}`];
  return operation.path.replace(/\{\w+\}/, id ?? encodeURIComponent(own ?? 'x'));
}

function ask({ method, path }: Pick<Operation, 'method' | 'path'>, sending: Sending = {}) {
  const { headers = {}, ...rest } = sending;
  return call(target, method.toUpperCase(), path, {
    key: target.operatorKey,
    headers: { ...asOperator, ...headers },
    ...rest,
  });
}
const send = (operation: Operation, sending: Sending, search = '') =>
  ask({ method: operation.method, path: pathOf(operation) + search }, sending);

/** Refused as it should be, with faults where they are. */
function expectRefused({ status, headers, body }: Answer, context: string): readonly string[] {
  expect(status, context).toBeGreaterThanOrEqual(400);
  expect(status, `${context}: ${JSON.stringify(body)}`).toBeLessThan(500);
  expect(headers.get('content-type'), context).toBe('application/problem+json');
  expect(body.status, context).toBe(status);
  if (status === 422) expect(body.errors?.length, context).toBeGreaterThan(0);
  for (const { message } of body.errors ?? []) expect(message.length, context).toBeLessThan(500);
  return (body.errors ?? []).map(({ path }) => path);
}

describe.each(withBody)('the body of %s', (_, { operation, members }) => {
  it.each([
    ['no JSON', '{"a":', 400],
    ['nothing but white space', ' \n', 400],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400],
    ['a byte order mark', '\ufeff{}', 400],
    ['an array', '[]', 422],
    ['null', 'null', 422],
    ['text', '"text"', 422],
    ['nested too deep', `{"a":${'['.repeat(150)}${']'.repeat(150)}}`, 422],
    ['a key twice', '{"name":1,"name":2}', 422],
  ])('may not be %s', async (name, body, expected) => {
    const answer = await send(operation, { body });
    expectRefused(answer, name);
    expect(answer.status).toBe(expected);
  });

  it('must say that it is JSON', async () => {
    const headers = { 'content-type': 'text/xml' };
    expect((await send(operation, { headers, body: '{}' })).status).toBe(415);
  });

  it('may not be too large', async () => {
    const body = JSON.stringify({ a: 'x'.repeat((operation.maxBodyBytes ?? 256 * 1024) + 1) });
    expect((await send(operation, { body })).status).toBe(413);
  });

  it('may not hold unknown fields: each is named', async () => {
    const unknown = { zzz: 1, 'a/b~c': 2, '\ud800': 3, [MANY.slice(0, 300)]: 4, __proto: 5 };
    const paths = expectRefused(await send(operation, { body: unknown }), 'unknown fields');
    expect(paths).toEqual(expect.arrayContaining(['/zzz', '/a~1b~0c', '/__proto']));
  });

  it('names each of its members that has a wrong type, one by one and together', async () => {
    const wrong = new Map<string, unknown>();
    for (const [name, isFitting] of members) {
      for (const value of VALUES) {
        const hasEntries = Array.isArray(value) && value.length > 0;
        if (hasEntries && JUDGES_ENTRIES.has(operation.id)) continue;
        if (isFitting(value)) continue;
        wrong.set(name, value);
        const body = { ...Object(operation.bodyExample), [name]: value };
        const context = `${name}: ${JSON.stringify(value).slice(0, 60)}`;
        const paths = expectRefused(await send(operation, { body }), context);
        const isNamed = paths.some((path) => path === `/${name}` || path.startsWith(`/${name}/`));
        expect(isNamed, `${context} -> ${paths}`).toBe(true);
      }
    }
    const body = Object.fromEntries(wrong);
    const paths = expectRefused(await send(operation, { body }), 'all together');
    for (const name of wrong.keys()) {
      expect(
        paths.some((path) => path === `/${name}` || path.startsWith(`/${name}/`)),
        name,
      ).toBe(true);
    }
  }, 60_000);
});

describe.each(described.filter(([, { operation }]) => operation.path.includes('{')))(
  'the path of %s',
  (_, { operation }) => {
    it.each([
      ...HOSTILE.map((text) => encodeURIComponent(text.toWellFormed())),
      '%ff',
      '%3flimit=1',
      '%23',
      '%09',
      '%20',
      '%ed%a0%80',
      '%00',
      '%',
      '%2e%2e%2f',
      'x'.repeat(6_000),
      `ep_${'7'.repeat(26)}`,
      `dlv_${'7'.repeat(52)}`,
    ])('does not take %s', async (id) => {
      const { body, ...rest } = { ...operation, body: operation.bodyExample };
      const path = pathOf(operation, id);
      const sending = body === undefined ? {} : { body };
      // These names may be any text of letters and digits, and are made by naming them.
      if (['putTenant', 'putEventType'].includes(operation.id) && /^[\w-]{1,64}$/.test(id)) return;
      // A person follows it, and gets a page.
      if (operation.path === '/v1/mail-links/{link}') {
        const response = await fetch(target.url + path, { method: rest.method });
        expect(Math.floor(response.status / 100)).toBe(4);
        expect(response.headers.get('content-type')).toMatch(/^(text\/html|application\/problem)/);
        return;
      }
      expectRefused(await ask({ method: rest.method, path }, sending), path.slice(0, 100));
    });
  },
);

describe.each(described.filter(([, { operation }]) => operation.query))(
  'the query of %s',
  (_, { operation, parameters }) => {
    /** With what the operation cannot be asked without. */
    const queryOf = (name: string, value: string): string => {
      const query = new URLSearchParams({ [name]: value });
      for (const one of parameters) {
        if (one.in !== 'query' || !('required' in one && one.required) || one.name === name)
          continue;
        const [first] = 'enum' in one.schema ? (one.schema.enum as string[]) : [];
        query.set(one.name, first ?? 'x');
      }
      return `?${query}`;
    };

    it('names an unknown parameter', async () => {
      const answer = await send(operation, {}, queryOf('nope', '1'));
      expect(expectRefused(answer, 'nope')).toEqual(['nope']);
    });

    it('names each parameter that is wrong', async () => {
      const cursors = [
        '',
        'x',
        '0',
        MANY.slice(0, 3_000),
        Buffer.from('evt_x').toString('base64url'),
      ];
      for (const { name, schema } of parameters.filter((one) => one.in === 'query')) {
        const fits = ajv.compile(schema);
        const texts = ['', '-1', '1e3', 'NaN', ...HOSTILE.map((text) => text.toWellFormed())];
        for (const text of name === 'cursor' ? cursors : texts) {
          const isNumber = 'type' in schema && schema.type === 'integer';
          const answer = await send(operation, {}, queryOf(name, text));
          const context = `${name}=${text.slice(0, 40)}`;
          if (answer.status < 300) {
            expect(fits(isNumber ? Number(text) : text), context).toBe(true);
            continue;
          }
          const paths = expectRefused(answer, context);
          if (answer.status === 422) expect(paths, context).toEqual([name]);
        }
      }
    });

    it('says so of times that are none', async () => {
      const times = parameters.filter(({ schema }) => 'format' in schema);
      for (const { name } of times) {
        for (const text of ['yesterday', '2026-02-30T00:00:00Z', '2026-01-01', '1e9']) {
          const answer = await send(operation, {}, queryOf(name, text));
          expect(expectRefused(answer, text)).toEqual([name]);
        }
      }
    });
  },
);

describe.each(
  described.filter(([, { parameters }]) => parameters.some((one) => one.in === 'header')),
)('the headers of %s', (_, { operation, parameters }) => {
  it('are told when they are wrong', async () => {
    // W3C Trace Context, 3.2.2.5: what is not valid counts as absent, and refuses nothing.
    const ignored = new Set(['traceparent', 'tracestate']);
    const judged = parameters.filter((one) => one.in === 'header' && !ignored.has(one.name));
    for (const { name } of judged) {
      for (const value of ['', 'nope nope', '"', 'x'.repeat(300)]) {
        if (JUDGES_ENTRIES.has(operation.id) && name === 'Posthorn-Tenant') continue;
        // These are sound idempotency keys.
        if (name === 'Idempotency-Key' && value !== '' && value.length < 256) continue;
        const body = operation.bodyExample;
        const headers = { [name.toLowerCase()]: value };
        const answer = await send(operation, { headers, ...(body === undefined ? {} : { body }) });
        expectRefused(answer, `${name}: ${value}`);
        expect([404, 422]).toContain(answer.status);
      }
    }
  });
});

it('settings that do not go together are all listed, beside what is wrong in itself', async () => {
  const answer = await call(target, 'POST', '/v1/endpoints', {
    key: target.operatorKey,
    headers: asOperator,
    body: {
      url: 'ftp://127.0.0.1/',
      ownSignature: false,
      headers: { Host: 'x' },
      timeoutMs: 5,
      renameHeaders: { 'x-none': 'x-other' },
      nope: 1,
    },
  });
  expect(expectRefused(answer, 'conflicts').toSorted()).toEqual([
    '/headers/Host',
    '/nope',
    '/ownSignature',
    '/renameHeaders/x-none',
    '/timeoutMs',
    '/url',
  ]);
});
