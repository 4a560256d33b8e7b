// The portal in the frame of a host's page, in a real browser: the host is another site, as docs/portal.md builds it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Frame, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { eventually } from '../builders/eventually.ts';
import { guideBlocks, guideWords, type Host, openHost, serveHost } from './host.ts';

/** What the portal itself says: texts, and words of attributes. */
const TEXTS = `
  (() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
      const { parentElement, data } = walker.currentNode;
      if (!parentElement.closest('bdi, code, .mono')) texts.push(data.trim());
    }
    for (const name of ['aria-label', 'data-label', 'placeholder', 'title'])
      for (const one of document.querySelectorAll('[' + name + ']')) texts.push(one.getAttribute(name));
    return texts.filter(Boolean);
  })()
`;

const DESCRIPTION = 'Orders for the warehouse';
const examples = new URL('../../examples/portal/', import.meta.url);

let folder: string;
let runtime: Runtime;
let browser: Browser;
let host: Host;
/** Its origin may frame the portal, as the first's; a session is made for one of them. */
let second: Host;
/** Its origin is not in `portal.origins`. */
let stranger: Host;

beforeAll(async () => {
  if (HAS_NO_BROWSER) return;
  folder = mkdtempSync(join(tmpdir(), 'posthorn-portal-'));
  const opened = [await openHost(), await openHost(), await openHost()] as const;
  const [settings = '{}'] = guideBlocks('json');
  const { portal } = JSON.parse(settings.replace('https://app.example.com', opened[0].origin));
  runtime = await startRuntime({
    dataDir: folder,
    quiet: true,
    logFile: join(folder, 'log'),
    settings: { portal: { origins: [...portal.origins, opened[1].origin] } },
  });
  const asOperator = {
    authorization: `Bearer ${runtime.operatorKey}`,
    'content-type': 'application/json',
    'posthorn-tenant': 'acme',
  };
  await fetch(`${runtime.url}/v1/tenants/acme`, {
    method: 'PUT',
    headers: { authorization: asOperator.authorization, 'content-type': 'application/json' },
    body: '{"name":"Acme"}',
  });
  const made = await fetch(`${runtime.url}/v1/keys`, {
    method: 'POST',
    headers: asOperator,
    body: '{}',
  });
  const { key } = Object(await made.json());
  await fetch(`${runtime.url}/v1/endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: `${runtime.receiverUrl}/hook`, description: DESCRIPTION }),
  });
  const service = { url: runtime.url, key };
  const react = await build({
    entryPoints: [new URL('react.tsx', examples).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  host = serveHost(opened[0], service, {
    '/plain': readFileSync(new URL('index.html', examples), 'utf8'),
    '/react': '<!doctype html><div id="root"></div><script type="module" src="/react.js"></script>',
    '/react.js': react.outputFiles[0]?.text ?? '',
  });
  second = serveHost(opened[1], service);
  stranger = serveHost(opened[2], service);
  // What a browser does by itself when a user turns third-party cookies off.
  browser = await startBrowser(['--test-third-party-cookie-phaseout']);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  for (const one of [host, second, stranger]) await one?.close();
  await runtime?.stop();
  rmSync(folder, { recursive: true, force: true });
});

let context: BrowserContext;
let page: Page;
let requests: Request[];
let complaints: string[];
beforeEach(async () => {
  for (const one of [host, second, stranger]) {
    for (const name of Object.keys(one.more)) delete one.more[name];
  }
  context = await browser.newContext();
  page = await context.newPage();
  requests = [];
  complaints = [];
  page.on('request', (request) => requests.push(request));
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
});
afterEach(() => context.close());

async function frameOf(one: Page = page): Promise<Frame> {
  const element = await one.waitForSelector('posthorn-portal iframe');
  const frame = await element.contentFrame();
  if (!frame) throw new Error('there is no frame');
  return frame;
}

async function opened(origin: string, path = '/'): Promise<Frame> {
  await page.goto(origin + path);
  return frameOf();
}
/** An attribute of the element. */
const set = (name: string, value: string) =>
  page.evaluate(`document.querySelector('posthorn-portal').setAttribute('${name}', '${value}')`);
/** Its own words for endpoints are in one of the examples. */
async function showsEndpoint(frame: Frame | Page): Promise<void> {
  await frame.getByRole('link', { name: /^(Endpoints|Webhooks)$/ }).click();
  await frame.getByRole('link', { name: DESCRIPTION }).waitFor();
}
const tokensOf = (): string[] =>
  requests.flatMap(
    (request) => /^Bearer (.*)$/.exec(request.headers().authorization ?? '')?.[1] ?? [],
  );

describe.skipIf(HAS_NO_BROWSER)('the guide', () => {
  it('ends in a page that shows the portal, without a cookie and a complaint', async () => {
    const frame = await opened(host.origin);
    await showsEndpoint(frame);
    expect(await context.cookies()).toEqual([]);
    expect(complaints).toEqual([]);
    const origins = new Set(requests.map((request) => new URL(request.url()).origin));
    expect([...origins].sort()).toEqual([host.origin, runtime.url].sort());
  });

  it.each(['/plain', '/react'])('has an example at %s that works', async (path) => {
    const frame = await opened(host.origin, path);
    await showsEndpoint(frame);
    expect(complaints).toEqual([]);
    const theme = await frame.evaluate('document.documentElement.dataset.theme');
    expect(theme).toBe(path === '/react' ? 'dark' : undefined);
  });
});

describe.skipIf(HAS_NO_BROWSER)('a token', () => {
  it('is in no address, no referrer, no history and no log', async () => {
    const frame = await opened(host.origin);
    await showsEndpoint(frame);
    const [token = ''] = tokensOf();
    expect(token).toMatch(/^ph_session\./);
    const secret = token.split('.').at(-1) ?? '';
    for (const request of requests) {
      expect(request.url()).not.toContain(secret);
      expect(request.headers().referer ?? '').not.toContain(secret);
    }
    expect(page.url() + frame.url()).not.toContain(secret);
    expect(await page.content()).not.toContain(secret);
    expect(readFileSync(join(folder, 'log'), 'utf8')).not.toContain(secret);
  });

  it('in a link is taken out of the address before anything is asked', async () => {
    // Of one for a host's page the portal makes no use by itself.
    host.more.embedOrigin = undefined;
    const response = await fetch(`${host.origin}/webhooks-session`, { method: 'POST' });
    const { url, token } = Object(await response.json());
    await page.goto(url);
    await showsEndpoint(page);
    const secret = token.split('.').at(-1);
    expect(page.url()).not.toContain(secret);
    const [first] = requests.filter((request) => request.headers().authorization !== undefined);
    expect(first?.frame().url()).not.toContain(secret);
    for (const request of requests) expect(request.headers().referer ?? '').not.toContain(secret);
    await page.reload();
    await showsEndpoint(page);
  });

  it('is taken from the page around the portal, and from no other window', async () => {
    const frame = await opened(host.origin);
    await showsEndpoint(frame);
    const before = tokensOf().at(-1);
    await page.evaluate(`
      const other = document.createElement('iframe');
      document.body.append(other);
      const script = other.contentDocument.createElement('script');
      script.textContent = \`
        parent.document.querySelector('posthorn-portal iframe').contentWindow
          .postMessage({ posthorn: 'session', token: 'stolen' }, '*');
      \`;
      other.contentDocument.body.append(script);
    `);
    // What was posted before has been heard once this is.
    await set('theme', 'dark');
    await frame.waitForFunction(`document.documentElement.dataset.theme === 'dark'`);
    await frame.getByRole('link', { name: 'Deliveries' }).click();
    await eventually(() => requests.some((one) => one.url().includes('/v1/deliveries')));
    expect(new Set(tokensOf())).toEqual(new Set([before]));
  });
});

