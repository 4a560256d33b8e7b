// A link that signs in as somebody else asks before it replaces who is there.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { SCREENS, violationsOf, Window } from './driver/browser.ts';
import { type Site, startSite } from './driver/site.ts';

const TOKEN = 'sessionStorage.getItem("posthorn.token")';

describe.skipIf(HAS_NO_BROWSER)('a link with a session', () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  const made = async (page: 'portal' | 'console', body: object) => {
    const tenant = page === 'console' ? '' : 'demo';
    const path = `/v1/${page}-sessions`;
    return (await site.call<{ token: string }>('POST', path, body, tenant)).token;
  };
  async function open(work: (page: Page, window: Window) => Promise<void>): Promise<void> {
    const window = await Window.open(browser, site.url);
    await work(window.page, window);
    expect(window.complaints).toEqual([]);
    await window.close();
  }
  const follow = async (page: Page, address: string, isOpen: boolean): Promise<void> => {
    if (isOpen) await page.evaluate(`location.href = ${JSON.stringify(address)}`);
    else {
      await page.goto('about:blank');
      await page.goto(address);
    }
  };

  it.each([
    ['console', { actor: 'sam' }, { actor: 'zoe', role: 'viewer' }, true],
    ['console', { actor: 'sam' }, { actor: 'zoe', role: 'viewer' }, false],
    ['portal', { actor: 'sam', preset: 'owner' }, { actor: 'zoe', preset: 'viewer' }, true],
    ['portal', { actor: 'sam', preset: 'owner' }, { actor: 'zoe', preset: 'viewer' }, false],
  ] as const)(
    'of the %s for somebody else asks first: %j, then %j, page open: %s',
    async (kind, first, second, isOpen) => {
      const prefix = kind === 'console' ? '/demo/live' : '';
      const link = (token: string) =>
        `${site.url}/${kind}#token=${token}&to=${encodeURIComponent(`${prefix}/replays`)}`;
      const [mine, theirs] = [await made(kind, first), await made(kind, second)];
      await open(async (page) => {
        await page.goto(`${site.url}/${kind}#token=${mine}&to=${prefix}/events`);
        await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
        for (const choice of ['Stay as you are', 'Use the link']) {
          await follow(page, link(theirs), isOpen);
          const dialog = page.getByRole('dialog', { name: 'Sign in as somebody else?' });
          await dialog.getByText('zoe', { exact: false }).waitFor();
          expect(page.url()).not.toContain('token');
          expect(await page.evaluate(TOKEN)).toBe(mine);
          expect(await violationsOf(page)).toEqual([]);
          await page.screenshot({ path: `${SCREENS}state-link-${kind}.png` });
          await dialog.getByRole('button', { name: choice }).click();
          await dialog.waitFor({ state: 'detached' });
          if (choice === 'Stay as you are') expect(await page.evaluate(TOKEN)).toBe(mine);
        }
        await page.getByRole('heading', { level: 1, name: 'Replays' }).waitFor();
        expect(await page.evaluate(TOKEN)).toBe(theirs);
      });
    },
  );

  it('for the same person is followed without a question', async () => {
    await open(async (page) => {
      await page.goto(`${site.url}/console#token=${await made('console', { actor: 'sam' })}`);
      await page.getByRole('button', { name: /Signed in: sam/ }).waitFor();
      const next = await made('console', { actor: 'sam' });
      await follow(page, `${site.url}/console#token=${next}&to=/demo/live/replays`, true);
      await page.getByRole('heading', { level: 1, name: 'Replays' }).waitFor();
      expect(await page.evaluate(TOKEN)).toBe(next);
    });
  });

  it('that has ended leaves the session that is there', async () => {
    const window = await Window.open(browser, site.url);
    const { page } = window;
    const mine = await made('console', { actor: 'sam' });
    await page.goto(`${site.url}/console#token=${mine}`);
    await page.getByRole('button', { name: /Signed in: sam/ }).waitFor();
    await follow(page, `${site.url}/console#token=${mine.slice(0, -1)}_`, true);
    await page.getByText('The link was not used').waitFor();
    expect(await page.evaluate(TOKEN)).toBe(mine);
    await window.close();
  });

  it.each([
    ['console', '/demo/live'],
    ['portal', ''],
  ] as const)('takes the place of one that has ended, in the %s', async (kind, prefix) => {
    const window = await Window.open(browser, site.url);
    const { page } = window;
    await page.goto(`${site.url}/${kind}`);
    await page.evaluate('sessionStorage.setItem("posthorn.token", "ph_session.over")');
    const next = await made(kind, { actor: 'zoe', ...(kind === 'portal' && { preset: 'viewer' }) });
    await follow(page, `${site.url}/${kind}#token=${next}&to=${prefix}/events`, false);
    await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
    expect(await page.evaluate(TOKEN)).toBe(next);
    await window.close();
  });
});
