// An SQS queue with its event source, in virtual time: delays, visibility, batches, redelivery.
import type { SQSRecord } from 'aws-lambda';
import type { CallCounts } from './call-counts.ts';
import type { VirtualClock } from './virtual-clock.ts';

const BATCH = 10;

interface Stored {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  receives: number;
}

/** Takes a batch and says which messages failed; throws if the whole batch did. */
export type Consumer = (records: SQSRecord[], requestId: string) => Promise<ReadonlySet<string>>;

export class MemoryQueue {
  private readonly name: string;
  private readonly clock: VirtualClock;
  private readonly counts: CallCounts;
  private readonly visibilityMs: number;
  private readonly ready: Stored[] = [];
  private readonly postponed = new Map<string, number>();
  private consumer: Consumer | undefined;
  private sent = 0;
  private invocations = 0;
  private isPumping = false;
  private running = 0;
  /** How many batches may be under way at once: the event source's maximum concurrency. */
  maxConcurrency = Number.POSITIVE_INFINITY;
  /** Messages that are stored, delayed and in flight included. */
  size = 0;

  private readonly secondCopyMs: () => number | undefined;

  constructor(
    name: string,
    clock: VirtualClock,
    counts: CallCounts,
    visibilityMs: number,
    secondCopyMs: () => number | undefined = () => undefined,
  ) {
    this.secondCopyMs = secondCopyMs;
    this.name = name;
    this.clock = clock;
    this.counts = counts;
    this.visibilityMs = visibilityMs;
  }

  consume(consumer: Consumer): void {
    this.consumer = consumer;
  }

  send(body: string, delaySeconds: number): void {
    const id = `${this.name}-${++this.sent}`;
    const message = { id, body, sentAtMs: this.clock.nowMs, receives: 0 };
    this.size++;
    this.appear(message, delaySeconds * 1000);
    const laterMs = this.secondCopyMs();
    if (laterMs === undefined) return;
    this.size++;
    this.appear(message, delaySeconds * 1000 + laterMs);
  }

  postpone(receiptHandle: string, seconds: number): void {
    this.postponed.set(receiptHandle, seconds * 1000);
  }

  private appear(message: Stored, delayMs: number): void {
    this.clock.at(this.clock.nowMs + delayMs, () => {
      this.ready.push(message);
      this.pumpSoon();
    });
  }

  /** After everything else of this moment, so that messages sent together share a batch. */
  private pumpSoon(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    this.clock.at(this.clock.nowMs, () => this.pump());
  }

  private pump(): void {
    this.isPumping = false;
    while (this.ready.length > 0 && this.running < this.maxConcurrency) {
      this.running++;
      void this.invoke(this.ready.splice(0, BATCH)).then(() => {
        this.running--;
        if (this.ready.length > 0) this.pumpSoon();
      });
    }
  }

  private async invoke(batch: Stored[]): Promise<void> {
    this.counts.invocation();
    this.counts.sqsRequests(2); // receive and delete
    const records = batch.map((message) => this.toRecord(message));
    let failed: ReadonlySet<string>;
    try {
      failed = (await this.consumer?.(records, `request-${++this.invocations}`)) ?? new Set();
    } catch {
      failed = new Set(batch.map(({ id }) => id));
    }
    batch.forEach((message, index) => {
      if (!failed.has(message.id)) {
        this.size--;
        return;
      }
      const handle = records[index]?.receiptHandle ?? '';
      const hiddenMs = this.postponed.get(handle) ?? this.visibilityMs;
      this.postponed.delete(handle);
      this.appear(message, hiddenMs);
    });
  }

  private toRecord(message: Stored): SQSRecord {
    message.receives++;
    return {
      messageId: message.id,
      receiptHandle: `${message.id}/${message.receives}`,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receives),
        SentTimestamp: String(message.sentAtMs),
        SenderId: 'simulation',
        ApproximateFirstReceiveTimestamp: String(message.sentAtMs),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${this.name}`,
      awsRegion: 'us-east-1',
    };
  }
}
