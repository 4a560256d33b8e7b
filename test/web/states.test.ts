import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { OVERFLOW, SCREENS, violationsOf, Window } from './driver/browser.ts';
import { DATA, type Furnished, furnish, HOSTILE, type Site, startSite } from './driver/site.ts';

describe.skipIf(HAS_NO_BROWSER)('what people meet', () => {
  let browser: Browser;
  let site: Site;
  let furnished: Furnished;
  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
    furnished = await furnish(site);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  async function opened(
    screen: string,
    work: (page: Page, window: Window) => Promise<void>,
  ): Promise<void> {
    const window = await Window.open(browser, site.url);
    await window.page.goto(site.linkTo(screen));
    await window.page.getByRole('heading', { level: 1 }).waitFor();
    await work(window.page, window);
    await window.close();
  }
  /** In both looks. */
  async function isAccessible(page: Page, name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsOf(page), `${name}, ${colorScheme}`).toEqual([]);
      await page.screenshot({ path: `${SCREENS}state-${name}-${colorScheme}.png` });
    }
  }
  const problem = (status: number) => ({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({
      type: 'about:blank',
      title: 'x',
      status,
      detail: 'Something broke.',
      requestId: 'req-123',
    }),
  });

  it('an error says its request id and what to do, and the rest of the page works', async () => {
    await opened('/demo/live/analytics', async (page) => {
      await page.route('**/v1/analytics/latency*', (route) => route.fulfill(problem(500)));
      await page.reload();
      const card = page.getByRole('alert').first();
      await card.getByText('req-123').waitFor();
      await page.getByText('What went wrong').waitFor();
      await isAccessible(page, 'partial');
      await page.unroute('**/v1/analytics/latency*');
      await card.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('img', { name: /Response times/ }).waitFor();
    });
  });

  it('without a connection what was read stays, and says that it may be old', async () => {
    await opened(`/demo/live/endpoints/${furnished.healthy}`, async (page) => {
      await page.getByRole('heading', { name: 'Data lake' }).waitFor();
      await page.context().setOffline(true);
      await page
        .getByText('What you see may be old', { exact: false })
        .first()
        .waitFor({ timeout: 40_000 });
      await isAccessible(page, 'offline');
      await page.context().setOffline(false);
    });
  });

  it('without permission it says so', async () => {
    await opened('/demo/live/events', async (page) => {
      await page.route('**/v1/replays*', (route) => route.fulfill(problem(403)));
      await page.getByRole('link', { name: 'Replays' }).click();
      await page.getByText('Not for this session').waitFor();
      await isAccessible(page, 'forbidden');
    });
  });

  it('a session that ended is asked for over the page, and what was typed stays', async () => {
    await opened('/demo/live/endpoints/new', async (page) => {
      await page.getByLabel('URL of the receiver').fill(`${site.receiver.url}/typed`);
      let isOver = true;
      await page.route('**/v1/endpoints', (route) =>
        isOver ? route.fulfill(problem(401)) : route.continue(),
      );
      await page.getByRole('button', { name: 'Create, switched off' }).click();
      const dialog = page.getByRole('dialog', { name: 'Your session ended' });
      await dialog.waitFor();
      await isAccessible(page, 'expired');
      await dialog.getByLabel('Operator’s key').fill('not the key, but as long as one would be');
      await dialog.getByRole('button', { name: 'Sign in' }).click();
      await dialog.getByText('This is not the operator’s key.').waitFor();
      await dialog.getByLabel('Operator’s key').fill(site.operatorKey);
      isOver = false;
      await dialog.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Send a signed test' }).waitFor();
      expect(await page.getByLabel('URL of the receiver').inputValue()).toBe(
        `${site.receiver.url}/typed`,
      );
    });
  });

  it('bytes are exact: numbers, escapes and text from right to left, as posted', async () => {
    await opened(`/demo/live/events/${furnished.event}`, async (page, window) => {
      const shown = await page
        .getByRole('region', { name: 'Data, exactly as posted' })
        .textContent();
      expect(shown).toBe(DATA);
      await page.getByLabel('Indent for reading').check();
      const indented = await page
        .getByRole('region', { name: 'Data, exactly as posted' })
        .textContent();
      for (const exact of ['12.50', '1e400', '18446744073709551615', 'Sch\\u00f6nefeld'])
        expect(indented).toContain(exact);
      await page.getByText('1e400 becomes Infinity').waitFor();
      expect(window.complaints).toEqual([]);
    });
  });

  it('text of strangers is text: names, answers, headers and terminal codes', async () => {
    for (const screen of [
      'endpoints',
      `endpoints/${furnished.failing}`,
      `deliveries/${furnished.delivery}`,
      `events/${furnished.event}`,
      'issues',
      'event-types',
      'tail',
    ]) {
      await opened(`/demo/live/${screen}`, async (page, window) => {
        await page.getByText(HOSTILE).first().waitFor();
        expect(await page.locator('img, script:not([src]), b:text-is("s")').count()).toBe(0);
        expect(await page.locator('main').textContent()).not.toContain('\u001b');
        expect(window.complaints).toEqual([]);
      });
    }
  });

  it('pages that are empty or repeat a row make a list without a gap or a double', async () => {
    const row = (nth: number) => ({
      id: `evt_${nth}`,
      type: 'dossier.created',
      tenant: 'demo',
      environment: 'live',
      acceptedAt: new Date(1_700_000_000_000 + nth).toISOString(),
      occurredAt: null,
      subject: `n${nth}`,
      channels: [],
      redactedAt: null,
    });
    await opened('/demo/live/overview', async (page) => {
      await page.route('**/v1/events?*', (route) => {
        const cursor = new URL(route.request().url()).searchParams.get('cursor') ?? '90';
        // The last row of each page is the first of the next one too; before the third, one is empty.
        const isEmpty = cursor === '52';
        const from = Number.parseInt(cursor, 10);
        const numbers = Array.from({ length: 20 }, (_, nth) => from - nth).filter((nth) => nth > 0);
        const last = numbers.at(-1) ?? 0;
        const next = isEmpty ? '52 again' : last > 1 ? `${last}` : null;
        return route.fulfill({ json: { data: isEmpty ? [] : numbers.map(row), next } });
      });
      await page.getByRole('link', { name: 'Events' }).click();
      for (let pages = 1; pages < 5; pages++)
        await page.getByRole('button', { name: 'Show more' }).click();
      await page.getByText('90 events read, that is all').waitFor();
      const subjects = await page.evaluate<string[]>(
        '[...document.querySelectorAll("td[data-label=Subject]")].map((cell) => cell.textContent)',
      );
      expect(subjects).toEqual(Array.from({ length: 90 }, (_, nth) => `n${90 - nth}`));
    });
  });

  it('right to left, other zones, reduced motion and paper', async () => {
    await opened(`/demo/live/deliveries/${furnished.delivery}`, async (page) => {
      await page.evaluate('document.documentElement.dir = "rtl"');
      expect(await page.evaluate(OVERFLOW)).toBe(0);
      await page.screenshot({ path: `${SCREENS}state-rtl.png`, fullPage: true });
      await page.evaluate('document.documentElement.dir = "ltr"');
      await page.getByRole('button', { name: /Signed in/ }).click();
      await page.getByRole('button', { name: 'Times in Europe/Berlin' }).click();
      await page
        .getByText(/GMT\+1|CET|UTC\+1/)
        .first()
        .waitFor();
      await page.emulateMedia({ media: 'print' });
      expect(await page.getByRole('navigation', { name: 'Main' }).isVisible()).toBe(false);
      await page.screenshot({ path: `${SCREENS}state-print.png`, fullPage: true });
    });
  });
});
