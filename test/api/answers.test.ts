// Lambda answers with 6 MB at most, of JSON in which the body is a text: what is listed or shown together is cut to fit.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestReport } from '../../lambdas/core/deliveries/test.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { type ApiService, type Ask, startApiService } from '../builders/api-service.ts';
import { anEndpoint } from '../builders/endpoints.ts';

/** "6 MB each for request and response (synchronous)": https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_RESULT_BYTES = 6_291_556;
/** What takes the most bytes of an answer for each of its own. */
const QUOTES = '"\\'.repeat(16 * 1024);
const COUNT = 100;

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const resultBytes = (body: string) =>
  Buffer.byteLength(JSON.stringify({ statusCode: 200, headers: {}, body }));

/** All pages, each within what Lambda answers. */
async function idsOfPages(ask: Ask, path: string, name: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { status, json, text } = await ask('GET', `${path}?limit=${COUNT}${cursor}`);
    expect(status).toBe(200);
    expect(resultBytes(text)).toBeLessThanOrEqual(MAX_RESULT_BYTES);
    ids.push(...json.data.map((one: Record<string, string>) => one[name]));
    if (json.next === null) return ids;
    expect(json.data.length).toBeGreaterThan(0);
    cursor = `&cursor=${json.next}`;
  }
}

describe('a listing of entries at their largest', () => {
  it('shows event types with schema and example in pages that fit, the open list too', async () => {
    const value = QUOTES.slice(0, 15 * 1024);
    for (let n = 0; n < COUNT; n++) {
      await service.eventTypes.replaceEventType(undefined, {
        name: `large.t${100 + n}`,
        description: '',
        schema: { description: value },
        example: { value },
        onMismatch: 'accept',
        isPublic: true,
        createdAtMs: 0,
        updatedAtMs: 0,
      });
    }
    expect(await idsOfPages(service.operator, '/v1/event-types', 'name')).toHaveLength(COUNT);
    const open = await idsOfPages(service.anyone, '/.well-known/event-types.json', 'name');
    expect(open).toHaveLength(COUNT);
  });

  it.each([
    ['of their own', false],
    // A page of DynamoDB holds 1 MB of them, and each shows what it inherits.
    ['of a template', true],
  ])('shows endpoints with settings %s in pages that fit', async (_, isInherited) => {
    const large = { description: QUOTES.slice(0, 28 * 1024) };
    const environment = isInherited ? 'test' : 'live';
    const ask = isInherited ? service.acmeTest : service.acme;
    const { json: template } = await ask('POST', '/v1/templates', { name: 'large' });
    const found = await service.templates.getTemplate({ tenant: 'acme', environment }, template.id);
    if (!found) throw new Error('no template');
    await service.templates.replaceTemplate(found, {
      ...found.template,
      settings: { ...found.template.settings, ...large },
      given: [...found.template.given, 'description'],
      version: found.template.version + 1,
    });
    for (let n = 0; n < COUNT; n++) {
      const id = createId('ep', n, Buffer.alloc(10));
      const changes = isInherited ? { template: template.id, own: [] } : large;
      await service.registry.putEndpointOnce(anEndpoint({ environment, id, ...changes }));
    }
    expect(new Set(await idsOfPages(ask, '/v1/endpoints', 'id')).size).toBe(COUNT);
    const { json } = await ask('GET', '/v1/endpoints?limit=1');
    expect(json.data[0].description).toBe(large.description);
  });
});

