// Tells at once when a queue has something to receive. fauxqs looks every 20 ms instead; this
// follows each change and sets one timer to the next delayed or timed-out message.
import type { SqsQueue } from './emulator.ts';

export function watchQueue(queue: SqsQueue, onReady: () => void): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;

  const wakeAt = (time: number) => {
    if (time >= dueAt) return;
    clearTimeout(timer);
    dueAt = time;
    timer = setTimeout(ring, Math.max(0, time - Date.now()));
  };
  const ring = () => {
    dueAt = Number.POSITIVE_INFINITY;
    queue.processTimers();
    wakeAt(nextDue(queue));
    if (queue.messages.length > 0) onReady();
  };

  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = (message) => {
    enqueue(message);
    if (message.delayUntil !== undefined && message.delayUntil > Date.now()) {
      wakeAt(message.delayUntil);
    } else {
      onReady();
    }
  };
  const changeVisibility = queue.changeVisibility.bind(queue);
  queue.changeVisibility = (receiptHandle, seconds) => {
    changeVisibility(receiptHandle, seconds);
    if (seconds === 0) onReady();
    else wakeAt(Date.now() + seconds * 1000);
  };
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (maxCount, visibilityTimeout, resolveDeadLetterQueue) => {
    const received = dequeue(maxCount, visibilityTimeout, resolveDeadLetterQueue);
    const seconds = visibilityTimeout ?? Number(queue.attributes.VisibilityTimeout);
    if (received.length > 0) wakeAt(Date.now() + seconds * 1000);
    return received;
  };

  // What was there before, from an earlier start.
  wakeAt(Date.now());
  return { stop: () => clearTimeout(timer) };
}

function nextDue(queue: SqsQueue): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { delayUntil = 0 } of queue.delayedMessages) next = Math.min(next, delayUntil);
  for (const { visibilityDeadline } of queue.inflightMessages.values()) {
    next = Math.min(next, visibilityDeadline);
  }
  return next;
}
