import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../../builders/browser.ts';
import { SCREENS, violationsOf, Window } from '../driver/browser.ts';
import { type Site, startSite } from '../driver/site.ts';

describe.skipIf(HAS_NO_BROWSER)('why is my signature wrong', () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  it('names the step, the changed bytes and the fix, and sends neither body nor secret', {
    timeout: 120_000,
  }, async () => {
    const { id } = await site.call<{ id: string }>('POST', '/v1/endpoints', {
      url: `${site.receiver.url}/signed`,
    });
    const { secret } = await site.call<{ secret: string }>('GET', `/v1/endpoints/${id}/secret`);
    let got: { headers: string; body: string } | undefined;
    site.receiver.answer('/signed', (request, response) => {
      const named = Object.entries(request.headers).filter(([name]) => name.startsWith('webhook-'));
      got = { headers: named.map(([name, value]) => `${name}: ${value}`).join('\n'), body: '' };
      response.writeHead(204).end();
    });
    const { id: event } = await site.call<{ id: string }>(
      'POST',
      '/v1/events',
      '{"type":"a.b","data":{"n":12.50,"limit":1e400}}',
    );
    await expect.poll(() => got?.headers, { timeout: 20_000 }).toContain(event);
    const { acceptedAt } = await site.call<{ acceptedAt: string }>('GET', `/v1/events/${event}`);
    const sent = `{"type":"a.b","timestamp":"${acceptedAt}","data":{"n":12.50,"limit":1e400}}`;

    const window = await Window.open(browser, site.url);
    const { page } = window;
    const bodies: string[] = [];
    page.on('request', (request) => bodies.push(`${request.url()} ${request.postData() ?? ''}`));
    await page.goto(await site.portalLink('/signature'));
    await page.getByLabel('Headers').fill(got?.headers ?? '');
    await page.getByLabel('Secret of the endpoint').fill(secret);
    const body = page.getByLabel('Body, as your code hashed it');
    const check = page.getByRole('button', { name: 'Check' });

    await body.fill(sent);
    await check.click();
    await page.getByRole('heading', { name: 'The signature is right' }).waitFor();

    await body.fill(JSON.stringify(JSON.parse(sent)));
    await check.click();
    await page.getByRole('heading', { name: 'Step 5 of 5 fails' }).waitFor();
    await page.getByText('Your code parsed the body and wrote it again').waitFor();
    expect(await page.locator('del').first().textContent()).toContain('12.50');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await page.screenshot({
        path: `${SCREENS}portal-signature-wrong-${colorScheme}.png`,
        fullPage: true,
      });
    }
    expect(bodies.filter((text) => text.includes(secret) || text.includes('12.5'))).toEqual([]);
    expect(window.complaints).toEqual([]);
    await window.close();
  });
});
