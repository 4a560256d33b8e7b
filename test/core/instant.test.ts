import { describe, expect, it } from 'vitest';
import { instantMs, instantSchema } from '../../lambdas/core/instant.ts';

const NOON = Date.UTC(2026, 0, 31, 12);

describe('an instant of RFC 3339', () => {
  it.each<[text: string, ms: number]>([
    ['2026-01-31T12:00:00Z', NOON],
    ['2026-01-31t12:00:00z', NOON],
    ['2026-01-31T12:00:00z', NOON],
    ['2026-01-31t12:00:00+00:00', NOON],
    ['2026-01-31T12:00:00-00:00', NOON],
    ['2026-01-31T17:30:00+05:30', NOON],
    ['2026-01-30T12:01:00-23:59', NOON],
    ['2026-02-01T11:59:00+23:59', NOON],
    ['2026-01-31T12:00:00.5Z', NOON + 500],
    ['2026-01-31T12:00:00.123456789Z', NOON + 123],
    ['2026-01-31T12:00:00.9999Z', NOON + 999],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1969-12-31T23:59:59.999Z', -1],
    // Leap seconds: the examples of section 5.8.
    ['1990-12-31T23:59:60Z', Date.UTC(1991, 0, 1) - 1],
    ['1990-12-31T15:59:60-08:00', Date.UTC(1991, 0, 1) - 1],
    ['1990-12-31t23:59:60.75z', Date.UTC(1991, 0, 1) - 1],
    ['1960-12-31T23:59:60Z', Date.UTC(1961, 0, 1) - 1],
    ['0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z')],
    ['0001-01-01T05:00:00+05:00', Date.parse('0001-01-01T00:00:00Z')],
    ['9999-12-31T23:59:59.999Z', Date.parse('9999-12-31T23:59:59.999Z')],
    ['9999-12-31T18:59:59-05:00', Date.parse('9999-12-31T23:59:59Z')],
    ['9999-12-31T23:59:60Z', Date.parse('9999-12-31T23:59:59.999Z')],
  ])('%s is taken', (text, ms) => {
    expect(instantSchema.safeParse(text)).toEqual({ success: true, data: text });
    expect(instantMs(text)).toBe(ms);
    // What receivers and answers get has four digits for the year.
    expect(new Date(instantMs(text)).toISOString()).toMatch(/^\d{4}-/);
  });
});

describe('no instant', () => {
  it.each([
    '',
    'now',
    '1769851800',
    '2026-01-31',
    '2026-01-31T12:00Z',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    '2026-01-31T12:00:00 Z',
    ' 2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00Z\n',
    '2026-01-31T12:00:00,5Z',
    '2026-01-31T12:00:00.Z',
    '2026-01-31T12:00:00+0530',
    '2026-01-31T12:00:00+05',
    '2026-01-31T12:00:00+24:00',
    '2026-01-31T12:00:00+05:60',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:60Z',
    '2026-01-31T23:59:60+01:00',
    '2026-01-31T23:58:60Z',
    '2026-01-31T23:59:61Z',
    '2026-02-29T12:00:00Z',
    '2026-02-30T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-00-10T12:00:00Z',
    '2026-13-10T12:00:00Z',
    '2026-01-00T12:00:00Z',
    '2026-01-32T12:00:00Z',
    '1900-02-29T12:00:00Z',
    '+002026-01-31T12:00:00Z',
    '-000001-01-31T12:00:00Z',
    '12026-01-31T12:00:00Z',
    '٢٠٢٦-01-31T12:00:00Z',
    '2026-W05-6T12:00:00Z',
    'Sat, 31 Jan 2026 12:00:00 GMT',
  ])('is %j', (text) => {
    const message = 'must be an RFC 3339 time, such as 2026-01-31T09:30:00Z';
    expect(instantSchema.safeParse(text).error?.issues).toMatchObject([{ message }]);
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '0000-12-31T23:59:59Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '9999-12-31T23:59:59-23:59',
  ])('is %s: its year cannot be written in UTC', (text) => {
    const message = 'must be in the years 0001 to 9999, in UTC';
    expect(instantSchema.safeParse(text).error?.issues).toMatchObject([{ message }]);
  });
});
