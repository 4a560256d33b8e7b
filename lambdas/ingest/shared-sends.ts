// Requests that are served at the same time share calls to SQS: while one is under way, what comes waits for the next.
// Alone, a request waits for nothing; on Lambda an instance serves one at a time.
import type { EventMessage, EventQueue } from '../core/events/message.ts';

interface Waiting {
  readonly messages: readonly EventMessage[];
  readonly resolve: (refused: ReadonlySet<number>) => void;
  readonly reject: (error: unknown) => void;
}

export function shareSends(queue: EventQueue): EventQueue['sendEvents'] {
  let waiting: Waiting[] = [];
  let isBusy = false;

  async function sendAll(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const refused = await queue.sendEvents(batch.flatMap(({ messages }) => messages));
        let first = 0;
        for (const { messages, resolve } of batch) {
          const from = first;
          resolve(new Set([...messages.keys()].filter((index) => refused.has(from + index))));
          first += messages.length;
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isBusy = false;
  }

  return (messages) =>
    new Promise((resolve, reject) => {
      waiting.push({ messages, resolve, reject });
      if (!isBusy) void sendAll();
    });
}
