// Batches retries into calls to SQS: this costs a tenth, and a burst of failures does not become a burst of calls.
import type { DelayedMessage, RetryQueue } from '../core/deliveries/message.ts';
import { shareCalls } from './shared-calls.ts';

/** SendMessageBatch takes so many. */
const FULL = 10;

export function shareRetries(queues: RetryQueue): RetryQueue['sendRetries'] {
  const send = shareCalls(FULL, async (messages: readonly DelayedMessage[]) => {
    const refused = await queues.sendRetries(messages);
    return messages.map((_, index) => refused.has(index));
  });

  return async (messages) => {
    const isRefused = await send(messages);
    return new Set([...messages.keys()].filter((index) => isRefused[index]));
  };
}
