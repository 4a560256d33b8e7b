// Shaping and routing in the console: transformations, templates and routing rules.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { eventually } from '../builders/eventually.ts';
import { OVERFLOW, SCREENS, violationsOf, Window } from './driver/browser.ts';
import { type Site, startSite } from './driver/site.ts';

describe.skipIf(HAS_NO_BROWSER)('shaping and routing', () => {
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
    await page?.screenshot({ path: `${SCREENS}shaping-end.png`, fullPage: true });
    await window?.close();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  const button = (name: RegExp | string) => page.getByRole('button', { name, exact: true });
  const region = (name: string) => page.getByRole('region', { name, exact: true });
  const make = (path: string, body: object) => site.call<{ id: string }>('POST', path, body);
  const DATA = { id: 'd-1', person: { name: 'Ada' } };

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

  it('a transformation with a mistake is mended, saved, and seen at the receiver', {
    timeout: 120_000,
  }, async () => {
    const endpoint = await make('/v1/endpoints', {
      url: `${site.receiver.url}/crm`,
      description: 'CRM',
    });
    const event = await make('/v1/events', { type: 'dossier.created', data: DATA });
    await eventually(() => site.receiver.arrived('/crm') === 1, 30_000);
    await page.goto(site.linkTo(`/demo/live/endpoints/${endpoint.id}`));
    await button('Add a transformation').click();
    await expect
      .poll(() => page.getByLabel('Event', { exact: true }).inputValue())
      .toBe(`event ${event.id}`);

    // The mistake: its line and column, its place marked, and one press away.
    const source = page.getByRole('textbox', { name: 'Transformation' });
    await source.fill('{\n  "dossier": id,\n  "name" person.name\n}');
    await page.getByText('Line 3, column 10: the source has person where : is expected.').waitFor();
    expect(await page.locator('mark').textContent()).toBe('p');
    expect(await button('Save the transformation').isDisabled()).toBe(true);
    await isFine('transformation-mistake');
    await button('Go to the mistake').click();
    expect(
      await source.evaluate(
        (field) => (field as unknown as { selectionStart: number }).selectionStart,
      ),
    ).toBe(28);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type(':');

    // What comes of it, and the request that would be sent.
    await region('Output').getByText('"Ada"').waitFor();
    const signed = await region('Signed request').textContent();
    expect(signed).toContain('webhook-signature');
    expect(signed).toContain('{"dossier":"d-1","name":"Ada"}');
    await isFine('transformation');
    expect(site.receiver.arrived('/crm')).toBe(1);

    await button('Save the transformation').click();
    await page.getByText('The transformation was saved.').waitFor();
    const { transform } = await site.call<{ transform: { version: string } }>(
      'GET',
      `/v1/endpoints/${endpoint.id}`,
    );
    const next = await make('/v1/events', { type: 'dossier.created', data: DATA });
    await eventually(() => site.receiver.arrived('/crm') === 2, 30_000);
    expect(JSON.parse(site.receiver.bodies('/crm')[1] ?? '').data).toEqual({
      dossier: 'd-1',
      name: 'Ada',
    });

    // The version of now beside those that deliveries are bound to.
    await page.reload();
    const versions = page.getByRole('table', { name: 'Versions of the latest deliveries' });
    await versions.getByRole('row', { name: new RegExp(`${transform.version} Now 1`) }).waitFor();
    await versions.getByRole('row', { name: /As posted 1/ }).waitFor();
    await isFine('endpoint-transformed');

    // What it fails with, and the warning of numbers, before anything is saved.
    await button('Edit the transformation').click();
    await source.fill('person.name');
    await page.getByText('With this event it fails: the result is no object.').waitFor();
    await page.getByLabel('Data of the event').fill('{"n":12345678901234567890}');
    await source.fill('{"n": n}');
    await page.getByText(/would write numbers with other digits/).waitFor();

    // Somebody else changes it meanwhile: it is said, and not overwritten.
    await site.call('PATCH', `/v1/endpoints/${endpoint.id}`, { description: 'The CRM' });
    await page.getByText('Settings were changed since you began.').waitFor();
    await button('Save the transformation').click();
    await page.getByText('Somebody else was faster.').waitFor();
    await button('Go on with mine').click();
    await button('Save the transformation').click();
    await page.getByText('The transformation was saved.').waitFor();

    await button('Remove…').click();
    await page.getByRole('dialog', { name: 'Remove the transformation?' }).waitFor();
    await isFine('transformation-remove');
    await button('Remove it').click();
    await page.getByText('The transformation was removed.').waitFor();
    await page.getByText('The data is sent as it was posted, byte for byte.').waitFor();
    // The browser tells of each refused answer; nothing else may be told.
    expect(window.complaints.filter((one) => !/status of (412|422)/.test(one))).toEqual([]);
    expect(next.id).toMatch(/^evt_/);
  });

  it('of what is typed the newest is answered', { timeout: 60_000 }, async () => {
    await page.goto(site.linkTo('/demo/live/workbench'));
    const card = page.getByRole('textbox', { name: 'Transformation' });
    await page.route('**/v1/transforms/test', async (route) => {
      if (route.request().postData()?.includes('first'))
        await new Promise((resolve) => setTimeout(resolve, 2_000));
      await route.continue().catch(() => undefined);
    });
    await page.getByLabel('Data of the event').fill('{"a":1}');
    const asked = page.waitForRequest((request) => (request.postData() ?? '').includes('first'));
    await card.fill('{"first": a}');
    await asked;
    await card.fill('{"second": a}');
    await region('Output').getByText('"second"').waitFor();
    await page.waitForTimeout(2_500);
    expect(await region('Output').textContent()).toContain('"second"');
    await isFine('workbench-transformation');
  });

  it('a template is made, joined after a dry run, changed, left and deleted', {
    timeout: 120_000,
  }, async () => {
    const fine = await make('/v1/endpoints', {
      url: `${site.receiver.url}/partner`,
      description: 'Partner',
    });
    await make('/v1/endpoints', {
      url: `${site.receiver.url}/other`,
      description: 'Other contract',
      headers: { 'x-plan': 'own' },
    });
    await page.goto(site.linkTo('/demo/live/templates'));
    await page.getByText('No templates yet').waitFor();
    await button('New template…').click();
    await page.getByLabel('Name').fill('partners');
    await page
      .getByLabel('Settings')
      .fill('{"timeoutMs": 5000, "renameHeaders": {"webhook-id": "x-plan"}}');
    await button('Create the template').click();
    await page.getByRole('heading', { name: 'partners', level: 1 }).waitFor();

    await button('Add endpoints…').click();
    await page.getByRole('checkbox', { name: 'Partner' }).check();
    await page.getByRole('checkbox', { name: 'Other contract' }).check();
    await button('See what would change').click();
    await page
      .getByText('1 endpoint would change, 0 would stay as they are, 1 would be refused.')
      .waitFor();
    await isFine('template-join');
    await button('Join 1 endpoint').click();
    await page.getByText('1 endpoint joined the template, 1 refused.').waitFor();
    await page
      .getByRole('table', { name: 'Endpoints that inherit' })
      .getByText('Partner')
      .waitFor();

    await button('Change…').click();
    const settings = page.getByRole('textbox', { name: 'Settings' });
    await settings.fill((await settings.inputValue()).replace('5000', '7000'));
    await page.getByText('timeoutMs changes for 1 of 1 endpoint').waitFor();
    await button('Save').click();
    await page.getByText('The template was changed.').waitFor();
    await eventually(async () => {
      const { timeoutMs } = await site.call<{ timeoutMs: number }>(
        'GET',
        `/v1/endpoints/${fine.id}`,
      );
      return timeoutMs === 7000;
    }, 20_000);

    await button('Add a transformation').click();
    await page.getByRole('textbox', { name: 'Transformation' }).fill('{"all": $}');
    await button('Save the transformation').click();
    await region('Source').getByText('{"all": $}').waitFor();
    await isFine('template');

    await button('Delete…').click();
    await page.getByText('1 endpoint would lose settings: detach first.').waitFor();
    expect(await button('Delete the template').isDisabled()).toBe(true);
    await button('Cancel').click();
    await button('Detach…').click();
    await page.getByRole('checkbox', { name: 'Partner' }).check();
    await button('See what would change').click();
    await button('Detach 1 endpoint').click();
    await page.getByText('No endpoint inherits from it').waitFor();
    await button('Delete…').click();
    await button('Delete the template').click();
    await page.getByText('No templates yet').waitFor();
    expect(window.complaints).toEqual([]);
  });

  it('routing rules are tried while they are edited, moved by keyboard, and explain an event', {
    timeout: 120_000,
  }, async () => {
    const sample = await make('/v1/events', {
      type: 'dossier.created',
      data: { country: 'DE', score: 90 },
    });
    const rule = (n: number) => page.getByRole('group', { name: new RegExp(`^Rule ${n} of`) });
    await page.goto(site.linkTo('/demo/live/routing-rules'));
    await page.getByText('No rules', { exact: true }).waitFor();
    await button('Add a rule').click();
    await rule(1).getByLabel('When the data matches').fill('{"country": ["DE"]}');
    await rule(1).getByLabel('Set the channels').fill('region:eu');
    await button('Add a rule').click();
    await rule(2).getByLabel('When the data matches').fill('{"score": [{"numeric": [">", 95]}]}');
    await rule(2).getByLabel('Set the channels').fill('review');
    const [first, second] = [rule(1), rule(2)];
    await first.getByText('Matches', { exact: true }).waitFor();
    await second.getByText('Does not match').waitFor();
    await second.getByText(/\/score/).waitFor();
    await page.getByText('Endpoints are matched by these channels: region:eu').waitFor();

    // A rule that stops, moved before the other one by Alt and an arrow; the focus goes with it.
    await rule(2).getByLabel('When the data matches').fill('{"score": [{"numeric": [">", 80]}]}');
    await rule(2).getByLabel('Judge no rule after it').check();
    await page.getByText('Endpoints are matched by these channels: review').waitFor();
    const judged = rule(2).getByLabel('Set the channels');
    await judged.focus();
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByText('Rule 2 is now rule 1 of 2.').waitFor();
    await second.getByText('Not judged').waitFor();
    const FOCUS = `(() => {
      const { activeElement: at } = document;
      return at.getAttribute('aria-label') ?? at.closest('fieldset').querySelector('legend').textContent + ': ' + at.labels[0].textContent;
    })()`;
    expect(await page.evaluate(FOCUS)).toBe('Rule 1 of 2: Set the channels');
    await button('Move rule 1 down').focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(FOCUS)).toBe('Move rule 2 up');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(FOCUS)).toBe('Move rule 1 down');
    await isFine('routing-rules');

    // What the API refuses is told at its rule.
    await rule(2).getByLabel('When the data matches').fill('{"country": [{"like": "D"}]}');
    await page.getByText(/^when\/country/).waitFor();
    await rule(2).getByLabel('When the data matches').fill('{"country": ["DE"]}');
    await button('Save the rules').click();
    await page.getByText('The rules were saved.', { exact: false }).first().waitFor();

    await make('/v1/endpoints', {
      url: `${site.receiver.url}/eu`,
      description: 'EU only',
      channels: ['region:eu'],
    });
    const routed = await make('/v1/events', {
      type: 'dossier.created',
      data: { country: 'DE', score: 90 },
    });
    await eventually(async () => {
      // It is stored a moment after it was accepted.
      const found = await site
        .call<{ routing: object | null }>('GET', `/v1/events/${routed.id}`)
        .catch(() => undefined);
      return found?.routing;
    }, 30_000);
    await page.goto(site.linkTo(`/demo/live/events/${routed.id}`));
    await page.getByText('When it was accepted, rule 1 matched').waitFor();
    const rules = page.getByRole('table', { name: 'The rules of now' });
    await rules.getByRole('row', { name: /^1 .* review Matches/ }).waitFor();
    await rules.getByRole('row', { name: /^2 .* region:eu Not judged/ }).waitFor();
    await page.getByText(/the event carries\s+review/).waitFor();
    await isFine('event-routed');
    expect(sample.id).toMatch(/^evt_/);
    expect(window.complaints.filter((one) => !/status of 422/.test(one))).toEqual([]);
  });
});
