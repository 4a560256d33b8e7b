// Will I be told? From nobody to a chat that hears of what dies, in words of its own.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { OVERFLOW, SCREENS, violationsOf, Window } from './driver/browser.ts';
import { type Site, startSite } from './driver/site.ts';

/** What is seen within a minute is told together. */
const TOLD_WITHIN_MS = 200_000;

interface Settings {
  readonly kinds: readonly string[];
  readonly endpoints: Readonly<Record<string, object>>;
  readonly words: Readonly<Record<string, object>>;
}

describe.skipIf(HAS_NO_BROWSER)('notices', () => {
  let browser: Browser;
  let site: Site;
  let window: Window;
  let page: Page;
  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
  }, 240_000);
  beforeEach(async () => {
    window = await Window.open(browser, site.url);
    page = window.page;
  });
  afterEach(async () => {
    await page?.screenshot({ path: `${SCREENS}notices-end.png`, fullPage: true });
    await window?.close();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  const button = (name: RegExp | string) => page.getByRole('button', { name, exact: true });
  const heading = (name: RegExp | string) => page.getByRole('heading', { name, exact: true });
  const region = (name: string) => page.locator('section.card').filter({ has: heading(name) });
  const row = (table: string, name: RegExp) =>
    page.getByRole('table', { name: table }).getByRole('row', { name });
  const kept = () => site.call<Settings>('GET', '/v1/notices');

  /** In both looks, and 320 px wide. */
  async function isFine(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsOf(page), `${name}, ${colorScheme}`).toEqual([]);
      await page.screenshot({ path: `${SCREENS}${name}-${colorScheme}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate(OVERFLOW), name).toBe(0);
    await page.screenshot({ path: `${SCREENS}${name}-narrow.png`, fullPage: true });
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  }

  it('a chat is made, tested, and hears in its own words of what dies', {
    timeout: TOLD_WITHIN_MS + 120_000,
  }, async () => {
    const dying = await site.call<{ id: string }>('POST', '/v1/endpoints', {
      url: `${site.receiver.url}/dying`,
      description: 'KYC backend',
      eventTypes: ['dossier.*'],
      retryPolicy: 'none',
    });
    site.receiver.answer('/dying', (_, response) => response.writeHead(503).end());
    await page.goto(site.linkTo('/demo/live/notices'));
    await page.getByText('Nobody is told yet').waitFor();
    await isFine('notices-nobody');

    // A channel: the URL is masked as soon as it is kept.
    await page.getByRole('link', { name: 'Add a channel' }).click();
    await heading('New endpoint').waitFor();
    expect(await page.getByRole('radio', { name: /^slack/ }).isChecked()).toBe(true);
    expect(await page.getByRole('checkbox', { name: 'posthorn.*' }).isChecked()).toBe(true);
    const url = page.getByLabel('URL of the receiver');
    await url.fill(`${site.receiver.url}/services/the-secret-part`);
    await page.getByLabel('Name').fill('Ops channel');
    await button('Create, switched off').click();
    await expect.poll(() => url.inputValue()).toMatch(/\/\*{28}part$/);
    expect(await page.locator('body').textContent()).not.toContain('the-secret');
    await button('Send a test message').click();
    await page.getByText('The message is in the chat now.').waitFor();
    expect(JSON.parse(site.receiver.bodies('/services/the-secret-part')[0] ?? '')).toHaveProperty(
      'blocks',
    );
    await isFine('notices-channel');
    await button('Switch it on').click();
    await heading('Ops channel').waitFor();

    // What is told, and when.
    await page.getByRole('link', { name: 'Notices', exact: true }).click();
    const told = page.getByRole('list', { name: 'Who is told' }).getByRole('listitem');
    await told.filter({ hasText: /Ops channel.*slack/ }).waitFor();
    await page.getByRole('checkbox', { name: 'An endpoint is slow' }).uncheck();
    await page.getByLabel('Quiet from').fill('22:00');
    await page.getByLabel('Quiet until').fill('07:00');
    await page.getByLabel('Daily digest at').fill('08:30');
    await page.getByLabel('Time zone').fill('Europe/Nowhere');
    await button('Save').click();
    await page.getByText('Such as Europe/Berlin.').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Time zone').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await button('Save').click();
    await page.getByText('Saved.').waitFor();
    expect(await kept()).toMatchObject({
      timeZone: 'Europe/Berlin',
      quietHours: { from: '22:00', to: '07:00' },
      digest: { at: '08:30' },
    });
    expect((await kept()).kinds).not.toContain('endpoint.slow');
    // Else nothing would be told here at night.
    await page.getByLabel('Quiet from').fill('');
    await page.getByLabel('Quiet until').fill('');
    await button('Save').click();
    await expect.poll(kept).toMatchObject({ quietHours: null });

    // One endpoint differs.
    await region('For single endpoints').getByRole('button', { name: 'Add…' }).click();
    await page.getByLabel('Endpoint', { exact: true }).selectOption({ label: 'KYC backend' });
    await page.getByRole('checkbox', { name: 'Tell other things of it' }).check();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: 'An endpoint fails' }).uncheck();
    await dialog.getByLabel('Slow from, in ms').fill('20000');
    await isFine('notices-override');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row('For single endpoints', /KYC backend .*Deliveries are dead.*20000/).waitFor();
    expect((await kept()).endpoints[dying.id]).toMatchObject({ slowAboveMs: 20_000 });

    // In words of its own; a name that there is not is said at once.
    await row('What people read', /Deliveries are dead/)
      .getByRole('button')
      .click();
    await dialog.getByLabel('Title').fill('{{nmae}} נכשל');
    await dialog.getByLabel('Text').fill('משלוחים: {{count}}\nהבא: {{nextProbeAt}}');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/holds \{\{nmae\}\}: a name must be one of name, /).waitFor();
    await isFine('notices-words');
    await dialog.getByLabel('Title').fill('{{name}} נכשל');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row('What people read', /Deliveries are dead .*נכשל/).waitFor();
    expect((await kept()).words['deliveries.dead']).toMatchObject({ title: '{{name}} נכשל' });

    // Somebody else was faster.
    await site.call('PUT', '/v1/notices', { ...(await kept()), slowAboveMs: 7_000 });
    await page.getByLabel('Channels', { exact: true }).fill('ops');
    await button('Save').click();
    await page.getByText('Somebody else was faster.').waitFor();
    await button('Read what is saved now').click();
    await expect.poll(() => page.getByLabel('Slow from, in ms').inputValue()).toBe('7000');
    expect(await page.getByLabel('Channels', { exact: true }).inputValue()).toBe('');

    // A delivery dies, and the chat hears of it.
    await site.call('POST', '/v1/events', { type: 'dossier.created', data: {} });
    const arrived = () => site.receiver.arrived('/services/the-secret-part');
    await expect.poll(arrived, { timeout: TOLD_WITHIN_MS }).toBe(2);
    const message = site.receiver.bodies('/services/the-secret-part')[1] ?? '';
    expect(message).toContain('\u2068KYC backend\u2069 נכשל');
    expect(message).toContain('משלוחים: \u20681\u2069');
    expect(message).not.toContain('הבא');
    await page.reload();
    await row('What was told', /Deliveries are dead/).waitFor();
    await isFine('notices');
    await page.getByRole('link', { name: 'Deliveries are dead' }).click();
    await page.getByRole('heading', { level: 1, name: /posthorn\.deliveries\.dead/ }).waitFor();
    // The browser tells of each refused answer; nothing else may be told.
    expect(window.complaints.filter((one) => !/status of (412|422)/.test(one))).toEqual([]);
  });

  it('by keyboard alone', { timeout: 60_000 }, async () => {
    await page.goto(await site.portalLink('/notices'));
    await heading('What was told').waitFor();
    const before = (await kept()).kinds;
    const at = page.getByRole('checkbox', { name: 'An endpoint fails' });
    for (let nth = 0; nth < 60; nth++) {
      await page.keyboard.press('Tab');
      if (await at.evaluate((one) => one.matches(':focus-visible'))) break;
    }
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.getByLabel('Link').focus();
    await page.keyboard.type('https://app.acme.io/{endpoint}');
    await page.keyboard.press('Enter');
    await page.getByText('Saved.').waitFor();
    expect((await kept()).kinds).toEqual(before.filter((kind) => kind !== 'endpoint.failing'));
    // A question gives the focus back to where it was asked.
    const change = page.getByRole('button', { name: 'Change…' }).last();
    await change.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('{{name}}: slow filter');
    await page.keyboard.press('Enter');
    await row('What people read', /slow filter/).waitFor();
    await expect
      .poll(() => page.evaluate('document.activeElement?.outerHTML.slice(0, 300)'))
      .toContain('Change…');
    expect(window.complaints).toEqual([]);
  });

  it('a session that may only read sees all, and no button', { timeout: 60_000 }, async () => {
    await page.goto(await site.portalLink('/notices', { preset: 'viewer' }));
    await heading('What people read').waitFor();
    expect(await page.getByRole('checkbox', { name: 'An endpoint is slow' }).isDisabled()).toBe(
      true,
    );
    for (const name of ['Save', 'Add…', 'Change…', 'Remove'])
      expect(await button(name).count(), name).toBe(0);
    expect(await page.getByRole('link', { name: 'Add a channel' }).count()).toBe(0);
    await isFine('portal-notices-viewer');
    expect(window.complaints).toEqual([]);
  });

  it('one for certain endpoints is told that it may not see them', {
    timeout: 60_000,
  }, async () => {
    const { data } = await site.call<{ data: { id: string }[] }>('GET', '/v1/endpoints');
    const endpoints = data.slice(0, 1).map(({ id }) => id);
    await page.goto(await site.portalLink('/notices', { preset: 'owner', endpoints }));
    await page.getByText('Not for this session').first().waitFor();
    await isFine('portal-notices-refused');
  });
});
