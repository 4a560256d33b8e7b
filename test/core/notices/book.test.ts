// How notices go out: ten an hour one by one, the others in one sum, and none in quiet hours.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_BOOK,
  MAX_AN_HOUR,
  MAX_FOLLOWED,
  MAX_WAITING,
  type Notice,
  type NoticeBook,
  paced,
  withNotices,
} from '../../../lambdas/core/notices/book.ts';
import { operationalEvent } from '../../../lambdas/core/notices/event.ts';
import type { Followed } from '../../../lambdas/core/notices/follow.ts';
import {
  DEFAULT_NOTICE_SETTINGS,
  linkTo,
  noticeSettingsInputSchema,
} from '../../../lambdas/core/notices/settings.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 5, 1, 12);
const notices = (count: number, kind: Notice['kind'] = 'endpoint.failing'): Notice[] =>
  Array.from({ length: count }, (_, n) => ({
    kind,
    data: { endpoint: `ep_${n}`, since: new Date(START_MS).toISOString(), more: 1 },
  }));
const pace = (book: NoticeBook, atMs: number, settings = DEFAULT_NOTICE_SETTINGS) =>
  paced(book, settings, atMs);

describe('notices', () => {
  it('up to ten an hour go out one by one, and at once', () => {
    const first = pace(withNotices(EMPTY_BOOK, notices(7)), START_MS);
    expect([first.single.length, first.sum, first.after.waiting]).toEqual([7, undefined, []]);
    const second = pace(withNotices(first.after, notices(3)), START_MS + HOUR_MS - 1);
    expect([second.single.length, second.lookAtMs]).toEqual([3, undefined]);
  });

  it('beyond ten wait for the end of the hour, and are one sum', () => {
    const made = [...notices(8), ...notices(60, 'deliveries.dead')];
    const first = pace(withNotices(EMPTY_BOOK, made), START_MS);
    expect([first.single.length, first.after.waiting.length]).toEqual([10, 58]);
    expect(first.lookAtMs).toBe(START_MS + HOUR_MS);
    const between = pace(withNotices(first.after, notices(1)), START_MS + HOUR_MS - 1);
    expect([between.single, between.sum]).toEqual([[], undefined]);
    const { sum, single, after } = pace(between.after, START_MS + HOUR_MS);
    expect(single).toEqual([]);
    expect(sum).toMatchObject({
      total: 59,
      counts: { 'deliveries.dead': 58, 'endpoint.failing': 1 },
    });
    const listed = Object(sum?.notices);
    expect(listed).toHaveLength(50);
    expect(listed[0]).toEqual({
      kind: 'deliveries.dead',
      endpoint: 'ep_2',
      since: new Date(START_MS).toISOString(),
    });
    expect(after.waiting).toEqual([]);
    // A sum counts as one of the next hour.
    expect(after.hour).toEqual({ startMs: START_MS + HOUR_MS, told: 1 });
  });

  it('that find no room are counted all the same', () => {
    const book = withNotices(EMPTY_BOOK, notices(MAX_WAITING + 7));
    expect([book.waiting.length, book.beyond]).toEqual([MAX_WAITING, { 'endpoint.failing': 7 }]);
    const first = pace(book, START_MS);
    const { sum, after } = pace(first.after, START_MS + HOUR_MS);
    expect([sum?.total, after.beyond]).toEqual([MAX_WAITING - 10 + 7, undefined]);
  });

  it('fit into an item of DynamoDB, however large they are', async () => {
    const some = { sinceMs: START_MS, toldAtMs: START_MS, reminders: 999 };
    const certificate = { expiresAtMs: START_MS, toldDays: 30 };
    const one: Followed = {
      trouble: { kind: 'endpoint.failing', ...some, fineSinceMs: START_MS },
      deaths: { count: 1_000_000, ...some, lastAtMs: START_MS },
      slowness: { ...some, lastAtMs: START_MS },
      certificates: { receiver: certificate, client: certificate },
      counted: { sinceMs: START_MS, dead: 1_000_000 },
    };
    const idOf = (n: number) => `ep_${String(n).padStart(26, '0')}`;
    const ids = Array.from({ length: MAX_FOLLOWED }, (_, n) => idOf(n));
    const endpoints = Object.fromEntries(ids.map((id) => [id, one]));
    const link = `https://acme.io/${'ж'.repeat(474)}{endpoint}`;
    const settings = noticeSettingsInputSchema.parse({ link, digest: { at: '08:00' } });
    const large = ids.slice(0, MAX_WAITING + 50).map((endpoint): Notice => {
      const facts = { failures: 1_000_000, pausedBy: null, waiting: 1_000, waitingIsMore: true };
      const text = { description: 'ж'.repeat(100), host: 'h'.repeat(100), reason: 'r'.repeat(100) };
      const since = new Date(START_MS).toISOString();
      const data = { endpoint, since, nextProbeAt: since, outcome: 'http_503', ...facts, ...text };
      return { kind: 'endpoint.failing', data: { ...data, link: linkTo(settings, endpoint) } };
    });
    const event = (data: object) =>
      operationalEvent('posthorn.endpoint.failing', 'all', START_MS, { ...data });
    for (const before of [EMPTY_BOOK, { ...EMPTY_BOOK, waiting: large.slice(0, MAX_WAITING) }]) {
      const first = pace(withNotices({ ...before, endpoints }, large), START_MS, settings);
      const { after, sum } = pace(first.after, START_MS + HOUR_MS, settings);
      const sending = [...first.single.map(({ data }) => data), sum ?? {}, sum ?? {}].map(event);
      const bytes = Buffer.byteLength(JSON.stringify({ ...first.after, sending }));
      expect(bytes).toBeGreaterThan(250_000);
      expect(bytes).toBeLessThan(350_000);
      expect(first.single.length + Number(sum?.total)).toBe(before.waiting.length + large.length);
      expect(after.beyond).toBeUndefined();
    }
    // With room for all, all are listed that are to be.
    expect(withNotices(EMPTY_BOOK, large).waiting.length).toBeGreaterThan(150);
  });

  it('with links that became too long have none', () => {
    const link = `https://acme.io/${'{endpoint}'.repeat(48)}`;
    expect(linkTo({ ...DEFAULT_NOTICE_SETTINGS, link }, 'ep_1'.padEnd(29, '0'))).toBeNull();
  });

  it('made in quiet hours go out when they end', () => {
    const quietHours = { from: '11:00', to: '13:00' };
    const settings = noticeSettingsInputSchema.parse({ quietHours });
    const book = withNotices(EMPTY_BOOK, notices(2));
    const held = pace(book, START_MS, settings);
    expect(held).toMatchObject({ single: [], sum: undefined, lookAtMs: START_MS + HOUR_MS });
    expect(pace(held.after, START_MS + HOUR_MS, settings).single).toHaveLength(2);
  });

  it('whatever comes when: each is told or counted once, and never more than twice ten within an hour', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 2 * HOUR_MS })), { maxLength: 20 }),
        (steps) => {
          let book = EMPTY_BOOK;
          let nowMs = START_MS;
          let [made, told] = [0, 0];
          const singles: number[] = [];
          for (const [count, laterMs] of [...steps, [0, HOUR_MS], [0, HOUR_MS]] as const) {
            nowMs += laterMs;
            made += count;
            const { after, single, sum } = pace(withNotices(book, notices(count)), nowMs);
            book = after;
            told += single.length + Number(sum?.total ?? 0);
            singles.push(...single.map(() => nowMs));
            const inHour = singles.filter((atMs) => atMs > nowMs - HOUR_MS);
            expect(inHour.length).toBeLessThanOrEqual(2 * MAX_AN_HOUR);
          }
          expect(told + book.waiting.length).toBe(made);
          expect(book.waiting).toEqual([]);
        },
      ),
    );
  });
});

