// The files of the console and the portal, as the web function answers them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSite, type Manifest, type SiteAnswer } from '../../lambdas/web/site.ts';
import { writeWeb } from '../../lib/web-app/build.ts';

const HOST = 'https://app.example.com';

let folder: string;
let manifest: Manifest;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-site-'));
  await writeWeb(folder);
  manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Asked {
  readonly method?: string;
  readonly acceptEncoding?: string;
  readonly isSecure?: boolean;
  readonly origins?: readonly string[];
}

function get(path: string, { origins = [], ...asked }: Asked = {}): SiteAnswer {
  const site = createSite(pathToFileURL(`${folder}/`), manifest, origins);
  return site({ method: 'GET', acceptEncoding: 'gzip, br', isSecure: true, path, ...asked });
}
const textOf = ({ body, headers }: SiteAnswer): string =>
  (headers['Content-Encoding'] === 'br' ? brotliDecompressSync(body) : body).toString('utf8');
const policyOf = ({ headers }: SiteAnswer): string[] =>
  (headers['Content-Security-Policy'] ?? '').split('; ');
const addressesIn = (page: string): string[] =>
  [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);

describe.each(['/console', '/portal', '/console/', '/portal/'])('the page %s', (path) => {
  it('loads files of its own origin only, and holds no script and no style', () => {
    const page = textOf(get(path));
    const addresses = addressesIn(page);
    expect(addresses.filter((one) => one.endsWith('.js'))).toHaveLength(1);
    expect(addresses.filter((one) => one.endsWith('.css'))).toHaveLength(1);
    for (const address of addresses) {
      expect(address === 'data:,' || Object.hasOwn(manifest, address)).toBe(true);
    }
    expect(page).not.toMatch(/<style|style=|<script[^>]*>[^<]|\son\w+=/);
  });

  it('is never kept, sends no referrer, and sets no cookie', () => {
    const { statusCode, headers } = get(path);
    expect([statusCode, headers]).toMatchObject([
      200,
      {
        'Cache-Control': 'no-store',
        'Content-Type': 'text/html; charset=utf-8',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
        'Strict-Transport-Security': 'max-age=31536000',
      },
    ]);
    expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('set-cookie');
    expect(get(path, { isSecure: false }).headers).not.toHaveProperty('Strict-Transport-Security');
  });

  it('has a policy that allows files of its own origin, and nothing else', () => {
    expect(policyOf(get(path))).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });
});

describe('what is loaded', () => {
  it.each([
    [4 * 1024, ['/portal/element.js']],
    [60 * 1024, ['/portal', /portal-/, /posthorn-/]],
    [110 * 1024, ['/console', /main-/, /posthorn-/]],
  ])('is at most %d bytes, gzipped, of %s', (most, wanted) => {
    const paths = Object.keys(manifest).filter((path) =>
      wanted.some((one) => (typeof one === 'string' ? one === path : one.test(path))),
    );
    expect(paths).toHaveLength(wanted.length);
    const sizes = paths.map((path) => gzipSync(textOf(get(path)), { level: 9 }).length);
    expect(sizes.reduce((all, size) => all + size, 0)).toBeLessThanOrEqual(most);
  });
});

describe('a frame', () => {
  it('may hold the portal on the origins of the setting, and the console on none', () => {
    const origins = [HOST, 'https://two.example.com'];
    const portal = get('/portal', { origins });
    expect(policyOf(portal)).toContain(`frame-ancestors ${HOST} https://two.example.com`);
    expect(portal.headers).not.toHaveProperty('X-Frame-Options');
    for (const answer of [get('/console', { origins }), get('/portal')]) {
      expect(policyOf(answer)).toContain("frame-ancestors 'none'");
      expect(answer.headers['X-Frame-Options']).toBe('DENY');
    }
  });
});

describe('a file', () => {
  it('with a hash in its name is kept for ever, and compressed for whoever takes that', () => {
    const hashed = Object.keys(manifest).filter((path) => manifest[path]?.kind === 'hashed');
    expect(hashed.length).toBeGreaterThanOrEqual(3);
    for (const path of hashed) {
      expect(path).toMatch(/-[\w-]{12}\.(js|css)$/);
      const packed = get(path);
      expect(packed.headers).toMatchObject({
        'Cache-Control': 'public, max-age=31536000, immutable',
        'Content-Encoding': 'br',
        Vary: 'Accept-Encoding',
      });
      const plain = get(path, { acceptEncoding: 'gzip, br;q=0' });
      expect(plain.headers).not.toHaveProperty('Content-Encoding');
      expect(plain.body.equals(brotliDecompressSync(packed.body))).toBe(true);
    }
  });

  it('that embeds the portal may be loaded by every page, under a name that stays', () => {
    expect(get('/portal/element.js').headers).toMatchObject({
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'public, max-age=300',
      'Content-Type': 'text/javascript; charset=utf-8',
    });
    expect(get('/portal').headers).not.toHaveProperty('Access-Control-Allow-Origin');
  });

  it.each([
    '/console/other.js',
    '/console/../handler.ts',
    '/console/assets/manifest.json',
    '/portal/__proto__',
    'constructor',
    '/console/assets/%2e%2e/index.mjs',
  ])('%s is not there', (path) => {
    const answer = get(path);
    expect([answer.statusCode, textOf(answer)]).toEqual([404, 'There is no such page.\n']);
  });

  it('is only read', () => {
    const answer = get('/console', { method: 'POST' });
    expect([answer.statusCode, answer.headers.Allow]).toEqual([405, 'GET, HEAD']);
  });
});