describe.skipIf(HAS_NO_BROWSER)('a session that ends', () => {
  it('is renewed a minute before, without a word', async () => {
    await page.clock.install();
    host.more.expiresInSeconds = 300;
    const frame = await opened(host.origin);
    await page.clock.runFor(1_000);
    await showsEndpoint(frame);
    const made = host.sessions();
    await page.clock.runFor(200_000);
    expect(host.sessions()).toBe(made);
    await page.clock.runFor(60_000);
    await eventually(() => host.sessions() > made);
  });

  it('is renewed in the middle of what somebody does', async () => {
    const frame = await opened(host.origin);
    await showsEndpoint(frame);
    const [token = ''] = tokensOf();
    const headers = { authorization: `Bearer ${runtime.operatorKey}`, 'posthorn-tenant': 'acme' };
    await fetch(`${runtime.url}/v1/portal-sessions`, { method: 'DELETE', headers });
    await eventually(async () => {
      const asked = { headers: { authorization: `Bearer ${token}` } };
      return (await fetch(`${runtime.url}/v1/keys/current`, asked)).status === 401;
    });
    const made = host.sessions();
    await frame.getByRole('link', { name: 'Deliveries' }).click();
    await eventually(() => host.sessions() > made);
    await showsEndpoint(frame);
    expect(tokensOf().at(-1)).not.toBe(token);
  });
});

