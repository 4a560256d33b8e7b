import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { violationsOf, Window } from './driver/browser.ts';
import { type Site, startSite } from './driver/site.ts';

const PROVIDER = 'https://login.example.com';

describe.skipIf(HAS_NO_BROWSER)('signing in with one’s own account', () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  /** What the provider's page was asked, and the API. The provider answers with what `back` makes of it. */
  async function signIn(back: (asked: URLSearchParams) => Record<string, string>) {
    const window = await Window.open(browser, site.url);
    const { page } = window;
    let asked = new URLSearchParams();
    let redeemed: Record<string, string> = {};
    const session = await site.call<{ token: string }>('POST', '/v1/console-sessions', {}, '');
    await page.route('**/v1/console-sessions/oidc', (route) => {
      const isRedeemed = route.request().method() === 'POST';
      if (isRedeemed) redeemed = route.request().postDataJSON();
      const provider = {
        authorizationEndpoint: `${PROVIDER}/authorize?tenant=7`,
        clientId: 'console',
        scope: 'openid email',
        redirectUri: `${site.url}/console`,
      };
      return route.fulfill({
        contentType: 'application/json',
        body: JSON.stringify(isRedeemed ? session : provider),
      });
    });
    await page.route(`${PROVIDER}/**`, (route) => {
      asked = new URL(route.request().url()).searchParams;
      const location = `${site.url}/console?${new URLSearchParams(back(asked))}`;
      return route.fulfill({ status: 302, headers: { location } });
    });
    await page.goto(`${site.url}/console#/demo/live/endpoints`);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign in with your own account' }).click();
    return { window, asked: () => asked, redeemed: () => redeemed };
  }

  it('comes back to the screen that was asked for, and the code is in no address', async () => {
    const { window, asked, redeemed } = await signIn((one) => ({
      code: 'c-0de',
      state: one.get('state') ?? '',
    }));
    await window.page.getByRole('heading', { name: 'Endpoints' }).waitFor();
    expect(window.page.url()).not.toContain('c-0de');
    expect(Object.fromEntries(asked())).toMatchObject({
      tenant: '7',
      response_type: 'code',
      code_challenge_method: 'S256',
      client_id: 'console',
    });
    expect(redeemed()).toMatchObject({ code: 'c-0de', nonce: asked().get('nonce') });
    const hash = await crypto.subtle.digest(
      'SHA-256',
      new TextEncoder().encode(redeemed().codeVerifier),
    );
    expect(Buffer.from(hash).toString('base64url')).toBe(asked().get('code_challenge'));
    await window.close();
  });

  it.each([
    [
      'of another tab',
      () => ({ code: 'stolen', state: 'other' }),
      'not to a sign-in that was begun in this tab',
    ],
    [
      'that refuses',
      (one: URLSearchParams) => ({
        error: 'access_denied',
        error_description: 'Not today.',
        state: one.get('state') ?? '',
      }),
      'Not today.',
    ],
  ])('an answer %s is redeemed by nobody', async (_, back, words) => {
    const { window, redeemed } = await signIn(back);
    await window.page.getByText(words).waitFor();
    expect(redeemed()).toEqual({});
    await window.close();
  });
});
