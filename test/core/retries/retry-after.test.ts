import { afterEach, describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../lambdas/core/retries/retry-after.ts';

/** 2026-01-31T09:30:00Z, a Saturday */
const NOW_MS = 1_769_851_800_000;
const HOUR_MS = 3_600_000;

const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone;
});

describe('Retry-After counts', () => {
  it.each<[text: string, waitMs: number]>([
    ['0', 0],
    ['007', 7_000],
    ['3600', HOUR_MS],
    ['3600.5', 3_601_000],
    ['1.5', 2_000],
    ['292.05', 293_000],
    ['0.001', 1_000],
    ['9999999999', 1e12],
    ['10000000000', 1e12],
    ['9'.repeat(400), 1e12],
    ['Sat, 31 Jan 2026 10:30:00 GMT', HOUR_MS],
    ['Sat, 31 Jan 2026 09:29:59 GMT', 0],
    ['Saturday, 31-Jan-26 10:30:00 GMT', HOUR_MS],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Saturday, 31-Jan-76 09:30:00 GMT', Date.UTC(2076, 0, 31, 9, 30) - NOW_MS],
    ['Monday, 31-Jan-77 09:30:00 GMT', 0],
    ['Sat Jan 31 10:30:00 2026', HOUR_MS],
    ['Sun Feb  1 09:30:00 2026', 24 * HOUR_MS],
    ['Sun Feb 01 09:30:00 2026', 24 * HOUR_MS],
    ['Sat, 31 Jan 2026 09:30:60 GMT', 60_000],
    ['Thu, 29 Feb 2024 00:00:00 GMT', 0],
  ])('%j', (text, waitMs) => {
    expect(retryAfterMs(text, NOW_MS)).toBe(waitMs);
  });

  it('a date of the form without a zone as GMT, wherever the machine is', () => {
    for (process.env.TZ of ['Pacific/Kiritimati', 'America/Los_Angeles', 'UTC']) {
      expect(retryAfterMs('Sat Jan 31 10:30:00 2026', NOW_MS)).toBe(HOUR_MS);
    }
  });
});

describe('Retry-After does not count', () => {
  it.each([
    '',
    'in a while',
    '+3600',
    '-1',
    '" 3600"',
    '"3600"',
    '3,600',
    '3600, 7200',
    '3600;',
    '3600 s',
    '1h',
    'PT1H',
    '.5',
    '5.',
    '1.2.3',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '٣٦٠٠',
    '2026-02-01',
    '2026-01-31T10:30:00Z',
    '31 Jan 2026 10:30:00 GMT',
    'Sat, 31 Jan 2026 10:30:00',
    'Sat, 31 Jan 2026 10:30:00 UTC',
    'Sat, 31 Jan 2026 10:30:00 +0100',
    'Sat, 31 Jan 2026 10:30:00 PST',
    'Sat, 31 Jan 2026 10:30 GMT',
    'Sat, 31 Jan 26 10:30:00 GMT',
    'Sat, 1 Feb 2026 10:30:00 GMT',
    'sat, 31 jan 2026 10:30:00 gmt',
    'Saturday, 31-Jan-2026 10:30:00 GMT',
    'Sat Jan 31 10:30:00 2026 GMT',
    'Sat Jan 31 10:30:00 26',
    'Sat, 30 Feb 2026 10:30:00 GMT',
    'Sat, 00 Feb 2026 10:30:00 GMT',
    'Sat, 31 Jan 2026 24:00:00 GMT',
    'Sat, 31 Jan 2026 10:60:00 GMT',
    'Sat, 31 Jan 2026 10:30:61 GMT',
    'Sat, 31 Jan 2026 10:30:00 GMT, Sun, 01 Feb 2026 10:30:00 GMT',
  ])('%j', (text) => {
    expect(retryAfterMs(text, NOW_MS)).toBeUndefined();
  });
});
