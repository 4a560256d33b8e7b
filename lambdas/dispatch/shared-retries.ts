// Sends retries of side-by-side deliveries in shared calls: those that come within a moment of one
// another travel in one batch of SQS, which costs a tenth and keeps a failing burst from piling up calls.
import type { DelayedMessage, Queues } from '../core/ports.ts';

const MOMENT_MS = 5;
/** SendMessageBatch takes so many. */
const FULL = 10;

interface Waiting {
  readonly messages: readonly DelayedMessage[];
  readonly resolve: (refused: ReadonlySet<number>) => void;
  readonly reject: (error: unknown) => void;
}

export function shareRetries(queues: Pick<Queues, 'sendRetries'>): Queues['sendRetries'] {
  let waiting: Waiting[] = [];
  let count = 0;
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    count = 0;
    try {
      const refused = await queues.sendRetries(batch.flatMap(({ messages }) => messages));
      let first = 0;
      for (const { messages, resolve } of batch) {
        const from = first;
        first += messages.length;
        const own = [...messages.keys()].filter((index) => refused.has(from + index));
        resolve(new Set(own));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (messages) =>
    new Promise((resolve, reject) => {
      waiting.push({ messages, resolve, reject });
      count += messages.length;
      if (count >= FULL) void flush();
      else timer ??= setTimeout(() => void flush(), MOMENT_MS);
    });
}
