import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { SCREENS, violationsOf, Window } from './driver/browser.ts';
import { furnish, type Site, startSite } from './driver/site.ts';

describe.skipIf(HAS_NO_BROWSER)('an issue', () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
    await furnish(site);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  it('is muted in the portal with a reason, stands apart in the console, and is opened again there', async () => {
    const session = { preset: 'developer', actor: 'zoe@acme.example' };
    const portal = await Window.open(browser, site.url);
    await portal.page.goto(await site.portalLink('/issues', session));
    await portal.page.getByRole('button', { name: 'Mute…' }).click();
    await portal.page.getByLabel('Reason').fill('The receiver is being moved.');
    await portal.page.getByLabel('For how long').selectOption('One week');
    expect(await violationsOf(portal.page)).toEqual([]);
    await portal.page.getByRole('button', { name: 'Mute', exact: true }).click();
    await portal.page.getByRole('heading', { name: 'No issue is left to act on' }).waitFor();
    expect(portal.complaints).toEqual([]);
    await portal.close();

    const console = await Window.open(browser, site.url);
    const { page } = console;
    await page.goto(site.linkTo('/demo/live/issues'));
    await page.getByRole('table', { name: 'Muted issues' }).waitFor();
    expect(await page.getByRole('table', { name: 'Issues', exact: true }).count()).toBe(0);
    await page.getByText(/Muted by zoe@acme\.example.*: The receiver is being moved\./).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: `${SCREENS}issues-muted-light.png`, fullPage: true });
    await page.getByRole('button', { name: 'Open again' }).click();
    await page.getByRole('heading', { name: '1 issue to act on' }).waitFor();
    await page.getByRole('button', { name: 'Acknowledge…' }).click();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page
      .getByRole('table', { name: 'Issues', exact: true })
      .getByText('Acknowledged')
      .waitFor();
    expect(console.complaints).toEqual([]);
    await console.close();
  });
});
