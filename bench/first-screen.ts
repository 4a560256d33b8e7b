// How soon the first screen of the console and of the portal can be used, in Chromium over the embedded runtime: a tenant
// with 20 endpoints, two of them paused, 10,000 deliveries and the counts of two days. npm run bench -- first-screen
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { HourCount } from '../lambdas/core/analytics/counting.ts';
import { HOUR_MS, hourOf } from '../lambdas/core/analytics/hour.ts';
import { type Runtime, startRuntime } from '../local/runtime.ts';
import { startBrowser } from '../test/builders/browser.ts';
import { asks, loadEnded, openLedger, SCOPE } from './loaded-ledger.ts';
import { median, percentile, report, rounded } from './report.ts';

const DELIVERIES = 10_000;
const ENDPOINTS = 20;
const PAUSED = 2;
const ROUNDS = 10;
const SPAN_MS = 47 * HOUR_MS;
const GOAL_MS = 1_000;
const PAGES = ['console', 'portal'] as const;
/** Each page is opened in a new browser, and then once more. */
const CACHES = ['empty', 'filled'] as const;

async function load(runtime: Runtime, endpoints: readonly string[]): Promise<void> {
  const hours = new Map<string, HourCount>();
  for (const { event, endpoint, state } of await loadEnded(
    runtime,
    endpoints,
    DELIVERIES,
    SPAN_MS,
  )) {
    const hour = hourOf(event.acceptedAtMs);
    const count = hours.get(hour) ?? new HourCount();
    hours.set(hour, count);
    const at = event.acceptedAtMs + 80;
    const isDead = state === 'dead';
    count.take({
      ...SCOPE,
      endpoint,
      event: event.id,
      type: event.type,
      accepted: event.acceptedAtMs,
      run: 1,
      attempt: 1,
      attemptInRun: 1,
      cause: 'first',
      at,
      ms: 40,
      firstByteMs: 38,
      outcome: isDead ? 'http_500' : 'http_200',
      end: state,
      ...(isDead && { reason: 'attempts' as const }),
      endedAt: at + 40,
      attempts: 1,
    });
  }
  const ledger = openLedger(runtime);
  for (const [hour, count] of hours) {
    count.settle(() => true);
    await ledger.putRollups(
      hour,
      count.rollups(() => true),
    );
  }
  ledger.close();
}

/** Milliseconds since the navigation began, once the sentence that answers is there and no part is being read. */
const USABLE = `new Promise((resolve) => {
  const look = () => {
    const isUsable =
      /needs? attention/.test(document.querySelector('h1')?.textContent ?? '') &&
      document.querySelector('.kpis') !== null &&
      document.querySelector('[aria-label^="Loading"]') === null &&
      ![...document.querySelectorAll('td')].some(({ textContent }) => textContent === '…');
    if (isUsable) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})`;

async function visit(context: BrowserContext, address: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(address, { waitUntil: 'commit' });
  const ms = await page.evaluate<number>(USABLE);
  await page.close();
  return ms;
}

export async function firstScreen(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-first-screen-'));
  const runtime = await startRuntime({ dataDir, quiet: true, receiver: false });
  const browser = await startBrowser();
  const visits: { page: string; cache: string; ms: number }[] = [];
  try {
    const ask = asks(runtime);
    await ask('PUT', `/v1/tenants/${SCOPE.tenant}`, { name: 'Bench' });
    const endpoints: string[] = [];
    for (let n = 0; n < ENDPOINTS; n++) {
      const { id } = await ask('POST', '/v1/endpoints', { url: `http://127.0.0.1:9/${n}` });
      if (n < PAUSED) await ask('POST', `/v1/endpoints/${id}/pause`, {});
      endpoints.push(id);
    }
    await load(runtime, endpoints);
    for (let round = 0; round < ROUNDS; round++) {
      for (const page of PAGES) {
        const { url } = await ask('POST', `/v1/${page}-sessions`, {});
        const context = await browser.newContext();
        for (const cache of CACHES) visits.push({ page, cache, ms: await visit(context, url) });
        await context.close();
      }
    }
  } finally {
    await browser.close();
    await runtime.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
  const rows = PAGES.flatMap((page) =>
    CACHES.map((cache) => {
      const times = visits
        .filter((visit) => visit.page === page && visit.cache === cache)
        .map(({ ms }) => ms);
      const medianMs = rounded(median(times), 0);
      return {
        page,
        cache,
        'median ms': medianMs,
        'p95 ms': rounded(percentile(times, 0.95), 0),
        verdict: medianMs <= GOAL_MS ? 'holds' : 'does not hold',
      };
    }),
  );
  report('first-screen', rows, {
    rounds: ROUNDS,
    deliveries: DELIVERIES,
    endpoints: ENDPOINTS,
    goalMs: GOAL_MS,
  });
}
