// What the module of metrics writes, read back by AWS's schema.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMetrics } from '../../lambdas/adapters/metrics.ts';
import { ATTEMPT_KINDS, attemptKind, attemptMetric, METRICS } from '../../lambdas/core/metrics.ts';
import { FAILURE_KINDS } from '../../lambdas/core/retries/outcome.ts';
import { NOON_MS } from '../builders/events.ts';
import { dataOf } from '../metrics/metric-lines.ts';

function recording() {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  return { lines, metrics: createMetrics({ stack: 'Stack', now: () => NOON_MS, write }) };
}

describe('a flush', () => {
  it('writes one line for each set of dimensions, with what was counted added up', () => {
    const { lines, metrics } = recording();
    metrics.count('EventsAccepted', { env: 'live' });
    metrics.count('EventsAccepted', { env: 'live' }, 2);
    metrics.count('EventsAccepted', { env: 'test' });
    metrics.count('SchedulesCreated');
    metrics.flush();
    expect(
      lines.flatMap(dataOf).map(({ name, dimensions, values }) => [name, dimensions, values]),
    ).toEqual([
      ['EventsAccepted', { stack: 'Stack', env: 'live' }, [3]],
      ['EventsAccepted', { stack: 'Stack', env: 'test' }, [1]],
      ['SchedulesCreated', { stack: 'Stack' }, [1]],
    ]);
    expect(lines.length).toBe(3);
  });

  it('writes nothing when nothing was counted, and nothing twice', () => {
    const { lines, metrics } = recording();
    metrics.flush();
    metrics.count('WakesHandled');
    metrics.flush();
    metrics.flush();
    expect(lines.length).toBe(1);
  });

  it('keeps every time, a hundred in a line, as CloudWatch takes them', () => {
    const { lines, metrics } = recording();
    for (let ms = 0; ms < 250; ms++) metrics.time('ReceiverTime', { env: 'live' }, ms + 0.4);
    metrics.count('DeliveriesDelivered', { env: 'live' }, 250);
    metrics.flush();
    expect(lines.length).toBe(3);
    const data = lines.flatMap(dataOf);
    const times = data.filter(({ name }) => name === 'ReceiverTime');
    expect(times.flatMap(({ values }) => values)).toEqual(Array.from({ length: 250 }, (_, n) => n));
    expect(times[0]?.unit).toBe('Milliseconds');
    expect(
      data.filter(({ name }) => name === 'DeliveriesDelivered').map(({ values }) => values),
    ).toEqual([[250]]);
  });

  it('does not write a time before its beginning, as two clocks may show', () => {
    const { lines, metrics } = recording();
    metrics.time('FirstAttemptDelay', { env: 'live' }, -3);
    metrics.flush();
    expect(lines.flatMap(dataOf)[0]?.values).toEqual([0]);
  });

  it('takes no more bytes for one event than these', () => {
    const { lines, metrics } = recording();
    metrics.count('EventsAccepted', { env: 'live' });
    metrics.flush();
    expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThanOrEqual(200);
  });
});

describe('the kind of an attempt', () => {
  it.each([
    ['http_200', 'http_2xx'],
    ['http_299', 'http_2xx'],
    ['http_301', 'http_3xx'],
    ['http_410', 'http_4xx'],
    ['http_503', 'http_5xx'],
    ['http_101', 'http_other'],
    ['http_999', 'http_other'],
    ['tls', 'tls'],
  ])('of %s is %s', (outcome, kind) => {
    expect(attemptKind(outcome)).toBe(kind);
  });

  it('is there for each failure that an attempt may have, and has a metric', () => {
    for (const kind of FAILURE_KINDS) {
      if (kind !== 'event_expired') expect(attemptKind(kind)).toBe(kind);
    }
    for (const kind of ATTEMPT_KINDS) expect(Object.keys(METRICS)).toContain(attemptMetric(kind));
  });
});

describe('dimensions', () => {
  it('are bounded: the stack, the environment, the function', () => {
    const used = Object.values(METRICS).flatMap(({ dimensions }) => [...dimensions]);
    expect([...new Set(used)].sort()).toEqual(['env', 'function', 'stack']);
  });
});

describe('invocations that follow one another', () => {
  const START_MS = 1_700_000_000_000;

  function clocked() {
    vi.useFakeTimers({ now: START_MS });
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const metrics = createMetrics({ stack: 'Stack', now: () => Date.now(), write });
    const counted = () =>
      lines.map((line) => {
        const { _aws, EventsRefused4xx } = JSON.parse(line);
        return [_aws.Timestamp - START_MS, EventsRefused4xx];
      });
    const invoke = (): void => {
      metrics.count('EventsRefused4xx');
      metrics.flushWhenDue();
    };
    return { counted, invoke, metrics, lines };
  }

  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['SchedulesRefused', {}],
    ['DeadLettersRedriven', {}],
    ['MessagesFaulted', { function: 'wake' }],
  ] as const)('do not keep %s, for which an alarm rings', (name, place) => {
    const { invoke, metrics, lines } = clocked();
    invoke();
    metrics.count(name, place);
    metrics.flushWhenDue();
    // Lambda freezes the process here, and may never run it again.
    expect(lines.map((line) => JSON.parse(line)[name])).toContain(1);
    invoke();
    expect(lines.length).toBe(2);
  });

  it('share a line a second, and the last of them is written when the second is over', () => {
    const { counted, invoke } = clocked();
    invoke();
    for (let n = 0; n < 5; n++) {
      vi.advanceTimersByTime(100);
      invoke();
    }
    expect(counted()).toEqual([[0, 1]]);
    vi.advanceTimersByTime(500);
    expect(counted()).toEqual([
      [0, 1],
      [100, 5],
    ]);
  });

  it('do not share it over a stop of the process', () => {
    const { counted, invoke } = clocked();
    invoke();
    vi.setSystemTime(START_MS + 10);
    invoke();
    // The clock went on, and the timer did not: so it is when Lambda thaws a process.
    vi.setSystemTime(START_MS + 3_600_000);
    invoke();
    expect(counted()).toEqual([
      [0, 1],
      [10, 1],
    ]);
    vi.advanceTimersByTime(1_000);
    expect(counted().at(-1)).toEqual([3_600_000, 1]);
  });
});
