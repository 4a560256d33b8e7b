import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { call, expectProblem, newTenant, type Sending, type TestTenant } from './client.ts';
import { openTarget } from './open-target.ts';
import type { Target } from './target.ts';

let target: Target;
let tenant: TestTenant;

beforeAll(async () => {
  target = await openTarget();
  tenant = await newTenant(target);
}, 90_000);
afterAll(async () => {
  await target?.remove();
});

const KIB = 1024;
const SOUND = { type: 'sound', data: { a: 1 } };

type Row = readonly [what: string, body: unknown, status: number, paths: readonly string[]];

describe('POST /v1/events', () => {
  const rows: readonly Row[] = [
    ['nothing', '', 400, []],
    ['text that is not JSON', 'type=sound', 400, []],
    ['JSON that is cut off', '{"type":"sound","data":{', 400, []],
    ['a byte order mark', '\ufeff{"type":"sound","data":{}}', 400, []],
    ['null', 'null', 422, ['']],
    ['a list', [SOUND], 422, ['']],
    ['nothing in it', {}, 422, ['/type', '/data']],
    ['a missing type', { data: {} }, 422, ['/type']],
    ['a missing data', { type: 'sound' }, 422, ['/data']],
    ['a type that is a number', { type: 5, data: {} }, 422, ['/type']],
    ['a type with a space', { type: 'not sound', data: {} }, 422, ['/type']],
    ['an empty type', { type: '', data: {} }, 422, ['/type']],
    ['a type with an empty part', { type: 'a..b', data: {} }, 422, ['/type']],
    ['data that is a list', { type: 'sound', data: [1] }, 422, ['/data']],
    ['data that is a text', { type: 'sound', data: '{}' }, 422, ['/data']],
    ['data that is null', { type: 'sound', data: null }, 422, ['/data']],
    ['an unknown field', { ...SOUND, payload: {} }, 422, ['/payload']],
    [
      'data that repeats a key',
      '{"type":"sound","data":{"a":1,"b":{"c":1,"c":1}}}',
      422,
      ['/data/b/c'],
    ],
    ['a field twice', '{"type":"sound","type":"sound","data":{}}', 422, ['/type']],
    [
      'data 101 levels deep',
      `{"type":"sound","data":{"a":${'['.repeat(99)}${']'.repeat(99)}}}`,
      422,
      ['/data/a/0/0'],
    ],
    ['a time that is none', { ...SOUND, occurredAt: 'yesterday' }, 422, ['/occurredAt']],
    ['a channel that is none', { ...SOUND, channels: ['eu', 'ü'] }, 422, ['/channels/1']],
    [
      'many faults',
      { type: 5, data: 5, channels: 5, x: 5 },
      422,
      ['/type', '/data', '/channels', '/x'],
    ],
    ['a body above 256 KiB', { type: 'sound', data: { a: 'x'.repeat(256 * KIB) } }, 413, []],
  ];

  it.each(rows)('refuses %s', async (_, body, status, paths) => {
    expectProblem(await tenant.call('POST', '/v1/events', { body }), status, paths);
  });

  it.each<[string, Sending, number, string[]]>([
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, []],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, []],
    [
      'an idempotency key of 256 characters',
      { headers: { 'idempotency-key': 'x'.repeat(256) } },
      422,
      ['Idempotency-Key'],
    ],
    [
      'an environment that there is not',
      { headers: { 'posthorn-environment': 'prod' } },
      422,
      ['Posthorn-Environment'],
    ],
    ['the other environment', { headers: { 'posthorn-environment': 'test' } }, 403, []],
    ['a tenant in a header', { headers: { 'posthorn-tenant': 'demo' } }, 403, []],
    ['a tenant in the body', { body: { ...SOUND, tenant: 'demo' } }, 403, []],
  ])('refuses %s from a tenant’s key', async (_, sending, status, paths) => {
    const answer = await tenant.call('POST', '/v1/events', { body: SOUND, ...sending });
    expectProblem(answer, status, paths);
  });

  it('refuses even the key’s own tenant in the body', async () => {
    const body = { ...SOUND, tenant: tenant.id };
    expectProblem(await tenant.call('POST', '/v1/events', { body }), 403, []);
  });

  it('refuses an idempotency key that was used with another body', async () => {
    const headers = { 'idempotency-key': 'used' };
    await tenant.event(SOUND, headers);
    const answer = await tenant.call('POST', '/v1/events', {
      headers,
      body: { ...SOUND, data: { a: 2 } },
    });
    expectProblem(answer, 409, ['Idempotency-Key']);
  });

  it('never repeats what was posted in its answer', async () => {
    const body = '{"type":"sound","data":{"pin":"hunter2"},}';
    const answer = await tenant.call('POST', '/v1/events', { body });
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  });

  it('keeps nothing of what it refused', async () => {
    const fresh = await newTenant(target);
    for (const [, body] of rows) await fresh.call('POST', '/v1/events', { body });
    const id = await fresh.event(SOUND);
    await eventually(async () => (await fresh.call('GET', `/v1/events/${id}`)).status === 200);
    const listed = await fresh.call('GET', '/v1/events');
    expect(listed.body.data.map((event) => event.id)).toEqual([id]);
  });
});

