import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { SCREENS, Window } from './driver/browser.ts';
import { type Site, startSite } from './driver/site.ts';

describe.skipIf(HAS_NO_BROWSER)('from the printed link to a recovered endpoint', () => {
  let browser: Browser;
  let site: Site;
  let window: Window;
  let page: Page;
  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
    window = await Window.open(browser, site.url);
    page = window.page;
  }, 240_000);
  afterEach(async () => {
    await page?.screenshot({ path: `${SCREENS}journey-end.png`, fullPage: true });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  const link = (name: RegExp | string) => page.getByRole('link', { name });
  const button = (name: RegExp | string) => page.getByRole('button', { name });
  const heading = (name: RegExp | string) => page.getByRole('heading', { name });

  it('is walked without a terminal', { timeout: 240_000 }, async () => {
    // The link signs in, and the token is gone from the address and the history at once.
    await page.goto(site.linkTo(''));
    await heading(/well|needs? attention/).waitFor();
    expect(page.url()).not.toContain('token');
    expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2);

    // A new endpoint, with its test.
    await link('Endpoints').click();
    await link('New endpoint').first().click();
    await page.getByLabel('URL of the receiver').fill(`${site.receiver.url}/kyc`);
    await page.getByLabel('Name').fill('KYC decisions');
    await button('Create, switched off').click();
    await button('Send a signed test').click();
    await page.getByText(/It works: answered 204/).waitFor();
    await button('Switch it on').click();
    await heading('KYC decisions').waitFor();
    await page.getByText('Healthy', { exact: true }).first().waitFor();

    // Send the README's event, and see it arrive.
    const event = {
      type: 'dossier.created',
      subject: 'd-1',
      data: { dossier: 'd-1', subject: 'Zoë Example' },
    };
    await site.call('POST', '/v1/events', event);
    await link('Events').first().click();
    await link('dossier.created').first().click();
    await heading(/dossier.created: delivered/).waitFor();
    expect(site.receiver.arrived('/kyc')).toBe(2);

    // Break the receiver, and see why it fails.
    site.receiver.answer('/kyc', (_, response) =>
      response.writeHead(401).end('{"error":"bad signature"}'),
    );
    await site.call('POST', '/v1/events', { ...event, subject: 'd-2' });
    await link('Issues').click();
    await heading(/issue to act on/).waitFor({ timeout: 60_000 });
    await page.getByText(/The receiver answered: Unauthorized \(401\)/).waitFor();
    await page.getByText('bad signature').waitFor();
    await link(/Delivery of/).click();
    await page.getByText(/The next is/).waitFor();
    await heading('What comes next').waitFor();

    // Fix it, and recover.
    site.receiver.answer('/kyc', (_, response) => response.writeHead(204).end());
    await link('KYC decisions').first().click();
    await button('Recover…').click();
    await button('Recover 1 delivery').click();
    await heading(/Done: 1 delivery sent again/).waitFor({ timeout: 60_000 });
    await link('Deliveries').first().click();
    await page.getByRole('row', { name: /d-2 Delivered/ }).waitFor();
    await link('Overview').first().click();
    await heading(/All is well/).waitFor();
    expect(window.complaints).toEqual([]);
  });
});
