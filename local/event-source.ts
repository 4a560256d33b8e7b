// An SQS event source of a Lambda function: receives, batches, invokes, and deletes what the function
// did not report as failed. What failed is left alone: it becomes visible when its timeout ends.
import { watchQueue } from './queue-clock.ts';
import { type QueueRecord, receive } from './queue-records.ts';
import type { SqsEmulator, SqsQueue } from './sqs-emulator.ts';

export interface EventSourceOptions {
  queue: SqsQueue;
  emulator: Pick<SqsEmulator, 'store' | 'atOnce'>;
  batchSize: number;
  windowMs: number;
  maximumConcurrency: number;
  reportsBatchItemFailures: boolean;
  invoke(event: string): Promise<string>;
  onCall?(operation: 'ReceiveMessage' | 'DeleteMessageBatch', payloadBytes: number): void;
  onFailure?(error: unknown): void;
}

/** So many invocations at once say that there is load: what comes then is gathered for a moment. */
const BUSY = 2;
const GATHER_MS = 4;

/** Lambda takes at most 6 MB, and the records' envelope wants some of it. */
const MAX_BATCH_BYTES = 5_500_000;

export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #watch: { stop(): void };
  #gathered: QueueRecord[] = [];
  #gatheredBytes = 0;
  #windowTimer: NodeJS.Timeout | undefined;
  #pumpDue = false;
  #stopped = false;
  readonly #running = new Set<Promise<void>>();

  constructor(options: EventSourceOptions) {
    this.#options = options;
    this.#watch = watchQueue(options.queue, () => this.#wake());
  }

  /** Receives no more, and waits for what runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.stop();
    clearTimeout(this.#windowTimer);
    await Promise.allSettled(this.#running);
  }

  /**
   * Once per turn of the event loop: messages that arrive together go together. Under load, once in a few
   * milliseconds: batches fill, as they do where Lambda's pollers are busy.
   */
  #wake(): void {
    if (this.#pumpDue || this.#stopped) return;
    this.#pumpDue = true;
    const pump = () => {
      this.#pumpDue = false;
      this.#pump();
    };
    const isFull = this.#options.queue.messages.length >= this.#options.batchSize;
    if (this.#running.size < BUSY || isFull) setImmediate(pump);
    else setTimeout(pump, GATHER_MS);
  }

  #pump(): void {
    while (!this.#stopped && this.#running.size < this.#options.maximumConcurrency) {
      this.#gather();
      if (this.#gathered.length === 0) return;
      const full = this.#gathered.length >= this.#options.batchSize;
      const heavy = this.#gatheredBytes >= MAX_BATCH_BYTES;
      if (!full && !heavy && this.#options.windowMs > 0) {
        this.#openWindow();
        return;
      }
      this.#invokeGathered();
    }
  }

  #gather(): void {
    const { queue, emulator, batchSize, onCall } = this.#options;
    while (this.#gathered.length < batchSize && this.#gatheredBytes < MAX_BATCH_BYTES) {
      if (queue.messages.length === 0) return;
      const wanted = Math.min(10, batchSize - this.#gathered.length);
      const records = emulator.atOnce(() => receive(queue, emulator.store, wanted));
      if (records.length === 0) return;
      const bytes = records.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
      onCall?.('ReceiveMessage', bytes);
      this.#gathered.push(...records);
      this.#gatheredBytes += bytes;
    }
  }

  #openWindow(): void {
    if (this.#windowTimer !== undefined) return;
    this.#windowTimer = setTimeout(() => {
      this.#windowTimer = undefined;
      if (this.#stopped) return;
      this.#invokeGathered();
      this.#wake();
    }, this.#options.windowMs);
  }

  #invokeGathered(): void {
    clearTimeout(this.#windowTimer);
    this.#windowTimer = undefined;
    const records = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (records.length === 0) return;
    const run = this.#run(records).finally(() => {
      this.#running.delete(run);
      this.#wake();
    });
    this.#running.add(run);
  }

  async #run(records: QueueRecord[]): Promise<void> {
    const { invoke, reportsBatchItemFailures, onFailure } = this.#options;
    try {
      const result = await invoke(JSON.stringify({ Records: records }));
      const failed = reportsBatchItemFailures ? failedIds(result, records) : new Set<string>();
      this.#delete(records.filter((record) => !failed.has(record.messageId)));
    } catch (error) {
      onFailure?.(error);
    }
  }

  #delete(records: QueueRecord[]): void {
    const { queue, emulator, onCall } = this.#options;
    if (records.length === 0) return;
    emulator.atOnce(() => {
      for (const record of records) queue.deleteMessage(record.receiptHandle);
    });
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