describe('a bulk creation of endpoints that inherit settings at their largest', () => {
  const headers = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`X-Header-${n}`, '"\\'.repeat(2048)]),
  );
  const settings = { headers };

  it('creates as many as its answer can show, and the rest when they are sent again', async () => {
    const ask = await service.keyOf('inheriting', 'live');
    const { json: template } = await ask('POST', '/v1/templates', { name: 'large', settings });
    let missing = Array.from({ length: COUNT }, (_, n) => ({
      url: `https://hooks.acme.com/${n}`,
      template: template.id,
    }));
    for (let round = 0; missing.length > 0; round++) {
      const key = { 'Idempotency-Key': `round-${round}` };
      const post = () => ask('POST', '/v1/endpoints/bulk', { endpoints: missing }, key);
      const { status, json, text } = await post();
      expect(status).toBe(200);
      expect(resultBytes(text)).toBeLessThanOrEqual(MAX_RESULT_BYTES);
      const refused = json.results.flatMap(
        (one: { error?: { status: number } }) => one.error ?? [],
      );
      expect(refused.length).toBeLessThan(missing.length);
      for (const error of refused) {
        expect(error).toMatchObject({
          status: 413,
          detail: expect.stringContaining('another request'),
        });
      }
      // A repeat shows what is there, and fits too.
      const again = await post();
      expect(again.status).toBe(200);
      expect(resultBytes(again.text)).toBeLessThanOrEqual(MAX_RESULT_BYTES);
      missing = missing.filter((_, n) => json.results[n].error !== undefined);
    }
    expect(new Set(await idsOfPages(ask, '/v1/endpoints', 'id')).size).toBe(COUNT);
  }, 180_000);

  it('shows templates at their largest in pages that fit', async () => {
    const ask = await service.keyOf('templates', 'live');
    const { json } = await ask('POST', '/v1/templates', { name: 'large', settings });
    const scope = { tenant: 'templates', environment: 'live' } as const;
    const found = await service.templates.getTemplate(scope, json.id);
    if (!found) throw new Error('no template');
    for (let n = 1; n < COUNT; n++) {
      const id = createId('tpl', n, Buffer.alloc(10));
      await service.templates.putTemplateOnce({ ...found.template, id });
    }
    expect(new Set(await idsOfPages(ask, '/v1/templates', 'id')).size).toBe(COUNT);
  });
});

describe('a test of many endpoints', () => {
  const report = (request: string, response: string): TestReport => ({
    outcome: 'http_200',
    detail: null,
    sentAt: '2026-01-31T09:30:00.000Z',
    durationMs: 12,
    timings: null,
    request: { method: 'POST', url: 'https://hooks.acme.com/in', headers: {}, body: request },
    response: { status: 200, headers: {}, body: response },
  });
  beforeEach(() => {
    service.tested.length = 0;
  });

  it.each([
    ['a large sample', 'x'.repeat(256 * 1024), 'ok'],
    ['a sample of quotes and a large answer', QUOTES.repeat(8), '\u0001'.repeat(64 * 1024)],
    ['a small sample and a large answer', '{}', '\u0001'.repeat(64 * 1024)],
    ['a sample of pairs', '😀'.repeat(64 * 1024), 'ok'],
  ])('answers 200 for twenty of them with %s', async (_, sent, answered) => {
    service.dispatch.answer = report(sent, answered);
    const body = { filter: {}, limit: 20 };
    const { status, json, text } = await service.acme('POST', '/v1/endpoints/test', body);
    expect([status, json.results.length, service.tested.length]).toEqual([200, 20, 20]);
    expect(resultBytes(text)).toBeLessThanOrEqual(MAX_RESULT_BYTES);
    for (const { test } of json.results) {
      for (const [shown, whole] of [
        [test.request.body, sent],
        [test.response.body, answered],
      ]) {
        const isWhole = shown === whole;
        if (isWhole) continue;
        // What is cut says so, and is a beginning of what was sent, as long as there is room.
        expect(shown.endsWith('…')).toBe(true);
        expect(whole.startsWith(shown.slice(0, -1))).toBe(true);
        expect(shown.isWellFormed()).toBe(true);
        expect(JSON.stringify(shown).length).toBeGreaterThan(30_000);
      }
    }
  });

  it('shows bodies whole where there is room', async () => {
    service.dispatch.answer = report('x'.repeat(100_000), 'ok');
    const { json } = await service.acme('POST', '/v1/endpoints/test', { filter: {}, limit: 20 });
    expect(json.results[0].test).toEqual(service.dispatch.answer);
  });
});
