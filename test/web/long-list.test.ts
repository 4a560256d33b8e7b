// 10,000 deliveries in a real ledger, read through in a real browser while new ones are delivered.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asks, loadEnded, SCOPE } from '../../bench/loaded-ledger.ts';
import { deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { eventually } from '../builders/eventually.ts';
import { SCREENS, violationsOf, Window } from './driver/browser.ts';

const COUNT = 10_000;
const PAGE = 50;
const HOUR_MS = 3_600_000;

/** A row that a person could see: its place in the table, the head's being 1, and its delivery. */
type Seen = readonly [place: number, delivery: string];

const FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

const IN_SIGHT = `[...document.querySelectorAll('main tbody tr')].flatMap((row) => {
  const { top, bottom } = row.getBoundingClientRect();
  if (bottom <= 0 || top >= innerHeight) return [];
  return [[Number(row.getAttribute('aria-rowindex')), row.querySelector('a').hash.split('/').at(-1)]];
})`;

/** Scrolls by a window until nothing or another place comes, and tells what was in sight at each stop. */
const readDown = (page: Page, toPlace = Number.MAX_SAFE_INTEGER) =>
  page.evaluate<Seen[]>(`(async () => {
    const seen = [];
    scrollTo(0, 0);
    for (let from = -1; scrollY !== from && (seen.at(-1)?.[0] ?? 0) < ${toPlace}; ) {
      await ${FRAMES};
      seen.push(...${IN_SIGHT});
      from = scrollY;
      scrollBy(0, 0.8 * innerHeight);
    }
    return seen;
  })()`);

/** From inside: a click that looks for its button 200 times takes a minute. */
const SHOW_ALL = `(async () => {
  const footer = document.querySelector('main footer');
  while (!footer.textContent.includes('that is all')) {
    const button = footer.querySelector('button:not([disabled])');
    if (button?.textContent === 'Show more') button.click();
    await ${FRAMES};
  }
})()`;

/** The deliveries in their places. No place may have shown two, nor a delivery stood in two. */
function inOrder(seen: readonly Seen[]): string[] {
  const at = new Map(seen);
  const places = new Map(seen.map(([place, delivery]) => [delivery, place]));
  for (const [place, delivery] of seen)
    if (at.get(place) !== delivery || places.get(delivery) !== place)
      throw new Error(`${delivery} at ${place} moved`);
  const order = [...at].toSorted(([one], [other]) => one - other);
  expect(order.map(([place]) => place)).toEqual(order.map((_, nth) => nth + 2));
  return order.map(([, delivery]) => delivery);
}

describe.skipIf(HAS_NO_BROWSER)('a list of 10,000 deliveries', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-long-list-'));
  let browser: Browser;
  let runtime: Runtime;
  let receiver: Server;
  let ask: ReturnType<typeof asks>;
  let endpoint: string;
  /** Newest first. */
  let loaded: readonly { readonly id: string; readonly subject: string }[];

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      request.resume();
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    [browser, runtime] = await Promise.all([
      startBrowser(),
      startRuntime({ dataDir, quiet: true, receiver: false }),
    ]);
    ask = asks(runtime);
    await ask('PUT', `/v1/tenants/${SCOPE.tenant}`, { name: 'Bench' });
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    ({ id: endpoint } = await ask('POST', '/v1/endpoints', { url, eventTypes: ['dossier.new'] }));
    const ended = await loadEnded(runtime, [endpoint], COUNT, HOUR_MS);
    loaded = ended
      .toReversed()
      .map(({ event }) => ({ id: deliveryIdOf(event.id, endpoint), subject: `${event.subject}` }));
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await runtime?.stop();
    receiver?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Posts events until it is stopped. @returns their deliveries, newest first */
  function post(): () => Promise<string[]> {
    const posted: string[] = [];
    let isOver = false;
    const posting = (async () => {
      while (!isOver) {
        const { id } = await ask('POST', '/v1/events', { type: 'dossier.new', data: {} });
        posted.push(deliveryIdOf(id, endpoint));
        await delay(posted.length < 3 * PAGE ? 100 : 1000);
      }
    })();
    posting.catch(() => undefined);
    return async () => {
      isOver = true;
      await posting;
      return posted.toSorted().toReversed();
    };
  }

  it('shows every row once, in order, while new ones come', { timeout: 400_000 }, async () => {
    const { url } = await ask('POST', '/v1/console-sessions', {});
    const window = await Window.open(browser, runtime.url, { height: 1800 });
    const { page } = window;
    const place = () => page.evaluate('document.activeElement.closest("tr")?.ariaRowIndex');
    await page.goto(`${url}&to=${encodeURIComponent(`/${SCOPE.tenant}/live/deliveries`)}`);
    const more = page.getByRole('button', { name: 'Show more' });
    const fresh = page.getByRole('button', { name: /^Show .* new deliver/ });
    const table = page.getByRole('table', { name: 'Deliveries' });
    await more.waitFor();
    const stop = post();

    // Page by page to the end: what comes meanwhile moves no page.
    await more.click();
    await page.evaluate(SHOW_ALL);
    await page.getByText('10,000 deliveries read, that is all').waitFor();
    expect(await table.getAttribute('aria-rowcount')).toBe(`${COUNT + 1}`);
    const ids = loaded.map(({ id }) => id);
    expect(inOrder(await readDown(page))).toEqual(ids);

    // The focus stays where it is while other rows are looked at, and goes on from there.
    await page.evaluate('scrollTo(0, 0)');
    await table.getByRole('row').nth(3).getByRole('link').first().focus();
    await page.evaluate(`scrollTo(0, document.body.scrollHeight / 2), ${FRAMES}`);
    expect(await place()).toBe('4');
    const [middle] = await page.evaluate<Seen[]>(IN_SIGHT);
    const { subject } = loaded[(middle?.[0] ?? 0) - 2] ?? {};
    await table
      .getByRole('row', { name: new RegExp(`\\b${subject}\\b`) })
      .first()
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: `${SCREENS}state-long-list.png` });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await place()).toBe('5');

    // Only what is near is there, but all of it on paper.
    const rows = 'document.querySelectorAll("main tbody tr").length';
    expect(await page.evaluate(rows)).toBeLessThan(500);
    expect(
      await page.evaluate(`(async () => {
        dispatchEvent(new Event('beforeprint'));
        await null;
        const printed = ${rows};
        dispatchEvent(new Event('afterprint'));
        return printed;
      })()`),
    ).toBe(COUNT);

    // All that came meanwhile, and what comes while it is shown.
    await page.evaluate('scrollTo(0, 0)');
    await fresh.click();
    const count = () => table.getAttribute('aria-rowcount');
    await eventually(async () => (await count()) !== `${COUNT + 1}`, 60_000);
    const posted = await stop();
    expect(posted.length).toBeGreaterThan(2 * PAGE);
    await eventually(async () => {
      if (await fresh.isVisible()) await fresh.click({ timeout: 1000 }).catch(() => undefined);
      return (await count()) === `${COUNT + posted.length + 1}`;
    }, 60_000);
    const top = inOrder(await readDown(page, posted.length + PAGE + 1));
    expect(top).toEqual([...posted, ...ids].slice(0, top.length));
    expect(top.length).toBeGreaterThanOrEqual(posted.length + PAGE);
    expect(window.complaints).toEqual([]);
    await window.close();
  });
});
