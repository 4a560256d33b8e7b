// The arithmetic of docs/scale.md: each figure that follows from a setting or from a bench's file.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/configuration.ts';
import { PRICES } from '../../lib/monitoring/prices.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/scale.md');
const text = page.replaceAll(/\s+/g, ' ');
type Row = Readonly<Record<string, string | number>>;
const cost: Row[] = JSON.parse(read('bench/results/cost.json')).rows;
const row = (posted: string, perSecond: number) => {
  const found = cost.find((one) => one.posted === posted && one['a second'] === perSecond);
  return (name: string) => Number(found?.[name]);
};

const MONTH_SECONDS = 30 * 24 * 3600;
const UNITS: Readonly<Record<string, number>> = {
  million: 1e6,
  billion: 1e9,
  GB: 1e9,
  TB: 1e12,
};

/** `$10,300 singly` is 10,300, and `26 million` 26,000,000. */
function amounts(cell: string): number[] {
  return [...cell.matchAll(/\$?([\d,]+(?:\.\d+)?)(?: (million|billion|GB|TB))?/g)].map(
    ([, digits = '', unit = '']) => Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? 1),
  );
}

function table(header: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(header));
  expect(start).toBeGreaterThan(0);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Rounded figures are within a hundredth of what they stand for. */
const isAbout = (shown: number | undefined, exact: number) =>
  expect(Math.abs((shown ?? Number.NaN) / exact - 1)).toBeLessThan(0.012);

describe('docs/scale.md', () => {
  it.each(table('| events a second | events a month'))(
    'computes a month at %s events a second',
    (perSecond, events, dollars, bytes, storage) => {
      const rate = amounts(perSecond ?? '')[0] ?? Number.NaN;
      const perMonth = rate * MONTH_SECONDS;
      isAbout(amounts(events ?? '')[0], perMonth);
      const millions = perMonth / 1e6;
      const expected = {
        10: [row('singly', 10)('total')],
        1000: [row('singly', 100)('total'), row('in batches of 100', 100)('total')],
        100000: [row('in batches of 100', 100)('total')],
      }[rate];
      expect(expected).toBeDefined();
      const shown = amounts(dollars ?? '').filter((amount) => amount > 0);
      for (const [index, price] of (expected ?? []).entries())
        isAbout(shown[index], millions * price);
      // 2 KB an event, for 60 days; $0.25 and $0.20 a GB-month.
      const kept = perMonth * 2 * 2_000;
      isAbout(amounts(bytes ?? '')[0], kept);
      isAbout(amounts(storage ?? '')[0], (kept / 1e9) * (0.25 + 0.2));
    },
  );

  it.each([
    ['singly', 1, 1],
    ['singly', 100, 2],
    ['in batches of 100', 100, 3],
  ])(
    'counts SQS’s calls of one event as the bench does: %s at %d a second',
    (posted, rate, column) => {
      const calls = table('| | singly, 1 a second').find(([name]) => name?.startsWith('SQS calls'));
      const counted = row(posted, rate)('SQS') / 1e6 / PRICES['sqs.requests'];
      expect(Number(calls?.[column])).toBeCloseTo(counted, 1);
    },
  );

  it('says what the settings say', () => {
    const { sources, throttle } = parseConfiguration({});
    const { batchSize, maxConcurrency } = sources.deliveries;
    const inFlight = (batchSize * maxConcurrency).toLocaleString('en');
    expect(text).toContain(`\`throttle.rate\` is ${throttle.rate.toLocaleString('en')} requests`);
    expect(text).toContain(`at most ${inFlight} requests are in flight`);
    expect(text).toContain(
      `at most ${maxConcurrency} invocations of ${batchSize}: ${inFlight} requests`,
    );
    expect(text).toContain(
      `batches of ${sources.events.batchSize} × their seconds; at most ${sources.events.maxConcurrency}`,
    );
    for (const seconds of [0.2, 2, 10]) {
      expect(text).toContain(((batchSize * maxConcurrency) / seconds).toLocaleString('en'));
    }
  });

  it.each(table('| failing endpoints |'))(
    'counts schedules of %s failing endpoints',
    (count, created) => {
      const perSecond = (amounts(count ?? '')[0] ?? Number.NaN) / 600;
      const digits = perSecond < 1 ? 1 : perSecond < 100 ? 0 : -2;
      const up = Math.ceil(perSecond * 10 ** digits) / 10 ** digits;
      expect(created).toBe(`at most ${up.toLocaleString('en')}/s`);
    },
  );
});
