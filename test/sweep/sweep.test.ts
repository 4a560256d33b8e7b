// What was entered is found again however long nothing ran, and repeated with measure.
import { describe, expect, it } from 'vitest';
import { PartlyRefusedError } from '../../lambdas/core/errors.ts';
import { BUCKET_MS } from '../../lambdas/core/wakes/bucket.ts';
import type { WakeMessage } from '../../lambdas/core/wakes/message.ts';
import { createSweep } from '../../lambdas/sweep/sweep.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { NOON_MS } from '../builders/events.ts';
import { fixedSurroundings } from '../builders/ports.ts';
import { memoryWakes } from '../builders/wakes.ts';
import { HOUR_MS, MINUTE_MS } from '../local/simulation/simulated.ts';

const addressOf = (endpointId: string) => ({
  tenant: 'acme',
  environment: 'live' as const,
  endpointId,
});

function openSweep() {
  const surroundings = fixedSurroundings(NOON_MS);
  const counts = createCallCounts();
  const directory = memoryWakes(() => 0, counts);
  const sent: string[] = [];
  const refuses = new Set<string>();
  const queues = {
    sendWakes: async (messages: readonly { readonly wake: WakeMessage }[]) => {
      const refused = new Set<number>();
      messages.forEach(({ wake }, index) => {
        if (refuses.has(wake.endpointId)) refused.add(index);
        else sent.push(wake.endpointId);
      });
      return refused;
    },
  };
  const newInstance = () => createSweep({ wakes: directory, queues, surroundings });
  const sweep = newInstance();
  return {
    directory,
    surroundings,
    sent,
    refuses,
    newInstance,
    bucketsRead: () => counts.totals.sweepReadUnits / 4,
    async run(times: number, instance = sweep): Promise<void> {
      for (let run = 0; run < times; run++) {
        await instance();
        surroundings.nowMs += 5 * MINUTE_MS;
      }
    },
  };
}

describe('sweep', () => {
  it.each([0.5, 4, 24, 6 * 24])('finds a wake-up that is %d hours late', async (hours) => {
    const { directory, sent, run } = openSweep();
    await directory.note(addressOf('ep_late'), NOON_MS - hours * HOUR_MS);
    // It may take a few runs to catch up.
    await run(12);
    expect(sent).toContain('ep_late');
  });

  it.each([1, 24, 60 * 24])(
    'finds what stood there when it stopped for %i hours',
    async (hours) => {
      const { directory, sent, surroundings, run } = openSweep();
      await run(12);
      await directory.note(addressOf('ep_before'), surroundings.nowMs);
      surroundings.nowMs += (hours - 1) * HOUR_MS;
      await directory.note(addressOf('ep_meanwhile'), surroundings.nowMs);
      surroundings.nowMs += HOUR_MS;
      await run(40);
      expect(new Set(sent)).toEqual(new Set(['ep_before', 'ep_meanwhile']));
    },
  );

  it('finds at once what is some minutes late, also on its first run', async () => {
    const { directory, sent, run } = openSweep();
    await directory.note(addressOf('ep_late'), NOON_MS - 30 * MINUTE_MS);
    await run(1);
    expect(sent).toEqual(['ep_late']);
  });

  it('reads little more than an hour once it has caught up', async () => {
    const { run, bucketsRead } = openSweep();
    await run(12);
    const before = bucketsRead();
    await run(10);
    expect(bucketsRead() - before).toBeLessThanOrEqual(10 * 8);
  });

  it('goes on behind a wake-up that nobody carries out', async () => {
    const { directory, surroundings, sent, run } = openSweep();
    await directory.note(addressOf('ep_stuck'), NOON_MS - HOUR_MS);
    await run(12);
    surroundings.nowMs += 5 * 24 * HOUR_MS;
    await directory.note(addressOf('ep_new'), surroundings.nowMs);
    await run(12);
    expect(sent).toContain('ep_new');
    const known = sent.length;
    await run(12);
    expect(sent.slice(known)).toContain('ep_stuck');
  });

  it('sends a wake-up again after 15 minutes at the earliest', async () => {
    const { directory, sent, run } = openSweep();
    await directory.note(addressOf('ep_a'), NOON_MS - HOUR_MS);
    await run(12);
    expect(sent.length).toBeGreaterThanOrEqual(3);
    expect(sent.length).toBeLessThanOrEqual(4);
  });

  it('sends three of an endpoint at once, each of which brings all that is due', async () => {
    const { directory, sent, surroundings, run } = openSweep();
    await run(12);
    const startMs = surroundings.nowMs;
    for (let bucket = 0; bucket < 30; bucket++) {
      surroundings.nowMs = startMs + bucket * BUCKET_MS;
      await directory.note(addressOf('ep_a'), surroundings.nowMs);
    }
    await directory.note(addressOf('ep_b'), surroundings.nowMs);
    surroundings.nowMs += BUCKET_MS;
    await run(1);
    expect(sent).toEqual(['ep_a', 'ep_a', 'ep_a', 'ep_b']);
    // While these are out, and nobody carries them out.
    await run(2);
    expect(sent).toHaveLength(4);
  });

  it('sends the others when SQS refuses one, and then fails', async () => {
    const { directory, sent, refuses, run, newInstance } = openSweep();
    await directory.note(addressOf('ep_refused'), NOON_MS - HOUR_MS);
    await directory.note(addressOf('ep_a'), NOON_MS - HOUR_MS);
    await directory.note(addressOf('ep_b'), NOON_MS - HOUR_MS + BUCKET_MS);
    refuses.add('ep_refused');
    const instance = newInstance();
    // Until it has caught up with the week before its first run.
    for (let round = 0; round < 4; round++) await run(1, instance).catch(() => undefined);
    expect(sent).toEqual(['ep_a', 'ep_b']);
    await expect(run(1, instance)).rejects.toThrow(PartlyRefusedError);
    refuses.clear();
    await run(1, instance);
    expect(sent).toContain('ep_refused');
  });

  it('sends 10,000 in a run, and the others in the next', async () => {
    const { directory, sent, run } = openSweep();
    await run(6);
    for (let count = 0; count < 12_000; count++) {
      await directory.note(addressOf(`ep_${count}`), NOON_MS + (count % 2) * BUCKET_MS);
    }
    await run(1);
    expect(sent).toHaveLength(10_000);
    await run(1);
    expect(new Set(sent).size).toBe(12_000);
  });
});
