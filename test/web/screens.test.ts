import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { eventually } from '../builders/eventually.ts';
import { OVERFLOW, SCREENS, violationsOf, Window } from './driver/browser.ts';
import { type Furnished, furnish, type Site, startSite } from './driver/site.ts';

/** Each screen by its name, its address, and its first heading. */
const CONSOLE: readonly (readonly [string, (of: Furnished) => string, RegExp])[] = [
  ['overview', () => '/demo/live/overview', /needs? attention/],
  ['overview-all', () => '/~/live/overview', /well|needs? attention|stood out/],
  ['endpoints', () => '/demo/live/endpoints', /^Endpoints$/],
  ['endpoints-all', () => '/~/live/endpoints', /^Endpoints$/],
  ['endpoint', ({ failing }) => `/demo/live/endpoints/${failing}`, /onerror/],
  ['endpoint-paused', ({ paused }) => `/demo/live/endpoints/${paused}`, /A name/],
  ['new-endpoint', () => '/demo/live/endpoints/new', /^New endpoint$/],
  ['events', () => '/demo/live/events', /^Events$/],
  ['event', ({ event }) => `/demo/live/events/${event}`, /1 of 3 delivered/],
  ['deliveries', () => '/demo/live/deliveries', /^Deliveries$/],
  ['delivery', ({ delivery }) => `/demo/live/deliveries/${delivery}`, /^dossier/],
  ['issues', () => '/demo/live/issues', /issue/],
  ['replays', () => '/demo/live/replays', /^Replays$/],
  ['replay', ({ replay }) => `/demo/live/replays/${replay}`, /Running|Done/],
  ['analytics', () => '/demo/live/analytics', /^Analytics$/],
  ['tail', () => '/demo/live/tail', /^Live tail$/],
  ['workbench', () => '/demo/live/workbench', /^Workbench$/],
  ['templates', () => '/demo/live/templates', /^Templates$/],
  ['notices', () => '/demo/live/notices', /^Notices$/],
  ['routing-rules', () => '/demo/live/routing-rules', /^Routing rules$/],
  ['event-types', () => '/demo/live/event-types', /^Event types$/],
  ['event-type', () => '/demo/live/event-types/dossier.created', /^dossier.created$/],
  ['tenants', () => '/~/live/tenants', /^Tenants$/],
  ['access', () => '/demo/live/access', /^Keys and sessions$/],
  ['dead-letters', () => '/~/live/queues', /^Dead letters$/],
  ['no-tenant-chosen', () => '/~/live/events', /^Events$/],
  ['empty', () => '/borealis/live/endpoints', /^Endpoints$/],
  ['unknown', () => '/demo/live/nothing', /no such page/],
];

const PORTAL: readonly (readonly [string, (of: Furnished) => string, RegExp])[] = [
  ['portal-home', () => '/overview', /needs? attention/],
  ['portal-endpoints', () => '/endpoints', /^Endpoints$/],
  ['portal-endpoint', ({ failing }) => `/endpoints/${failing}`, /onerror/],
  ['portal-events', () => '/events', /^Events$/],
  ['portal-event', ({ event }) => `/events/${event}`, /delivered/],
  ['portal-delivery', ({ delivery }) => `/deliveries/${delivery}`, /^dossier/],
  ['portal-issues', () => '/issues', /issue/],
  ['portal-replays', () => '/replays', /^Replays$/],
  ['portal-analytics', () => '/analytics', /^Analytics$/],
  ['portal-event-types', () => '/event-types', /^Event types$/],
  ['portal-notices', () => '/notices', /^Notices$/],
  ['portal-signature', () => '/signature', /^Check a signature$/],
];

describe.skipIf(HAS_NO_BROWSER)('every screen', () => {
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

  async function look(name: string, address: string, heading: RegExp): Promise<void> {
    const seen: Record<string, unknown> = {};
    for (const colorScheme of ['light', 'dark'] as const) {
      const window = await Window.open(browser, site.url, { colorScheme });
      const { page } = window;
      await page.goto(address);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      const loading = page.locator('[aria-label^="Loading"]');
      await expect.poll(() => loading.count(), { timeout: 30_000 }).toBe(0);
      seen[colorScheme] = { violations: await violationsOf(page), complaints: window.complaints };
      await page.screenshot({ path: `${SCREENS}${name}-${colorScheme}.png`, fullPage: true });
      if (colorScheme === 'light') {
        await page.setViewportSize({ width: 320, height: 640 });
        seen.narrow = await page.evaluate(OVERFLOW);
        await page.screenshot({ path: `${SCREENS}${name}-narrow.png`, fullPage: true });
      }
      await window.close();
    }
    const fine = { violations: [], complaints: [] };
    expect(seen).toEqual({ light: fine, dark: fine, narrow: 0 });
  }

  it.each(CONSOLE)(
    '%s of the console: nothing for axe, no complaint, 320 px wide',
    async (name, address, heading) => {
      await look(name, site.linkTo(address(furnished)), heading);
    },
  );

  it.each(PORTAL)(
    '%s: nothing for axe, no complaint, 320 px wide',
    async (name, address, heading) => {
      await look(name, await site.portalLink(address(furnished)), heading);
    },
  );

  it('the door: nothing for axe, and the focus is in the field', async () => {
    const window = await Window.open(browser, site.url);
    await window.page.goto(`${site.url}/console`);
    await window.page.getByLabel('Operator’s key').waitFor();
    expect(await violationsOf(window.page)).toEqual([]);
    expect(window.complaints).toEqual([]);
    await window.close();
  });

  type Picture = readonly [
    name: string,
    address: (of: Furnished) => string | Promise<string>,
    colorScheme: 'light' | 'dark',
  ];
  const PICTURES: readonly Picture[] = [
    ['console-overview', () => site.linkTo('/demo/live/overview'), 'light'],
    ['console-deliveries', () => site.linkTo('/demo/live/deliveries'), 'light'],
    ['console-delivery', (of) => site.linkTo(`/demo/live/deliveries/${of.delivery}`), 'light'],
    ['console-endpoint', (of) => site.linkTo(`/demo/live/endpoints/${of.failing}`), 'light'],
    ['console-event', (of) => site.linkTo(`/demo/live/events/${of.event}`), 'dark'],
    ['portal-home', () => site.portalLink('/overview'), 'light'],
    ['portal-event', (of) => site.portalLink(`/events/${of.event}`), 'dark'],
  ];

  /** `WRITE_PICTURES=true` writes those of the docs anew, once the attempts are counted. */
  describe.runIf(process.env.WRITE_PICTURES === 'true')('the pictures of the docs', () => {
    beforeAll(async () => {
      const { call } = site;
      await call('PATCH', `/v1/endpoints/${furnished.failing}`, { description: 'KYC decisions' });
      await call('PATCH', `/v1/endpoints/${furnished.paused}`, { description: 'Archive' });
      type Counted = { readonly asOf: string | null };
      await eventually(
        async () => (await call<Counted>('GET', '/v1/analytics/summary')).asOf !== null,
        600_000,
      );
    }, 660_000);

    it.each(PICTURES)('%s', async (name, address, colorScheme) => {
      const looks = { width: 1100, height: 760, colorScheme };
      const window = await Window.open(browser, site.url, looks);
      await window.page.goto(await address(furnished));
      await window.page.getByRole('heading', { level: 1 }).waitFor();
      await window.page.waitForLoadState('networkidle');
      await window.page.screenshot({ path: `docs/images/${name}.png` });
      await window.close();
    });
  });
});
