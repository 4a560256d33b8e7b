// Slow endpoints: noticed while a request is under way, marked where fan-out looks, sent by their lane.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { slowIn } from '../../lambdas/adapters/registry/slow-marks.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { createSlowWatch } from '../../lambdas/dispatch/slow-watch.ts';

const NOW_MS = Date.UTC(2026, 0, 31);
// The watch reads nothing of an endpoint but what says which it is.
const endpoint = { tenant: 'acme', environment: 'live', id: 'ep_1' } as Endpoint;

describe('the watch for slow endpoints', () => {
  beforeEach(() => vi.useFakeTimers({ now: NOW_MS }));
  afterEach(() => vi.useRealTimers());

  function watching(fail = false) {
    const marks: { id: string; untilMs: number }[] = [];
    const warnings: string[] = [];
    const watch = createSlowWatch({
      registry: {
        async markSlow({ id }, untilMs) {
          marks.push({ id, untilMs });
          if (fail) throw new Error('throttled');
        },
      },
      surroundings: { now: () => Date.now() },
      events: { tellSlow: async () => undefined },
      warn: (message) => warnings.push(message),
    });
    return { marks, warnings, watch };
  }
  const answersAfter = (ms: number) => () =>
    new Promise<string>((resolve) => setTimeout(() => resolve('answered'), ms));

  it('does nothing for an endpoint that answers within a second', async () => {
    const { marks, watch } = watching();
    const request = watch(endpoint, answersAfter(990));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await request).toBe('answered');
    expect(marks).toEqual([]);
  });

  it('marks an endpoint for a minute as soon as it is late, and not when it has answered', async () => {
    const { marks, watch } = watching();
    const request = watch(endpoint, answersAfter(9_000));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(marks).toEqual([{ id: 'ep_1', untilMs: NOW_MS + 1_000 + 60_000 }]);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(await request).toBe('answered');
  });

  it('marks once in 20 seconds, however many requests are late', async () => {
    const { marks, watch } = watching();
    const requests = Array.from({ length: 50 }, () => watch(endpoint, answersAfter(9_000)));
    await vi.advanceTimersByTimeAsync(9_000);
    await Promise.all(requests);
    expect(marks).toHaveLength(1);
    for (let atSeconds = 9; atSeconds < 27; atSeconds += 9) {
      const later = watch(endpoint, answersAfter(9_000));
      await vi.advanceTimersByTimeAsync(9_000);
      await later;
    }
    expect(marks).toHaveLength(1);
    const last = watch(endpoint, answersAfter(9_000));
    await vi.advanceTimersByTimeAsync(9_000);
    await last;
    expect(marks).toHaveLength(2);
  });

  it('lets no failure to mark reach the delivery, and tries again with the next request', async () => {
    const { marks, warnings, watch } = watching(true);
    const first = watch(endpoint, answersAfter(2_000));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await first).toBe('answered');
    expect(warnings).toHaveLength(1);
    const second = watch(endpoint, answersAfter(2_000));
    await vi.advanceTimersByTimeAsync(2_000);
    await second;
    expect(marks).toHaveLength(2);
  });
});

describe('marks', () => {
  it('count until their time, and other attributes are none', () => {
    const item = {
      changes: { N: '7' },
      'slow#ep_1': { N: String(NOW_MS + 1) },
      'slow#ep_2': { N: String(NOW_MS) },
    };
    expect([...slowIn(item, NOW_MS)]).toEqual(['ep_1']);
    expect(slowIn(undefined, NOW_MS).size).toBe(0);
  });
});
