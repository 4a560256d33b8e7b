// Signing in with one's own account, in a browser, at a provider that others wrote: in, renewed without a question,
// beside a page that stays, and out.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedInside } from '../acceptance/embedded-target.ts';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { CLIENT, startProvider, type TestProvider } from '../builders/identity-provider.ts';
import { SCREENS, violationsOf } from './driver/browser.ts';

const PEOPLE = { sam: ['operators'], eve: ['operators'] };
const OWN = { name: 'Sign in with your own account' };
const TOKEN = 'sessionStorage.getItem("posthorn.token")';

describe.skipIf(HAS_NO_BROWSER)('signing in with one’s own account', () => {
  let browser: Browser;
  let provider: TestProvider;
  let site: Awaited<ReturnType<typeof startEmbeddedInside>>;
  let context: BrowserContext;
  let page: Page;
  /** What the provider is asked, newest last. */
  const asked: URLSearchParams[] = [];

  beforeAll(async () => {
    [browser, provider] = await Promise.all([startBrowser(), startProvider(PEOPLE)]);
    const oidc = {
      issuer: provider.issuer,
      clientId: CLIENT,
      claim: 'groups',
      roles: { operators: 'admin' },
    };
    site = await startEmbeddedInside({ oidc });
    provider.serve(`${site.url}/console`);
    await call('PUT', '/v1/tenants/demo', { name: 'Demo' });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
    await provider?.stop();
  });
  beforeEach(async () => {
    for (const [name, groups] of Object.entries(PEOPLE)) provider.people.set(name, groups);
    asked.length = 0;
    context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    context.setDefaultTimeout(30_000);
    context.on('request', (request) => {
      if (request.url().startsWith(`${provider.issuer}/auth?`))
        asked.push(new URL(request.url()).searchParams);
    });
    page = await context.newPage();
  });
  afterEach(() => context.close());

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(site.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${site.operatorKey}`,
        'Content-Type': 'application/json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as T;
  }

  /** The provider's own form. */
  async function fill(form: Page, person: string): Promise<void> {
    await form.locator('input[name=login]').fill(person);
    await form.locator('input[name=password]').fill('any');
    await form.locator('button[type=submit]').click();
  }

  async function signIn(screen: string, heading: string, person = 'sam'): Promise<void> {
    await page.goto(`${site.url}/console#/demo/live/${screen}`);
    await page.getByRole('button', OWN).click();
    await fill(page, person);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }

  /** As if the session were about to end; the API does not know of it. */
  async function nearItsEnd(): Promise<void> {
    const old = await page.evaluate(TOKEN);
    await page.route('**/v1/keys/current', async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      const isOld = route.request().headers().authorization === `Bearer ${old}`;
      if (isOld) json.session.expiresAt = new Date(Date.now() + 9 * 60_000).toISOString();
      await route.fulfill({ response, json });
    });
    await page.reload();
    await page.getByRole('button', { name: /8 min left|9 min left/ }).waitFor();
  }

  const sessions = async () =>
    (await call<{ data: { id: string; actor: string }[] }>('GET', '/v1/console-sessions')).data;
  async function endAll(): Promise<void> {
    await call('DELETE', '/v1/console-sessions');
    // As long as a session is remembered.
    await page.waitForTimeout(3_100);
  }

  it('comes back to the screen that was asked for, and the code is in no address', async () => {
    await signIn('endpoints', 'Endpoints');
    expect(page.url()).toBe(`${site.url}/console#/demo/live/endpoints`);
    expect(await page.evaluate('history.length')).toBeLessThan(8);
    expect(asked.at(-1)?.get('prompt')).toBeNull();
    await page.getByRole('button', { name: /Signed in: sam@example.com/ }).waitFor();
  });

  it('is renewed without a question when another screen is opened, and stays there', async () => {
    await signIn('endpoints', 'Endpoints');
    await nearItsEnd();
    const before = await page.evaluate(TOKEN);
    await page.getByRole('link', { name: 'Event types' }).click();
    await expect.poll(() => page.evaluate(TOKEN).catch(() => before)).not.toBe(before);
    await page.getByRole('heading', { level: 1, name: 'Event types' }).waitFor();
    expect(page.url()).toBe(`${site.url}/console#/demo/live/event-types`);
    await page.getByRole('button', { name: /Signed in: sam@example.com, (59 min|1 h)/ }).waitFor();
    const last = asked.at(-1);
    expect([last?.get('prompt'), last?.get('login_hint')]).toEqual(['none', 'sam@example.com']);
  });

  it('is renewed where nobody has touched the screen, and not where somebody types', async () => {
    await signIn('workbench', 'Workbench');
    await nearItsEnd();
    await page.getByRole('textbox').first().fill('{"typed": true}');
    const times = asked.length;
    await page.waitForTimeout(20_000);
    expect(asked).toHaveLength(times);
    await page.reload();
    await expect.poll(() => asked.length, { timeout: 25_000 }).toBe(times + 1);
    await page.getByRole('button', { name: /Signed in: sam@example.com, (59 min|1 h)/ }).waitFor();
  }, 120_000);

  it('of a person who is gone is not renewed, and ends', async () => {
    await signIn('endpoints', 'Endpoints');
    await nearItsEnd();
    const before = await page.evaluate(TOKEN);
    provider.people.delete('sam');
    await context.clearCookies();
    await page.getByRole('link', { name: 'Event types' }).click();
    await expect.poll(() => asked.at(-1)?.get('prompt')).toBe('none');
    await page.getByRole('heading', { level: 1, name: 'Event types' }).waitFor();
    expect(await page.evaluate(TOKEN)).toBe(before);
    const times = asked.length;
    await page.getByRole('link', { name: 'Tenants' }).click();
    await page.getByRole('heading', { level: 1, name: 'Tenants' }).waitFor();
    expect(asked).toHaveLength(times);
    await endAll();
    await page.getByRole('link', { name: 'Event types' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session ended' });
    const [window] = await Promise.all([
      context.waitForEvent('page'),
      dialog.getByRole('button', OWN).click(),
    ]);
    await window.locator('input[name=login]').waitFor();
    expect(await sessions()).toEqual([]);
  });

  it('goes on where the provider broke at its renewal: there is a way back', async () => {
    await signIn('endpoints', 'Endpoints');
    await nearItsEnd();
    const before = await page.evaluate(TOKEN);
    await context.route(`${provider.issuer}/auth?*`, (route) =>
      route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>Away</h1>' }),
    );
    await page.getByRole('link', { name: 'Event types' }).click();
    await page.getByRole('heading', { name: 'Away' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Event types' }).waitFor();
    expect(await page.evaluate(TOKEN)).toBe(before);
  });

  it('of somebody else takes no part in a renewal', async () => {
    await signIn('endpoints', 'Endpoints');
    await nearItsEnd();
    const before = await page.evaluate(TOKEN);
    const other = await context.newPage();
    await context.clearCookies();
    await other.goto(`${site.url}/console`);
    await other.getByRole('button', OWN).click();
    await fill(other, 'eve');
    await other.getByRole('button', { name: /Signed in: eve@example.com/ }).waitFor();
    const known = (await sessions()).length;
    await page.getByRole('link', { name: 'Event types' }).click();
    await expect.poll(() => asked.at(-1)?.get('prompt')).toBe('none');
    await page.getByRole('button', { name: /Signed in: sam@example.com/ }).waitFor();
    expect(await page.evaluate(TOKEN)).toBe(before);
    await expect.poll(async () => (await sessions()).length).toBe(known);
  });

  it('in a window beside a page whose session ended: what was typed goes on', async () => {
    await signIn('tenants', 'Tenants');
    await page.getByRole('button', { name: /New tenant/ }).click();
    await page.getByLabel('Id').fill('typed');
    await page.getByLabel('Name').fill('Typed');
    await endAll();
    await page.getByRole('button', { name: 'Create' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session ended' });
    await dialog.getByRole('button', OWN).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await page.screenshot({ path: `${SCREENS}state-expired-own-account-${colorScheme}.png` });
    }
    const [window] = await Promise.all([
      context.waitForEvent('page'),
      dialog.getByRole('button', OWN).click(),
    ]);
    await window.waitForEvent('close');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('typed').first().waitFor();
    expect(await call<object>('GET', '/v1/tenants/typed')).toMatchObject({ id: 'typed' });
    expect((await sessions()).map(({ actor }) => actor)).toEqual(['sam@example.com']);
  });

  it.each([
    ['of another tab', 'state=other&code=stolen', 'not to a sign-in that was begun in this tab'],
    ['that was not asked for', 'state=x&error=access_denied', 'not to a sign-in that was begun'],
  ])('an answer %s is redeemed by nobody', async (_, query, words) => {
    let redeemed = 0;
    await page.route('**/v1/console-sessions/oidc', (route) => {
      if (route.request().method() === 'POST') redeemed++;
      return route.continue();
    });
    await page.goto(`${site.url}/console?${query}`);
    await page.getByText(words).waitFor();
    expect([redeemed, new URL(page.url()).search]).toEqual([0, '']);
  });

  it('shows who is signed in, and ends a session', async () => {
    await call('POST', '/v1/console-sessions', { actor: 'zoe', role: 'viewer' });
    await signIn('access', 'Keys and sessions');
    const card = page.getByRole('table', { name: 'Console sessions' });
    const zoe = card.getByRole('row', { name: /zoe/ });
    await zoe.getByText('viewer').waitFor();
    await card
      .getByRole('row', { name: /sam@example.com/ })
      .getByText('Yours')
      .waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await page.screenshot({
        path: `${SCREENS}console-sessions-${colorScheme}.png`,
        fullPage: true,
      });
    }
    await zoe.getByRole('button', { name: /Revoke/ }).click();
    await page.getByRole('button', { name: 'Revoke the session' }).click();
    await zoe.waitFor({ state: 'detached' });
    expect((await sessions()).some(({ actor }) => actor === 'zoe')).toBe(false);
  });
});
