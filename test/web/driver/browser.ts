// Windows of a real browser, and what axe finds in them.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { HAS_NO_BROWSER } from '../../builders/browser.ts';

if (HAS_NO_BROWSER) {
  console.warn(
    'test/web is skipped: there is no chromium. apt-get install chromium, or set CHROMIUM.',
  );
}

/** How many pixels a page is wider than its window. */
export const OVERFLOW =
  'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

export const SCREENS = fileURLToPath(new URL('../../../build/screens/', import.meta.url));
mkdirSync(SCREENS, { recursive: true });

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
}

/** What axe finds, as lines; none is the goal. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate<Violation[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations)',
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id} ${target.join(' ')}: ${failureSummary.split('\n')[1]?.trim()}`,
    ),
  );
}

export interface Looks {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** A window that writes down everything that should not happen. */
export class Window {
  readonly page: Page;
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.#context = context;
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(data|blob):/.test(url))
        this.complaints.push(`foreign request: ${url}`);
    });
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  static async open(browser: Browser, origin: string, looks: Looks = {}): Promise<Window> {
    const { colorScheme = 'light', width = 1400, height = 900 } = looks;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      timezoneId: 'Europe/Berlin',
    });
    context.setDefaultTimeout(30_000);
    return new Window(context, await context.newPage(), origin);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
