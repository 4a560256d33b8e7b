// Dead letters go back by themselves, at growing intervals, and what nobody can read is in nobody's way.
import { describe, expect, it } from 'vitest';
import type { Calls } from '../../lambdas/adapters/aws/direct-calls.ts';
import type { SqsOperations } from '../../lambdas/adapters/aws/sqs-calls.ts';
import { createDeadLetters } from '../../lambdas/adapters/queues/dead-letters.ts';
import type { DeadLetterQueue } from '../../lambdas/core/dead-letters.ts';
import { encodeDeliveryMessage } from '../../lambdas/core/deliveries/message.ts';
import { encodeCleanupMessage } from '../../lambdas/core/erasure/message.ts';
import { encodeEventMessage } from '../../lambdas/core/events/message.ts';
import { encodeReplayMessage } from '../../lambdas/core/replays/message.ts';
import { DAY_MS } from '../../lambdas/core/time.ts';
import { encodeWakeMessage } from '../../lambdas/core/wakes/message.ts';
import { redriveDeadLetters, SWEPT_QUEUES } from '../../lambdas/sweep/dead-letters.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { MemoryQueue } from '../../local/simulation/memory/queue.ts';
import { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { anEvent, ENDPOINT_ID, EVENT_ID, NOON_MS } from '../builders/events.ts';
import { HOUR_MS, MINUTE_MS } from '../local/simulation/simulated.ts';
import { DEAD_LETTER_URLS, sqsOver } from './memory-sqs.ts';

const SCOPE = { tenant: 'acme', environment: 'live' } as const;
const AT = { ...SCOPE, endpointId: ENDPOINT_ID };
const delivery = encodeDeliveryMessage({
  ...AT,
  eventId: EVENT_ID,
  run: 1,
  attempt: 1,
  cause: 'first',
  doubtful: false,
});
const wakeUp = encodeWakeMessage({ ...AT, bucketMs: 0 });

const READABLE: readonly (readonly [DeadLetterQueue, string])[] = [
  ['events', encodeEventMessage({ event: anEvent({ data: '{"n": 1.50}' }), mayRepeat: false })],
  ['deliveries', delivery],
  ['slow', delivery],
  ['retries', delivery],
  ['wakes', wakeUp],
  ['wakes', encodeReplayMessage({ ...AT, replayId: 'rpl_1', version: 1 })],
  ['wakes', encodeCleanupMessage({ kind: 'redaction', ...SCOPE, eventId: EVENT_ID })],
  ['wakes', encodeCleanupMessage({ kind: 'erasure', tenant: 'acme' })],
];

function openQueues() {
  const clock = new VirtualClock(NOON_MS);
  const counts = createCallCounts();
  const queue = (name: string, deadLetters?: MemoryQueue) =>
    new MemoryQueue(name, clock, counts, MINUTE_MS, {
      ...(deadLetters ? { deadLetters, maxReceives: 10, onReceive: () => ({}) } : {}),
    });
  const all = Object.fromEntries(
    SWEPT_QUEUES.map((name) => {
      const dead = queue(`dead-${name}`);
      return [name, { main: queue(name, dead), dead }];
    }),
  ) as Record<DeadLetterQueue, { readonly main: MemoryQueue; readonly dead: MemoryQueue }>;
  const memory = sqsOver(Object.values(all).flatMap(({ main, dead }) => [main, dead]));
  const calls: string[] = [];
  const away = new Set<string>();
  const sqs: Calls<SqsOperations> = {
    call: async (operation, input) => {
      const url = 'QueueUrl' in input ? String(input.QueueUrl) : '';
      calls.push(`${operation} ${url}`);
      if (away.has(url)) throw new Error(`${url} is away`);
      return memory.call(operation, input);
    },
  };
  const deadLetters = createDeadLetters(sqs, DEAD_LETTER_URLS);
  const reports = new Map<DeadLetterQueue, Readonly<Record<string, number>>>();
  const named: string[] = [];
  const run = (isOver = () => false): Promise<void> =>
    redriveDeadLetters(
      {
        deadLetters,
        surroundings: { now: () => clock.nowMs },
        report: (name, counted, unreadable) => {
          reports.set(name, counted);
          named.push(...unreadable.map(({ messageId }) => messageId));
        },
      },
      isOver,
    );
  const sweepFor = async (ms: number): Promise<void> => {
    for (const endMs = clock.nowMs + ms; clock.nowMs < endMs; ) {
      await run();
      const nextMs = clock.nowMs + 5 * MINUTE_MS;
      await clock.run(nextMs);
      clock.nowMs = nextMs;
    }
  };
  /** Messages that are sent become visible with the clock's next step. */
  const settle = () => clock.run(clock.nowMs);
  return { clock, all, calls, away, reports, named, run, sweepFor, settle };
}

describe('a dead letter', () => {
  it.each(READABLE)('that can be read goes back to its queue as it is: %s', async (name, body) => {
    const { all, run, reports, settle } = openQueues();
    all[name].dead.send(body, 0);
    await settle();
    await run();
    expect(all[name].dead.size).toBe(0);
    expect(all[name].main.bodies()).toEqual([body]);
    expect(reports.get(name)).toEqual({ redriven: 1, refused: 0, unreadable: 0, resting: 0 });
  });

  it('comes again and again, at intervals that grow up to six hours, for 14 days', async () => {
    const { clock, all, sweepFor } = openQueues();
    const startMs = clock.nowMs;
    const receivedMs: number[] = [];
    const attributes: (string | undefined)[] = [];
    all.wakes.main.consume(async ([record]) => {
      if (record?.attributes.ApproximateReceiveCount === '1') {
        receivedMs.push(clock.nowMs - startMs);
        attributes.push(record.messageAttributes.FirstSentAt?.stringValue);
      }
      throw new Error('the ledger is away');
    });
    all.wakes.main.send(wakeUp, 0);
    await sweepFor(29 * DAY_MS);
    const gaps = receivedMs.slice(1).map((atMs, index) => atMs - (receivedMs[index] ?? 0));
    const [first = 0] = gaps;
    // Ten receives, a minute apart, and until sweep comes.
    expect(first).toBeLessThanOrEqual(16 * MINUTE_MS);
    gaps.forEach((gap, index) => {
      const before = receivedMs[index] ?? 0;
      expect(gap).toBeGreaterThanOrEqual(Math.min(6 * HOUR_MS, before));
      expect(gap).toBeLessThanOrEqual(
        Math.max(first, Math.min(6 * HOUR_MS, before)) + 6 * MINUTE_MS,
      );
    });
    // Some doublings, and then four a day.
    expect(receivedMs.length).toBeLessThanOrEqual(6 + 14 * 4);
    expect(receivedMs.at(-1)).toBeGreaterThan(13.7 * DAY_MS);
    expect(receivedMs.at(-1)).toBeLessThan(14 * DAY_MS);
    // A copy is new to SQS; the first sending is carried along.
    expect(new Set(attributes.slice(1))).toEqual(new Set([String(startMs)]));
    expect(all.wakes.dead.bodies()).toEqual([]);
  });

  it.each(['not json', '{"v":1}', '{"v":99}', ''])(
    'that cannot be read stays, and is named: %j',
    async (body) => {
      const { all, run, named, reports, settle } = openQueues();
      for (const name of SWEPT_QUEUES) all[name].dead.send(body, 0);
      await settle();
      await run();
      for (const name of SWEPT_QUEUES) {
        expect(all[name].dead.bodies()).toEqual([body]);
        expect(all[name].main.bodies()).toEqual([]);
        expect(reports.get(name)).toMatchObject({ redriven: 0, unreadable: 1 });
      }
      expect(named).toHaveLength(SWEPT_QUEUES.length);
    },
  );

  it('behind hundreds that cannot be read goes back in the same run', async () => {
    const { all, run, named, calls, settle } = openQueues();
    for (let n = 0; n < 700; n++) all.events.dead.send(`no JSON ${n}`, 0);
    const [, body] = READABLE[0] ?? ['', ''];
    all.events.dead.send(body, 0);
    await settle();
    await run();
    expect(all.events.main.bodies()).toEqual([body]);
    expect(all.events.dead.size).toBe(700);
    expect(named).toHaveLength(700);
    expect(calls.filter((call) => call === 'ReceiveMessage dead-events').length).toBeLessThan(100);
  });

  it('behind more than a run may read goes back in one of the next', async () => {
    const { all, run, clock, reports, settle } = openQueues();
    for (let n = 0; n < 21_000; n++) all.retries.dead.send('no JSON', 0);
    all.retries.dead.send(delivery, 0);
    await settle();
    await run();
    expect(reports.get('retries')).toMatchObject({ redriven: 0, unreadable: 20_000 });
    clock.nowMs += 5 * MINUTE_MS;
    await settle();
    await run();
    expect(all.retries.main.bodies()).toEqual([delivery]);
  });

  it('that nobody can read is asked for less often, the more of them there are', async () => {
    const { all, calls, sweepFor, settle } = openQueues();
    for (let n = 0; n < 5_000; n++) all.wakes.dead.send('no JSON', 0);
    await settle();
    await sweepFor(6 * HOUR_MS);
    const asked = calls.filter((call) => call === 'ReceiveMessage dead-wakes').length;
    // Read whole in each of the 72 runs they would be 36,000.
    expect(asked).toBeLessThan(18_000);
    expect(all.wakes.dead.size).toBe(5_000);
  });

  it('is not in the way of a person: what sweep looked at is soon visible again', async () => {
    const { all, clock, run, settle } = openQueues();
    all.events.dead.send('no JSON', 0);
    await settle();
    await run();
    expect(all.events.dead.poll(10, 0)).toEqual([]);
    clock.nowMs += MINUTE_MS;
    await settle();
    expect(all.events.dead.poll(10, 0)).toHaveLength(1);
  });
});

describe('a run of sweep', () => {
  it('asks each dead-letter queue once where there is nothing', async () => {
    const { calls, run } = openQueues();
    await run();
    expect(calls.sort()).toEqual(SWEPT_QUEUES.map((name) => `ReceiveMessage dead-${name}`).sort());
  });

  it.each(['dead-events', 'events'])(
    'sends back the others though %s is away, and fails then',
    async (url) => {
      const { all, away, run, settle } = openQueues();
      for (const [name, body] of READABLE.slice(0, 5)) all[name].dead.send(body, 0);
      await settle();
      away.add(url);
      await expect(run()).rejects.toThrow('is away');
      for (const name of SWEPT_QUEUES) {
        expect([name, all[name].dead.size, all[name].main.size]).toEqual(
          name === 'events' ? [name, 1, 0] : [name, 0, 1],
        );
      }
    },
  );

  it('stops when its time is over', async () => {
    const { all, calls, run, settle } = openQueues();
    for (let n = 0; n < 500; n++) all.wakes.dead.send(wakeUp, 0);
    await settle();
    await run(() => calls.length > 5);
    expect(all.wakes.main.size).toBeGreaterThan(0);
    expect(all.wakes.dead.size).toBeGreaterThan(300);
  });
});
