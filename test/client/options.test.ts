// Options as a configuration gives them: undefined means the default, and nonsense is refused by its name.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Posthorn, type PosthornOptions, ServerError } from '../../client/src/index.ts';
import { retryAfterMs } from '../../client/src/retries.ts';
import { documented, type FakeService, problem, startFakeService } from './fake-service.ts';

let service: FakeService;
beforeEach(async () => {
  service = await startFakeService();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await service.close();
});

const NUMBERS = [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '5', null, {}];
const REFUSED: readonly [name: string, values: readonly unknown[]][] = [
  ['retries.maxRetries', [...NUMBERS, 1.5, true]],
  ['retries.firstDelayMs', [...NUMBERS, 2 ** 31]],
  ['retries.maxDelayMs', [...NUMBERS, 2 ** 31]],
  ['retries', [null, 5, 'many', true]],
  ['timeoutMs', [...NUMBERS, 0, 2 ** 31]],
  ['url', [undefined, null, '', 'acme.io', 'ftp://acme.io', 'http://', 'http://a.io?x=1', 5]],
  ['key', ['', ' ', 'k\n2', 'schlüssel', 'k\u0000', null, 42, {}]],
  ['tenant', ['', 'Zoë', 'a\r\nb', null, 42]],
  ['environment', ['', 'prod', 'LIVE', null, 42]],
  ['userAgent', ['', 'a\nb', 'Zoë', null, 42]],
  ['fetch', [null, 'fetch', {}]],
];
const optionsWith = (name: string, value: unknown): PosthornOptions => {
  const [outer = '', inner] = name.split('.');
  return { url: service.url, [outer]: inner === undefined ? value : { [inner]: value } };
};

describe.each(REFUSED)('%s', (name, values) => {
  it.each(values.map((value) => [value]))('is refused by its name: %j', (value) => {
    const make = () => new Posthorn(optionsWith(name, value));
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`${name}: `);
    // A key is not shown.
    if (name === 'key' && typeof value === 'string' && value.length > 1) {
      expect(make).not.toThrow(value);
    }
  });

  it('may be undefined, and then is the default', async () => {
    if (name === 'url') return;
    service.answer = (asked, nth) => (nth === 1 ? problem(429) : documented(asked));
    vi.spyOn(Math, 'random').mockReturnValue(0);
    await new Posthorn(optionsWith(name, undefined)).endpoints.get('ep_1');
    expect(service.asked).toHaveLength(2);
  });
});

it.each([
  [{ maxRetries: undefined, firstDelayMs: 0 }, 5],
  [{ maxRetries: 0, firstDelayMs: undefined }, 1],
  [{ maxRetries: 1, firstDelayMs: undefined, maxDelayMs: undefined }, 2],
  [undefined, 5],
])('tries end: %j', async (retries, tries) => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  service.answer = () => problem(500);
  const posthorn = new Posthorn({ url: service.url, retries });
  await expect(posthorn.endpoints.get('ep_1')).rejects.toThrow(ServerError);
  expect(service.asked).toHaveLength(tries);
});

describe('what a method is given', () => {
  const first = async (iterable: AsyncIterable<unknown>) => {
    for await (const one of iterable) return one;
    return undefined;
  };
  const posthorn = () => new Posthorn({ url: service.url });
  const CALLS: readonly [string, unknown[], (value: never) => Promise<unknown>][] = [
    [
      'intervalMs',
      [Number.NaN, -1, Number.POSITIVE_INFINITY, '5', null],
      (intervalMs) => first(posthorn().deliveries.tail({ intervalMs })),
    ],
    [
      'intervalMs',
      [Number.NaN, -1, 2 ** 31],
      (intervalMs) => first(posthorn().endpoints.feed('ep_1', { intervalMs })),
    ],
    [
      'since',
      ['yesterday', '2h', '2026-01-31', '', 5, null, '2026-13-01T00:00:00Z'],
      (since) => first(posthorn().deliveries.tail({ since })),
    ],
    [
      'since',
      ['yesterday', '2026-01-31'],
      (since) => first(posthorn().endpoints.feed('ep_1', { since })),
    ],
    ['most', [Number.NaN, '5', null], (most) => posthorn().events.list().toArray(most)],
    [
      'idempotencyKey',
      ['', 'ключ', 'a\nb'],
      (key) => posthorn().events.send({ type: 'a', data: {} }, key),
    ],
    ['ifMatch', ['', '"ü"', 'a\nb'], (tag) => posthorn().endpoints.delete('ep_1', tag)],
  ];
  it.each(
    CALLS.flatMap(([name, values, call]) => values.map((value) => [name, value, call] as const)),
  )('is refused by its name: %s %j', async (name, value, call) => {
    const calling = (async () => call(value as never))();
    await expect(calling).rejects.toThrow(TypeError);
    await expect(calling).rejects.toThrow(`${name}: `);
    expect(service.asked).toHaveLength(0);
  });
});

describe('Retry-After', () => {
  const soon = new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000);
  const [day, date, month, year, time] = soon.toUTCString().replace(',', '').split(' ');
  const longDay = soon.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' });
  const SPELLINGS: readonly [text: string, ms: number | undefined | 'soon'][] = [
    ['0', 0],
    ['5', 5_000],
    ['007', 7_000],
    ['1.5', 2_000],
    ['292.05', 293_000],
    ['0.0', 0],
    ['3600', 3_600_000],
    ['9'.repeat(10), 9_999_999_999_000],
    ['9'.repeat(11), 99_999_999_999_000],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    [soon.toUTCString(), 'soon'],
    [`${longDay}, ${date}-${month}-${year?.slice(2)} ${time} GMT`, 'soon'],
    [`${day} ${month} ${date?.replace(/^0/, ' ')} ${time} ${year}`, 'soon'],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['', undefined],
    ['+3600', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['1,5', undefined],
    ['1.', undefined],
    ['.5', undefined],
    ['5s', undefined],
    ['5 seconds', undefined],
    ['5, 6', undefined],
    ['٣', undefined],
    ['soon', undefined],
    ['2027', 2_027_000],
    ['2027-01-01', undefined],
    ['2027-01-01T00:00:00Z', undefined],
    ['Sun, 06 Nov 2094 08:49:37 +0100', undefined],
    ['Sun, 06 Nov 2094 08:49:37', undefined],
    ['06 Nov 2094 08:49:37 GMT', undefined],
    ['Sun, 99 Nov 2094 08:49:37 GMT', undefined],
  ];
  it.each(SPELLINGS)('%s', (text, ms) => {
    // Only what a header can hold at all.
    const headers = { get: () => text } as unknown as Headers;
    const read = retryAfterMs({ headers });
    if (ms !== 'soon') return expect(read).toBe(ms);
    expect(read).toBeGreaterThan(20_000);
    expect(read).toBeLessThanOrEqual(61_000);
  });
});