describe('POST /v1/events/batch', () => {
  it.each<Row>([
    ['that is a list', [SOUND], 422, ['']],
    ['without events', { events: [] }, 422, ['/events']],
    ['of 101 events', { events: Array(101).fill(SOUND) }, 422, ['/events']],
    ['with an unknown field', { events: [SOUND], atomic: true }, 422, ['/atomic']],
    ['above 4 MiB', { events: [{ ...SOUND, data: { a: 'x'.repeat(4 * KIB * KIB) } }] }, 413, []],
  ])('refuses a batch %s', async (_, body, status, paths) => {
    expectProblem(await tenant.call('POST', '/v1/events/batch', { body }), status, paths);
  });

  it('reports each bad event at its place and accepts the good ones', async () => {
    const good = JSON.stringify(SOUND);
    const events = [
      good,
      '{"data":{}}',
      '{"type":"sound","data":{"a":1,"a":2}}',
      '5',
      good,
      `{"type":"sound","data":{"a":"${'x'.repeat(256 * KIB)}"}}`,
      '{"type":"sound","data":{},"tenant":"demo"}',
      '{"type":"sound","data":{},"idempotencyKey":""}',
      '{"type":"sound","data":{"n":1},"idempotencyKey":"in-batch"}',
      '{"type":"sound","data":{"n":2},"idempotencyKey":"in-batch"}',
      '{"type":"sound","data":{"n":1},"idempotencyKey":"in-batch"}',
    ];
    const answer = await tenant.call('POST', '/v1/events/batch', {
      body: `{"events":[${events.join(',')}]}`,
    });
    expect(answer.status).toBe(202);
    const outline = answer.body.results.map((result) =>
      result.error
        ? [result.error.status, result.error.errors?.map(({ path }) => path) ?? []]
        : result.duplicate,
    );
    expect(outline).toEqual([
      false,
      [422, ['/events/1/type']],
      [422, ['/events/2/data/a']],
      [422, ['/events/3']],
      false,
      [413, ['/events/5/data']],
      [403, []],
      [422, ['/events/7/idempotencyKey']],
      false,
      [409, ['/events/9/idempotencyKey']],
      true,
    ]);
    const { results } = answer.body;
    expect(results[10]?.id).toBe(results[8]?.id);
    expect(results[0]?.id).not.toBe(results[4]?.id);
  });
});

describe('the operator', () => {
  const asOperator = (body: unknown, headers: Record<string, string> = {}) =>
    call(target, 'POST', '/v1/events', { key: target.operatorKey, headers, body });

  it('must say the tenant', async () => {
    expectProblem(await asOperator(SOUND), 422, ['Posthorn-Tenant']);
  });

  it('must say one that there is', async () => {
    expectProblem(await asOperator(SOUND, { 'posthorn-tenant': 'nobody' }), 404, ['tenant']);
    expectProblem(await asOperator({ ...SOUND, tenant: 'nobody' }), 404, ['tenant']);
  });

  it('must not say two', async () => {
    const answer = await asOperator({ ...SOUND, tenant: tenant.id }, { 'posthorn-tenant': 'demo' });
    expectProblem(answer, 422, ['/tenant']);
  });

  it('may say it in the body or in the header', async () => {
    expect((await asOperator({ ...SOUND, tenant: tenant.id })).status).toBe(202);
    expect((await asOperator(SOUND, { 'posthorn-tenant': tenant.id })).status).toBe(202);
  });

  it('may name its tenants with letters, digits, _ and - only', async () => {
    const answer = await call(target, 'PUT', '/v1/tenants/a.b', {
      key: target.operatorKey,
      body: { name: 'A' },
    });
    expectProblem(answer, 422, ['id']);
  });
});
