// An SQS queue with its event source, in virtual time: delays, visibility, batches, redelivery, and a
// queue for what failed too often.
import type { SQSRecord } from 'aws-lambda';
import type { CallCounts } from './call-counts.ts';
import type { VirtualClock } from './virtual-clock.ts';

const BATCH = 10;
/** How long SQS holds a message, from its first sending; a dead letter's time goes on. */
const RETENTION_MS = 14 * 24 * 3_600_000;

/** One copy of a message: SQS may hand out more than one. */
export interface Copy {
  /** After the moment at which it should come. */
  readonly laterMs: number;
  /** Whether its receives are counted apart, as by a server that did not hear of the others. */
  readonly isCountedAlone?: boolean;
}

/** What may happen to messages; without it each comes once, on time and in order. */
export interface QueueConditions {
  onSend?(body: string): readonly Copy[];
  /** For one receive: when it is visible again, and whether its deletion gets lost. */
  onReceive?(body: string): { readonly visibilityMs?: number; readonly isDeleteLost?: boolean };
  /** Where in the queue a message that appears takes its place, 0 to 1; 1 is the end. */
  place?(): number;
  readonly deadLetters?: MemoryQueue | undefined;
  /** Received more often than this, a message is a dead letter. */
  readonly maxReceives?: number;
}

interface Stored {
  readonly id: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly messageAttributes: SQSRecord['messageAttributes'];
  readonly sentAtMs: number;
  readonly counter: { receives: number };
  /** Of the latest receive. */
  handle: string;
  isDeleted: boolean;
}

interface Received {
  readonly message: Stored;
  readonly handle: string;
  readonly isDeleteLost: boolean;
  visibleAtMs: number;
}

/** Takes a batch and says which messages failed; throws if the whole batch did. */
type Consumer = (records: SQSRecord[], requestId: string) => Promise<ReadonlySet<string>>;

export class MemoryQueue {
  readonly name: string;
  private readonly clock: VirtualClock;
  private readonly counts: CallCounts;
  private readonly visibilityMs: number;
  private readonly conditions: QueueConditions;
  private readonly stored = new Set<Stored>();
  private readonly ready: Stored[] = [];
  private readonly inFlight = new Map<string, Received>();
  private consumer: Consumer | undefined;
  private sent = 0;
  private receives = 0;
  private invocations = 0;
  private isPumping = false;
  private isPaused = false;
  private running = 0;
  /** How many batches may be under way at once: the event source's maximum concurrency. */
  maxConcurrency = Number.POSITIVE_INFINITY;

  constructor(
    name: string,
    clock: VirtualClock,
    counts: CallCounts,
    visibilityMs: number,
    conditions: QueueConditions = {},
  ) {
    this.conditions = conditions;
    this.name = name;
    this.clock = clock;
    this.counts = counts;
    this.visibilityMs = visibilityMs;
  }

  /** Messages that are stored, delayed and in flight included. */
  get size(): number {
    return this.stored.size;
  }

  /** Messages that are visible, and wait for a consumer. */
  get backlog(): number {
    return this.ready.length;
  }

  bodies(): string[] {
    return [...this.stored].filter((one) => !this.isTooOld(one)).map(({ body }) => body);
  }

  consume(consumer: Consumer): void {
    this.consumer = consumer;
    this.pumpSoon();
  }

  send(
    body: string,
    delaySeconds: number,
    { group, messageAttributes = {} }: Partial<Pick<Stored, 'group' | 'messageAttributes'>> = {},
  ): void {
    const id = `${this.name}-${++this.sent}`;
    const counter = { receives: 0 };
    for (const copy of this.conditions.onSend?.(body) ?? [{ laterMs: 0 }]) {
      const message: Stored = {
        id,
        body,
        group,
        messageAttributes,
        sentAtMs: this.clock.nowMs,
        counter: copy.isCountedAlone ? { receives: 0 } : counter,
        handle: '',
        isDeleted: false,
      };
      this.stored.add(message);
      this.appear(message, delaySeconds * 1000 + copy.laterMs);
    }
  }

  /** What nobody consumes is polled. */
  poll(count: number, hiddenMs = this.visibilityMs): SQSRecord[] {
    const batch = this.ready.splice(0, count).flatMap((message) => this.receive(message));
    for (const received of batch) {
      received.visibleAtMs = this.clock.nowMs + hiddenMs;
      this.watch(received);
    }
    return batch.map(({ message }) => this.toRecord(message));
  }

  /** Deletes a message that was polled. */
  remove(receiptHandle: string): void {
    const received = this.inFlight.get(receiptHandle);
    if (received) this.delete(received);
  }