describe.skipIf(HAS_NO_BROWSER)('a frame', () => {
  it('of an origin that portal.origins does not name shows nothing', async () => {
    await page.goto(stranger.origin);
    await eventually(() => complaints.some((line) => line.includes('frame-ancestors')));
    const frame = await frameOf();
    expect(await frame.content()).not.toContain('id="app"');
    expect(stranger.sessions()).toBe(0);
  });

  it('of another origin than the session’s is refused', async () => {
    second.more.embedOrigin = host.origin;
    const frame = await opened(second.origin);
    await frame.getByText('This session is for another page.').waitFor();
    const asked = requests.filter((one) => one.headers().authorization !== undefined);
    expect(asked.map((one) => new URL(one.url()).pathname)).toEqual(['/v1/keys/current']);
  });

  it('never holds the console', async () => {
    await page.goto(host.origin);
    await page.evaluate(`
      const frame = document.createElement('iframe');
      frame.src = '${runtime.url}/console';
      document.body.append(frame);
    `);
    await eventually(() => complaints.some((line) => line.includes('frame-ancestors')));
  });

  it('is as high as its content', async () => {
    const frame = await opened(host.origin);
    await showsEndpoint(frame);
    const heights = async () => [
      Number(await page.evaluate(`document.querySelector('posthorn-portal iframe').clientHeight`)),
      Number(await frame.evaluate('document.documentElement.offsetHeight')),
    ];
    await eventually(async () => {
      const [outer = 0, inner = 0] = await heights();
      return inner > 0 && Math.abs(outer - Math.max(inner, 400)) <= 1;
    });
  });
});

describe.skipIf(HAS_NO_BROWSER)('a host', () => {
  it('opens a screen by its path, and hears of others', async () => {
    const frame = await opened(host.origin);
    await showsEndpoint(frame);
    await page.evaluate(`
      document.querySelector('posthorn-portal')
        .addEventListener('posthorn-path', ({ detail }) => { document.title = detail; })
    `);
    await set('path', '/endpoints');
    await frame.getByRole('link', { name: DESCRIPTION }).click();
    await page.waitForFunction(String.raw`/^\/endpoints\/ep_/.test(document.title)`);
    const path = await page.locator('posthorn-portal').getAttribute('path');
    expect(path).toMatch(/^\/endpoints\/ep_/);
  });

  it('gives its words, with their language and direction', async () => {
    const frame = await opened(host.origin);
    await showsEndpoint(frame);
    const words = guideWords();
    const said = Object.fromEntries(words.map((own) => [own, `«${own}»`]));
    await page.evaluate(`
      Object.assign(document.querySelector('posthorn-portal'), {
        lang: 'ar',
        dir: 'rtl',
        words: ${JSON.stringify({ ...said, '{} endpoint': '«{} endpoint»', [DESCRIPTION]: '«data»' })},
      })
    `);
    await frame.waitForFunction(`document.documentElement.dir === 'rtl'`);
    expect(await frame.evaluate('document.documentElement.lang')).toBe('ar');
    const shown = new Set<string>();
    for (const screen of [
      'overview',
      'endpoints',
      'events',
      'deliveries',
      'issues',
      'replays',
      'notices',
    ]) {
      await set('path', `/${screen}`);
      await frame.locator(`a[href="#/${screen}"][aria-current]`).waitFor();
      const loading = frame.locator('[aria-label^="Loading"]');
      await eventually(async () => (await loading.count()) === 0);
      const texts = await frame.evaluate<string[]>(TEXTS);
      expect(texts.filter((text) => words.includes(text))).toEqual([]);
      for (const text of texts) shown.add(text);
    }
    for (const tab of words.slice(1, 11)) expect(shown).toContain(`«${tab}»`);
    expect([...shown]).toContain('«Healthy»');
    expect(await frame.evaluate('document.title')).toMatch(/^«Notices»/);
    // What somebody wrote is theirs.
    await set('path', '/endpoints');
    await frame.getByRole('link', { name: DESCRIPTION }).waitFor();
  });

  it('gives its colours and its theme', async () => {
    const frame = await opened(host.origin);
    await showsEndpoint(frame);
    await page.evaluate(
      `document.querySelector('posthorn-portal').style.setProperty('--posthorn-radius', '13px')`,
    );
    await set('theme', 'dark');
    await frame.waitForFunction(`
      document.documentElement.dataset.theme === 'dark' &&
      document.documentElement.style.getPropertyValue('--radius') === '13px'
    `);
  });
});
