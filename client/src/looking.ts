// Looks again and again, for as long as it is read: what a tail and a feed have in common.
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError, type PosthornError, RateLimitError, ServerError } from './errors.ts';

export interface Looking {
  readonly signal?: AbortSignal | undefined;
  /**
   * Called when the service cannot be reached, or fails, after all tries: the reading goes on where it was as soon as
   * the service is back. Without it, and before the first answer, the error is thrown.
   */
  readonly onInterruption?: ((error: PosthornError) => void) | undefined;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** @param waitMs how long to wait after an answer */
export async function* lookAgain<T>(
  look: () => Promise<T>,
  { signal, onInterruption }: Looking,
  waitMs: (answer: T) => number,
): AsyncGenerator<T, void, undefined> {
  const rest = (ms: number) => delay(ms, undefined, signal ? { signal } : {});
  let hasAnswered = false;
  for (let failures = 0; ; ) {
    let answer: T;
    try {
      answer = await look();
    } catch (error) {
      const isPassing =
        error instanceof ConnectionError ||
        error instanceof ServerError ||
        error instanceof RateLimitError;
      if (!isPassing || !hasAnswered || !onInterruption) throw error;
      if (failures === 0) onInterruption(error);
      await rest(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++));
      continue;
    }
    failures = 0;
    hasAnswered = true;
    yield answer;
    const ms = waitMs(answer);
    if (ms > 0) await rest(ms);
  }
}
