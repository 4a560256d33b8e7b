// An SQS event source of a Lambda function: receives, batches, invokes, and deletes what the function
// did not report as failed. What failed is left alone: it becomes visible when its timeout ends.
import { watchQueue } from '../sqs/clock.ts';
import type { SqsEmulator, SqsQueue } from '../sqs/emulator.ts';
import { type QueueRecord, receive } from '../sqs/records.ts';

export interface EventSourceOptions {
  queue: SqsQueue;
  emulator: Pick<SqsEmulator, 'store' | 'writes'>;
  batchSize: number;
  windowMs: number;
  maximumConcurrency: number;
  reportsBatchItemFailures: boolean;
  invoke(event: string): Promise<string>;
  onCall?(operation: 'ReceiveMessage' | 'DeleteMessageBatch', payloadBytes: number): void;
  onFailure?(error: unknown): void;
}

/**
 * Lambda reads five batches side by side, and more when messages are left over.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
const POLLERS = 5;

/** An invocation that began just before says that there is load: what comes then is gathered for a moment. */
const GATHER_MS = 4;

/** SQS gives no more at once. */
const MAX_RECEIVED = 10;

/** Lambda takes at most 6 MB, and the records' envelope wants some of it. */
const MAX_BATCH_BYTES = 5_500_000;

/** What one poller received and has not handed over yet. */
interface Batch {
  records: QueueRecord[];
  bytes: number;
  window: NodeJS.Timeout | undefined;
  isDue: boolean;
}

const emptyBatch = (): Batch => ({ records: [], bytes: 0, window: undefined, isDue: false });

export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #watch: { stop(): void };
  readonly #batches: readonly Batch[];
  /** Whose turn it is to receive. */
  #turn = 0;
  #pumpDue = false;
  #begunMs = Number.NEGATIVE_INFINITY;
  #stopped = false;
  readonly #running = new Set<Promise<void>>();

  constructor(options: EventSourceOptions) {
    this.#options = options;
    // Without a window each receive is a batch: one poller that never waits is as good as five.
    const pollers = options.windowMs > 0 ? POLLERS : 1;
    this.#batches = Array.from({ length: pollers }, emptyBatch);
    this.#watch = watchQueue(options.queue, () => this.#wake());
  }

  /** Receives no more, and waits for what runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.stop();
    for (const { window } of this.#batches) clearTimeout(window);
    await Promise.allSettled(this.#running);
  }

  /**
   * Once per turn of the event loop: messages that arrive together go together. Under load, once in a few
   * milliseconds: batches fill, as they do where Lambda's pollers are busy. How many invocations run is no sign of
   * load: most of them may wait for slow receivers.
   */
  #wake(): void {
    if (this.#pumpDue || this.#stopped) return;
    this.#pumpDue = true;
    const pump = () => {
      this.#pumpDue = false;
      this.#pump();
    };
    const isFull = this.#options.queue.messages.length >= this.#options.batchSize;
    const waitMs = isFull ? 0 : this.#begunMs + GATHER_MS - performance.now();
    if (waitMs <= 0) setImmediate(pump);
    else setTimeout(pump, waitMs);
  }

  #pump(): void {
    const { maximumConcurrency } = this.#options;
    while (!this.#stopped && this.#running.size < maximumConcurrency) {
      const batch = this.#batches.find(({ isDue }) => isDue) ?? this.#receive();
      if (!batch) return;
      if (batch.isDue || this.#isFull(batch)) this.#invoke(batch);
      else this.#openWindow(batch);
    }
  }

  /** One request, of the poller whose turn it is. */
  #receive(): Batch | undefined {
    const { queue, emulator, batchSize, windowMs, onCall } = this.#options;
    const batch = this.#batches[this.#turn];
    if (!batch || queue.messages.length === 0) return undefined;
    const wanted = Math.min(MAX_RECEIVED, batchSize - batch.records.length);
    const records = receive(queue, emulator.store, wanted);
    if (records.length === 0) return undefined;
    this.#turn = (this.#turn + 1) % this.#batches.length;
    const bytes = records.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    onCall?.('ReceiveMessage', bytes);
    batch.records.push(...records);
    batch.bytes += bytes;
    batch.isDue = windowMs === 0;
    return batch;
  }

  #isFull({ records, bytes }: Batch): boolean {
    return records.length >= this.#options.batchSize || bytes >= MAX_BATCH_BYTES;
  }

  #openWindow(batch: Batch): void {
    batch.window ??= setTimeout(() => {
      batch.isDue = true;
      this.#pump();
    }, this.#options.windowMs);
  }

  #invoke(batch: Batch): void {
    clearTimeout(batch.window);
    this.#begunMs = performance.now();
    const { records } = batch;
    Object.assign(batch, emptyBatch());
    const run = this.#run(records).finally(() => {
      this.#running.delete(run);
      this.#wake();
    });
    this.#running.add(run);
  }

  async #run(records: QueueRecord[]): Promise<void> {
    const { emulator, invoke, reportsBatchItemFailures, onFailure } = this.#options;
    try {
      // After a kill nobody would know that they were received.
      await emulator.writes.onDisk();
      const result = await invoke(JSON.stringify({ Records: records }));
      const failed = reportsBatchItemFailures ? failedIds(result, records) : new Set<string>();
      this.#delete(records.filter((record) => !failed.has(record.messageId)));
    } catch (error) {
      onFailure?.(error);
    }
  }

  #delete(records: QueueRecord[]): void {
    const { queue, onCall } = this.#options;
    if (records.length === 0) return;
    for (const record of records) queue.deleteMessage(record.receiptHandle);
    for (let sent = 0; sent < records.length; sent += 10) onCall?.('DeleteMessageBatch', 0);
  }
}

/** An answer that makes no sense, or names a message that was not sent, fails the whole batch. */
function failedIds(result: string, records: QueueRecord[]): Set<string> {
  const all = new Set(records.map((record) => record.messageId));
  const answer: { batchItemFailures?: { itemIdentifier?: string }[] | null } | null =
    JSON.parse(result);
  const failures = answer?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const ids = new Set(failures.map((failure) => failure.itemIdentifier ?? ''));
  return [...ids].every((id) => all.has(id)) ? ids : all;
}
