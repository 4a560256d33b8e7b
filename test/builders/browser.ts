// A real browser for tests: Debian's Chromium, or the one that CHROMIUM names. `.ci/run` installs it; a test that needs
// it fails where it is missing.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));

/** For tests that may be skipped with a line where there is none; never in CI. */
export const HAS_NO_BROWSER = executablePath === undefined && process.env.CI !== 'true';

/** @param more arguments of its command line */
export function startBrowser(more: readonly string[] = []): Promise<Browser> {
  if (executablePath === undefined) {
    throw new Error('no Chromium: apt-get install chromium, or set CHROMIUM to where it is');
  }
  // Its sandbox needs what containers do not allow; it loads pages of this machine only.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', ...more];
  return chromium.launch({ executablePath, args });
}
