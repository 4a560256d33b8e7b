// What record missed is found in the ledger, whichever hour it belongs to.
import { describe, expect, it } from 'vitest';
import { linesIn, packLines, prefixOf } from '../../../lambdas/core/analytics/archive.ts';
import { HOUR_MS, hourOf } from '../../../lambdas/core/analytics/hour.ts';
import { linesOf } from '../../../lambdas/core/analytics/line.ts';
import { refill } from '../../../lambdas/core/analytics/refill.ts';
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

async function refilled(wanted: readonly string[], one: Delivery, archive = new MemoryArchive()) {
  const marked: string[] = [];
  const hours = { mark: async (hour: string) => void marked.push(hour) };
  await refill({ archive, hours, newToken: () => 'token' }, wanted, [one]);
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