describe('the settings', () => {
  const faults = (given: object) =>
    noticeSettingsInputSchema.safeParse(given).error?.issues.map(({ path }) => path.join('.'));

  it('have defaults for all', () => {
    expect(DEFAULT_NOTICE_SETTINGS).toEqual({
      words: {},
      channels: [],
      kinds: [
        'endpoint.failing',
        'endpoint.paused',
        'endpoint.recovered',
        'endpoint.slow',
        'certificate.expiring',
        'deliveries.dead',
      ],
      timeZone: 'UTC',
      quietHours: null,
      digest: null,
      slowAboveMs: 5_000,
      link: null,
      endpoints: {},
    });
  });

  it.each([
    [{ kinds: ['endpoint.flying'] }, 'kinds.0'],
    [{ kinds: ['endpoint.slow', 'endpoint.slow'] }, 'kinds'],
    [{ channels: ['a b'] }, 'channels.0'],
    [{ timeZone: 'Mars/Base' }, 'timeZone'],
    [{ quietHours: { from: '7:00', to: '08:00' } }, 'quietHours.from'],
    [{ quietHours: { from: '07:00', to: '07:00' } }, 'quietHours.to'],
    [{ digest: { at: '24:00' } }, 'digest.at'],
    [{ slowAboveMs: 999 }, 'slowAboveMs'],
    [{ link: 'http://app.example.com' }, 'link'],
    [{ link: 'javascript:alert(1)' }, 'link'],
    [{ link: 'https://acme.io/{endpoint}/{endpoint}' }, 'link'],
    [{ endpoints: { nobody: {} } }, 'endpoints.nobody'],
    [{ sound: 'loud' }, ''],
  ])('refuse %j', (given, path) => {
    expect(faults(given)).toEqual([path]);
  });
});
