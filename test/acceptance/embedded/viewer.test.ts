// The page that shows the API, as a browser would load it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApiDocument } from '../../../scripts/openapi/document.ts';
import { call } from '../client.ts';
import { startEmbedded } from '../embedded-target.ts';
import type { Target } from '../target.ts';

let target: Target;
beforeAll(async () => {
  target = await startEmbedded();
}, 90_000);
afterAll(() => target?.remove());

const load = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, target.url), { headers });

it('the document is served whole', async () => {
  const { status, body } = await call(target, 'GET', '/openapi.json');
  expect(status).toBe(200);
  expect(body).toEqual(openApiDocument());
});

it('every file that the page names answers, and no foreign host is asked', async () => {
  const page = await load('/docs');
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  const html = await page.text();
  const named = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url);
  expect(named.length).toBeGreaterThanOrEqual(4);
  // Inline scripts and styles are what the policy forbids.
  expect(html).not.toMatch(/<style|<script(?![^>]* src=)| style=| on\w+=/);
  for (const url of named) {
    expect(url).toMatch(/^\/docs\//);
    const file = await load(url);
    expect(file.status, url).toBe(200);
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(100);
  }
});

it('files come compressed where the client takes it, and plain where not', async () => {
  const packed = await load('/docs/swagger-ui-bundle.js', { 'accept-encoding': 'gzip, br' });
  expect(packed.headers.get('content-encoding')).toBe('br');
  const plain = await load('/docs/swagger-ui-bundle.js', { 'accept-encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(plain.headers.get('content-type')).toContain('text/javascript');
  expect(await packed.text()).toBe(await plain.text());
});

it.each(['..%2findex.mjs', 'index.mjs', '%2e%2e', 'swagger-ui.css.br', 'constructor', 'x%00'])(
  'there is no file %s',
  async (name) => {
    expect((await load(`/docs/${name}`)).status).toBe(404);
  },
);

it.each([
  ['DELETE', '/health', 'GET, HEAD'],
  ['POST', '/v1/events/evt_1', 'GET, HEAD'],
  ['GET', '/v1/events/batch', 'POST'],
  ['DELETE', '/v1/events', 'GET, HEAD, POST'],
  ['PUT', '/v1/endpoints/', 'GET, HEAD, PATCH, POST'],
])('%s %s is refused with the methods that there are', async (method, path, allow) => {
  const { status, headers, body } = await call(target, method, path);
  expect(status).toBe(405);
  expect(headers.get('allow')?.split(', ').toSorted().join(', ')).toBe(allow);
  expect(body.title).toBe('Method not allowed');
});
