// How notices go out: ten an hour one by one, the others in one sum, and none in quiet hours.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_BOOK,
  MAX_AN_HOUR,
  MAX_WAITING,
  type Notice,
  type NoticeBook,
  paced,
  withNotices,
} from '../../../lambdas/core/notices/book.ts';
import {
  DEFAULT_NOTICE_SETTINGS,
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
    [{ endpoints: { nobody: {} } }, 'endpoints.nobody'],
    [{ sound: 'loud' }, ''],
  ])('refuse %j', (given, path) => {
    expect(faults(given)).toEqual([path]);
  });
});
