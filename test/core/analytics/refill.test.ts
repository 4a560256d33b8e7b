// What record missed is found in the ledger, whichever hour it belongs to.
import { describe, expect, it } from 'vitest';
import { linesIn, packLines, prefixOf } from '../../../lambdas/core/analytics/archive.ts';
import { HOUR_MS, hourOf } from '../../../lambdas/core/analytics/hour.ts';
import { linesOf } from '../../../lambdas/core/analytics/line.ts';
import { type LedgerPage, refill } from '../../../lambdas/core/analytics/refill.ts';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { MemoryArchive } from '../../analytics/stream.ts';
import { anEvent, ENDPOINT_ID, NOON_MS } from '../../builders/events.ts';

const fresh = freshDelivery(anEvent(), ENDPOINT_ID, settingsSchema.parse({}), NOON_MS);
const DEADLINE = hourOf(fresh.deadlineAtMs);
const hourAfter = (hours: number) => hourOf(fresh.deadlineAtMs + hours * HOUR_MS);

const settled: Delivery = { ...fresh, state: 'dead', deathReason: 'deadline' };
const { dueAtMs, nextCause, workAtMs, ...ended } = fresh;
const failed: Delivery = {
  ...ended,
  state: 'dead',
  deathReason: 'attempts',
  attempts: [
    { number: 1, run: 1, cause: 'first', atMs: NOON_MS, durationMs: 35, outcome: 'http_500' },
  ],
};

function refillingInto(archive: MemoryArchive, staging = new MemoryArchive()) {
  const marked: string[] = [];
  const hours = { mark: async (hour: string) => void marked.push(hour) };
  const ports = { archive, staging, hours, newToken: () => 'token', now: () => NOON_MS };
  return { ports, marked };
}

async function refilled(wanted: readonly string[], one: Delivery, archive = new MemoryArchive()) {
  const { ports, marked } = refillingInto(archive);
  await refill(ports, wanted, () => [{ deliveries: [one] }]);
  const lines = [...archive.objects].flatMap(([key, body]) => [...linesIn(body)].map(() => key));
  return { marked, lines: lines.map((key) => key.split('/').slice(0, 3).join('/')) };
}

const place = (hour: string) => prefixOf(hour).slice(0, -1);

describe('refill', () => {
  it.each([
    ['in its own hour', [DEADLINE]],
    ['an hour later', [hourAfter(1)]],
    ['three weeks later', [hourAfter(500), hourAfter(501)]],
  ])('finds a passed deadline whose writing was missed %s', async (_, wanted) => {
    expect(await refilled(wanted, settled)).toEqual({
      marked: [...new Set([...wanted, DEADLINE])],
      lines: [place(DEADLINE)],
    });
  });

  it('leaves out a deadline that passed after what was missed', async () => {
    const wanted = [hourAfter(-1)];
    expect(await refilled(wanted, settled)).toEqual({ marked: wanted, lines: [] });
  });

  it('puts no passed deadline that is archived, and has its hour counted', async () => {
    const archive = new MemoryArchive();
    const { key, body } = packLines(DEADLINE, linesOf(undefined, settled), '1', '1');
    await archive.put(key, body);
    const after = await refilled([hourAfter(500)], settled, archive);
    expect(after).toEqual({ marked: [hourAfter(500), DEADLINE], lines: [place(DEADLINE)] });
  });

  it('leaves out attempts, and ends that they brought about, of other hours', async () => {
    const other = [hourAfter(0)];
    expect(await refilled(other, failed)).toEqual({ marked: other, lines: [] });
    const own = hourOf(NOON_MS);
    expect(await refilled([own], failed)).toEqual({ marked: [own], lines: [place(own)] });
  });
});

describe('a refill of more than memory holds', () => {
  const OWN = hourOf(NOON_MS);
  const PAGES = 90;
  const OF_PAGE = 500;
  const eventOf = (n: number) => `evt_${String(n).padStart(26, '0')}`;
  const pageOf = (page: number): LedgerPage => ({
    deliveries: Array.from({ length: OF_PAGE }, (_, n) => ({
      ...failed,
      eventId: eventOf(page * OF_PAGE + n),
    })),
    ...(page + 1 < PAGES && { next: String(page + 1) }),
  });

  /** Events of the archive's lines, each as often as it is there. */
  const archived = ({ objects }: Pick<MemoryArchive, 'objects'>) =>
    [...objects.values()].flatMap((body) => [...linesIn(body)].map(({ event }) => event));

  it('stages what it read before it reads much more, and goes on there after it was stopped', async () => {
    const [archive, staging] = [new MemoryArchive(), new MemoryArchive()];
    const { ports, marked } = refillingInto(archive, staging);
    const pages: number[] = [];
    let [mostHeld, stagedLines] = [0, 0];
    const put = staging.put.bind(staging);
    staging.put = async (key, body) => {
      await put(key, body);
      if (key.startsWith('attempts/')) stagedLines += [...linesIn(body)].length;
    };
    function* reading(from: string | undefined, stopAt: number): Generator<LedgerPage> {
      for (let page = Number(from ?? 0); page < PAGES; page++) {
        if (page === stopAt) throw new Error('credentials have expired');
        pages.push(page);
        yield pageOf(page);
        mostHeld = Math.max(mostHeld, (page + 1) * OF_PAGE - stagedLines);
      }
    }
    const run = (stopAt: number) => refill(ports, [OWN], (from) => reading(from, stopAt));
    await expect(run(85)).rejects.toThrow('expired');
    expect(archive.objects.size).toBe(0);
    expect(await run(PAGES)).toBe(PAGES * OF_PAGE);
    // The pages behind the last place that was noted are read twice, and those before it are not.
    expect(pages.filter((page) => page < 80)).toEqual(Array.from({ length: 80 }, (_, n) => n));
    expect(mostHeld).toBeLessThanOrEqual(20_000);
    const events = archived(archive);
    expect([events.length, new Set(events).size]).toEqual([PAGES * OF_PAGE, PAGES * OF_PAGE]);
    expect(marked).toEqual([OWN]);
  }, 60_000);

  it('puts nothing twice, and fills the hours that are left, after it was stopped while it put', async () => {
    const [archive, staging] = [new MemoryArchive(), new MemoryArchive()];
    const { ports, marked } = refillingInto(archive, staging);
    const late = hourOf(NOON_MS + 3 * HOUR_MS);
    const [attempt] = failed.attempts;
    if (!attempt) throw new Error('made above');
    const later: Delivery = {
      ...failed,
      eventId: eventOf(1),
      attempts: [{ ...attempt, atMs: NOON_MS + 3 * HOUR_MS }],
    };
    const read = () => [{ deliveries: [failed, later] }];
    const away = { mark: () => Promise.reject(new Error('away')) };
    await expect(refill({ ...ports, hours: away }, [OWN, late], read)).rejects.toThrow('away');
    expect(archived(archive)).toEqual([failed.eventId]);
    expect(await refill(ports, [OWN, late], read)).toBe(1);
    expect(archived(archive).sort()).toEqual([failed.eventId, later.eventId].sort());
    expect(marked).toEqual([OWN, late]);
    expect(await refill(ports, [OWN, late], read)).toBe(0);
    expect(marked).toEqual([OWN, late]);
  });
});
