import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventSource, type EventSourceOptions } from '../../../local/functions/event-source.ts';
import type { SqsEmulator } from '../../../local/sqs/emulator.ts';
import type { QueueRecord } from '../../../local/sqs/records.ts';
import { eventually, makeQueue, startTestSqs, temporaryFolder } from '../emulators.ts';

const folder = temporaryFolder();
let emulator: SqsEmulator;
let sources: EventSource[] = [];
let name = 0;

beforeEach(async () => {
  name += 1;
  emulator ??= await startTestSqs(folder.path);
});
afterEach(async () => {
  await Promise.all(sources.map((source) => source.stop()));
  sources = [];
});

afterAll(async () => {
  await emulator.close();
  folder.remove();
});

type Consume = (bodies: string[], records: QueueRecord[]) => Promise<unknown> | unknown;

function connect(consume: Consume, options: Partial<EventSourceOptions> = {}) {
  const dead = makeQueue(emulator, `dead-${name}`);
  const queue = makeQueue(emulator, `queue-${name}`, {
    VisibilityTimeout: '1',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
  });
  const send = (body: string, delayMs = 0) => {
    const message = emulator.newMessage(body);
    queue.enqueue(delayMs === 0 ? message : { ...message, delayUntil: Date.now() + delayMs });
  };
  const start = () => {
    const source = new EventSource({
      queue,
      emulator,
      batchSize: 10,
      windowMs: 0,
      maximumConcurrency: 5,
      reportsBatchItemFailures: true,
      invoke: async (event) => {
        const { Records }: { Records: QueueRecord[] } = JSON.parse(event);
        const result = await consume(
          Records.map((record) => record.body),
          Records,
        );
        return JSON.stringify(result ?? null);
      },
      ...options,
    });
    sources.push(source);
  };
  return { queue, dead, send, start };
}

const isEmpty = (queue: ReturnType<typeof makeQueue>) =>
  queue.messages.length + queue.inflightMessages.size + queue.delayedMessages.length === 0;

describe('an SQS event source', () => {
  it('hands over messages that arrive together in one batch, and deletes them', async () => {
    const batches: string[][] = [];
    const { queue, send, start } = connect((bodies) => void batches.push(bodies));
    start();
    for (const body of ['a', 'b', 'c']) send(body);
    await eventually(() => batches.length > 0 && isEmpty(queue));
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('fills five batches side by side within its window, and sends early when one is full', async () => {
    const batches: string[][] = [];
    const { send, start } = connect((bodies) => void batches.push(bodies), {
      batchSize: 25,
      windowMs: 60_000,
    });
    start();
    for (let sent = 0; sent < 140; sent += 1) send(String(sent));
    await eventually(() => batches.length === 5);
    expect(batches.map((batch) => batch.length)).toEqual([25, 25, 25, 25, 25]);
  });

  it('sends what it has when its window ends', async () => {
    const batches: string[][] = [];
    const { send, start } = connect((bodies) => void batches.push(bodies), { windowMs: 50 });
    start();
    send('a');
    await eventually(() => batches.length === 1);
    send('b');
    await eventually(() => batches.length === 2);
  });

  it('holds what it gathered while as many run as may', async () => {
    const batches: string[][] = [];
    const releases: (() => void)[] = [];
    const { send, start } = connect(
      (bodies) => {
        batches.push(bodies);
        return new Promise<void>((resolve) => releases.push(resolve));
      },
      { windowMs: 20, maximumConcurrency: 2 },
    );
    start();
    for (let sent = 0; sent < 5; sent += 1) {
      send(String(sent));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually(() => batches.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(batches).toHaveLength(2);
    for (let ended = 0; ended < 5; ended += 1) {
      await eventually(() => releases.length > ended || batches.flat().length === 5);
      releases[ended]?.();
    }
    await eventually(() => batches.flat().length === 5);
  });

  it('deletes all but the messages that the function reports', async () => {
    const seen: string[] = [];
    const { queue, send, start } = connect((bodies, records) => {
      seen.push(...bodies);
      const failed = records.filter((record) => record.body === 'bad');
      return { batchItemFailures: failed.map((one) => ({ itemIdentifier: one.messageId })) };
    });
    start();
    for (const body of ['good', 'bad']) send(body);
    await eventually(() => seen.length === 2 && queue.inflightMessages.size === 1);
    expect([...queue.inflightMessages.values()].map((one) => one.message.body)).toEqual(['bad']);
  });

  it('moves a message that fails every time to the dead letters, after its visibility timeouts', async () => {
    const counts: (string | undefined)[] = [];
    const { queue, dead, send, start } = connect((_bodies, [record]) => {
      counts.push(record?.attributes.ApproximateReceiveCount);
      throw new Error('always');
    });
    start();
    send('poison');
    await eventually(() => dead.messages.length === 1);
    expect(counts).toEqual(['1', '2']);
    expect(isEmpty(queue)).toBe(true);
  });

  it('takes an answer that names a message it did not send for the failure of all', async () => {
    let calls = 0;
    const { queue, send, start } = connect(() => {
      calls += 1;
      return { batchItemFailures: [{ itemIdentifier: 'another' }] };
    });
    start();
    send('a');
    await eventually(() => calls === 1 && queue.inflightMessages.size === 1);
  });

  it('hands a message over again as soon as the function makes it visible', async () => {
    const times: number[] = [];
    const { queue, send, start } = connect((_bodies, [record]) => {
      times.push(Date.now());
      if (times.length > 1 || record === undefined) return undefined;
      queue.changeVisibility(record.receiptHandle, 0);
      return { batchItemFailures: [{ itemIdentifier: record.messageId }] };
    });
    start();
    send('again');
    await eventually(() => times.length === 2 && isEmpty(queue));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeLessThan(500);
  });

  it('hands over a delayed message when its delay is over, not before', async () => {
    let arrivedAt = 0;
    const { send, start } = connect(() => {
      arrivedAt = Date.now();
    });
    start();
    const dueAt = Date.now() + 150;
    send('later', 150);
    await eventually(() => arrivedAt > 0);
    expect(arrivedAt).toBeGreaterThanOrEqual(dueAt);
  });

  it('hands over what was in the queue before it started', async () => {
    const seen: string[] = [];
    const { send, start } = connect((bodies) => void seen.push(...bodies));
    send('early');
    start();
    await eventually(() => seen.length === 1);
  });

  it('runs at most its maximum of invocations at once', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const consume = async (bodies: string[]) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done += bodies.length;
    };
    const { send, start } = connect(consume, { batchSize: 1, maximumConcurrency: 3 });
    start();
    for (let sent = 0; sent < 20; sent += 1) send(String(sent));
    await eventually(() => done === 20);
    expect(most).toBe(3);
  });

  it('waits for running invocations when it is stopped, and starts no more', async () => {
    const seen: string[] = [];
    let release = () => {};
    const { send, start } = connect(async (bodies) => {
      seen.push(...bodies);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    start();
    send('running');
    await eventually(() => seen.length === 1);
    const [source] = sources;
    const stopped = source?.stop();
    send('too late');
    release();
    await stopped;
    expect(seen).toEqual(['running']);
  });
});
