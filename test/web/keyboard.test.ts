import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_NO_BROWSER, startBrowser } from '../builders/browser.ts';
import { Window } from './driver/browser.ts';
import { type Furnished, furnish, type Site, startSite } from './driver/site.ts';

const FOCUS = `(() => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at.closest('.segments label') ?? at);
  return { name: (at.getAttribute('aria-label') ?? at.textContent ?? '').trim(), isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2, tag: at.tagName };
})()`;

interface Focus {
  readonly name: string;
  readonly isSeen: boolean;
  readonly tag: string;
}

describe.skipIf(HAS_NO_BROWSER)('by keyboard alone', () => {
  let browser: Browser;
  let site: Site;
  let furnished: Furnished;
  let window: Window;
  let page: Page;
  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
    furnished = await furnish(site);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });

  /** Presses Tab until the focus is on what is called so; each stop must be seen. */
  async function tabTo(name: RegExp, key = 'Tab'): Promise<void> {
    for (let nth = 0; nth < 150; nth++) {
      await page.keyboard.press(key);
      const focus = await page.evaluate<Focus>(FOCUS);
      if (focus.tag !== 'BODY' && focus.tag !== 'MAIN')
        expect(focus, 'a focus that is not seen').toMatchObject({ isSeen: true });
      if (name.test(focus.name)) return;
    }
    throw new Error(`Tab does not reach ${name}`);
  }
  const heading = (name: RegExp | string) => page.getByRole('heading', { name }).waitFor();

  it('everything is reached, and every stop is seen', { timeout: 120_000 }, async () => {
    window = await Window.open(browser, site.url);
    page = window.page;
    await page.goto(site.linkTo('/demo/live/overview'));
    await heading(/needs? attention/);

    // The first stop skips the navigation.
    await page.keyboard.press('Tab');
    expect(await page.evaluate<Focus>(FOCUS)).toMatchObject({ name: 'Skip to content' });
    await page.keyboard.press('Enter');

    // Ctrl-K, an id, and there.
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Jump to' }).waitFor();
    await page.keyboard.type(furnished.failing);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Recover…' }).waitFor();

    // A dialog keeps the focus and gives it back.
    await tabTo(/^Recover…$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /Recover/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate<Focus>(FOCUS)).toMatchObject({ name: 'Recover…' });

    // A menu opens, and what is in it is reached.
    await tabTo(/^More actions$/);
    await page.keyboard.press('Enter');
    await tabTo(/^Purge what waits…$/);
    await page.keyboard.press('Escape');

    // A setting is changed.
    await tabTo(/^Change timeout$/);
    await page.keyboard.press('Enter');
    const field = page.getByRole('textbox', { name: 'Timeout' });
    await field.waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('12000');
    await page.keyboard.press('Enter');
    await page.getByText('12 s', { exact: true }).waitFor();

    // A transformation is written: the focus begins in its source.
    await tabTo(/^Add a transformation$/);
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Transformation' }).waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{"title": note}');
    await page.getByRole('region', { name: 'Output' }).getByText('"title"').waitFor();
    await tabTo(/^Save the transformation$/);
    await page.keyboard.press('Enter');
    await page.getByText('The transformation was saved.').waitFor();
    await expect
      .poll(async () => (await page.evaluate<Focus>(FOCUS)).name)
      .toBe('Edit the transformation');
    expect(window.complaints).toEqual([]);
    await window.close();
  });

  it('an event is found and its data copied', { timeout: 120_000 }, async () => {
    window = await Window.open(browser, site.url);
    page = window.page;
    await page.goto(site.linkTo('/demo/live/events'));
    await heading('Events');
    await tabTo(/^$/); // the field for the subject has no text
    await page.keyboard.type('الملف 3');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: '1 event read' }).waitFor();
    await tabTo(/^dossier.closed$/);
    await page.keyboard.press('Enter');
    await heading(/1 of 3 delivered/);
    await tabTo(/^Redact…$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Redact this event?' }).waitFor();
    await tabTo(/^Cancel$/);
    await page.keyboard.press('Enter');
    await page.getByText('18446744073709551615').first().waitFor();
    expect(window.complaints).toEqual([]);
    await window.close();
  });
});