  postpone(receiptHandle: string, seconds: number): void {
    const received = this.inFlight.get(receiptHandle);
    if (!received) return;
    received.visibleAtMs = this.clock.nowMs + seconds * 1000;
    if (this.conditions.onReceive) this.watch(received);
  }

  /** Hands out nothing until it is resumed. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.pumpSoon();
  }

  private isTooOld({ sentAtMs }: Stored): boolean {
    return this.clock.nowMs >= sentAtMs + RETENTION_MS;
  }

  /** As it is, and as old as it is. */
  private adopt(message: Stored): void {
    this.stored.add(message);
    this.offer(message);
  }

  private appear(message: Stored, delayMs: number): void {
    this.clock.at(this.clock.nowMs + delayMs, () => this.offer(message));
  }

  private offer(message: Stored): void {
    const place = this.conditions.place?.() ?? 1;
    if (place === 1) this.ready.push(message);
    else this.ready.splice(Math.floor(place * this.ready.length), 0, message);
    this.pumpSoon();
  }

  /** After everything else of this moment, so that messages sent together share a batch. */
  private pumpSoon(): void {
    if (this.isPumping || this.isPaused || !this.consumer || this.ready.length === 0) return;
    this.isPumping = true;
    this.clock.at(this.clock.nowMs, () => this.pump());
  }

  private pump(): void {
    this.isPumping = false;
    while (!this.isPaused && this.ready.length > 0 && this.running < this.maxConcurrency) {
      const batch = this.ready.splice(0, BATCH).flatMap((message) => this.receive(message));
      if (batch.length === 0) continue;
      this.running++;
      void this.invoke(batch).then(() => {
        this.running--;
        this.pumpSoon();
      });
    }
  }

  private receive(message: Stored): Received[] {
    const { deadLetters, maxReceives = Number.POSITIVE_INFINITY, onReceive } = this.conditions;
    if (this.isTooOld(message)) {
      this.stored.delete(message);
      return [];
    }
    message.counter.receives++;
    if (message.counter.receives > maxReceives) {
      this.stored.delete(message);
      deadLetters?.adopt(message);
      return [];
    }
    const fate = onReceive?.(message.body);
    message.handle = `${message.id}/${++this.receives}`;
    const received = {
      message,
      handle: message.handle,
      isDeleteLost: fate?.isDeleteLost ?? false,
      visibleAtMs: this.clock.nowMs + (fate?.visibilityMs ?? this.visibilityMs),
    };
    this.inFlight.set(received.handle, received);
    if (fate) this.watch(received);
    return [received];
  }

  /** Visible again when its time has come, whether the function is still at work or not. */
  private watch(received: Received): void {
    const { visibleAtMs } = received;
    this.clock.at(visibleAtMs, () => {
      if (received.visibleAtMs !== visibleAtMs) return;
      this.inFlight.delete(received.handle);
      if (!received.message.isDeleted) this.offer(received.message);
    });
  }

  private async invoke(batch: readonly Received[]): Promise<void> {
    this.counts.invocation();
    this.counts.sqsRequests(2); // receive and delete
    const records = batch.map(({ message }) => this.toRecord(message));
    let failed: ReadonlySet<string>;
    try {
      failed = (await this.consumer?.(records, `request-${++this.invocations}`)) ?? new Set();
    } catch {
      failed = new Set(batch.map(({ message }) => message.id));
    }
    for (const received of batch) {
      if (!failed.has(received.message.id)) this.delete(received);
      // Without conditions nothing is visible again before its function has ended.
      else if (!this.conditions.onReceive) {
        this.inFlight.delete(received.handle);
        this.appear(received.message, Math.max(0, received.visibleAtMs - this.clock.nowMs));
      }
    }
  }

  private delete({ message, handle, isDeleteLost }: Received): void {
    // An older handle deletes nothing: the message was handed out again since.
    if (isDeleteLost || message.handle !== handle) return;
    message.isDeleted = true;
    this.stored.delete(message);
    this.inFlight.delete(handle);
    const place = this.ready.indexOf(message);
    if (place >= 0) this.ready.splice(place, 1);
  }

  private toRecord(message: Stored): SQSRecord {
    return {
      messageId: message.id,
      receiptHandle: message.handle,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.counter.receives),
        SentTimestamp: String(message.sentAtMs),
        SenderId: 'simulation',
        ApproximateFirstReceiveTimestamp: String(message.sentAtMs),
        ...(message.group === undefined ? {} : { MessageGroupId: message.group }),
      },
      messageAttributes: message.messageAttributes,
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${this.name}`,
      awsRegion: 'us-east-1',
    };
  }
}
