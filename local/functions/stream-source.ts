// A stream as an event source of a Lambda function: one batch at a time, in the stream's order. What fails comes again,
// from the record that the function names on, until it is handled; nothing is left out.
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamReader, StreamRecord } from '../dynamodb/stream/table-stream.ts';

interface StreamSourceOptions {
  readonly stream: StreamReader;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly reportsBatchItemFailures: boolean;
  invoke(event: string): Promise<string>;
  onFailure(error: unknown): void;
}

/** Lambda takes at most 6 MB, and the records' envelope wants some of it. */
const MAX_BATCH_BYTES = 5_500_000;
/** More than an item with both of its images takes: a batch with less room than this had no room for the next. */
const MAX_RECORD_BYTES = 1_000_000;
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

export class StreamSource {
  readonly #options: StreamSourceOptions;
  #window: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWrittenMeanwhile = false;
  readonly #stopped = new AbortController();

  constructor(options: StreamSourceOptions) {
    this.#options = options;
    options.stream.onWritten(() => this.#openWindow());
    // What was left when the process ended.
    this.#openWindow();
  }

  /** Begins no further batch, and waits for the one that runs. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#window);
    await this.#running;
  }

  #openWindow(): void {
    this.#isWrittenMeanwhile = this.#running !== undefined;
    if (this.#window !== undefined || this.#running || this.#stopped.signal.aborted) return;
    this.#window = setTimeout(() => {
      this.#window = undefined;
      this.#running = this.#drain().finally(() => {
        this.#running = undefined;
        // It may have come after the last look.
        if (this.#isWrittenMeanwhile) this.#openWindow();
      });
    }, this.#options.windowMs);
  }

  async #drain(): Promise<void> {
    const { stream, batchSize, onFailure } = this.#options;
    let pauseMs = RETRY_MS;
    while (!this.#stopped.signal.aborted) {
      try {
        const records = await stream.read(batchSize, MAX_BATCH_BYTES);
        if (records.length === 0) return;
        const event = JSON.stringify({ Records: records });
        const handled = await this.#hand(event, records);
        const last = records[handled - 1];
        if (last) await stream.forget(last.dynamodb.SequenceNumber);
        if (handled === records.length) {
          pauseMs = RETRY_MS;
          const isFull =
            records.length === batchSize || event.length > MAX_BATCH_BYTES - MAX_RECORD_BYTES;
          if (isFull) continue;
          // What came meanwhile has a window of its own.
          return;
        }
      } catch (error) {
        onFailure(error);
      }
      await delay(pauseMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, MAX_RETRY_MS);
    }
  }

  /** @returns how many of the first are done */
  async #hand(event: string, records: readonly StreamRecord[]): Promise<number> {
    const { invoke, reportsBatchItemFailures } = this.#options;
    const answer: { batchItemFailures?: { itemIdentifier?: string }[] } | null = JSON.parse(
      await invoke(event),
    );
    if (!reportsBatchItemFailures) return records.length;
    const failed = (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) =>
      records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
    );
    // A number that is not there fails the whole batch.
    return Math.max(0, Math.min(records.length, ...failed));
  }
}
