// Waiting for something to become so, and for it to stay so: by looking again, never by a fixed sleep.
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 25;

/** What the look gives once it is neither false nor undefined. @throws after the deadline */
export async function eventually<T>(
  look: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<Exclude<T, false | undefined | null>> {
  const untilMs = Date.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== false && seen !== undefined && seen !== null) {
      return seen as Exclude<T, false | undefined | null>; // the three that it excludes were seen off
    }
    if (Date.now() > untilMs) throw new Error(`not so within ${deadlineMs} ms: ${look}`);
    await delay(LOOK_AGAIN_MS);
  }
}

/** Looks for as long as it is said and throws as soon as it is not so. */
export async function staysSo(look: () => boolean, forMs: number): Promise<void> {
  const untilMs = Date.now() + forMs;
  while (Date.now() < untilMs) {
    if (!look()) throw new Error(`it did not stay so: ${look}`);
    await delay(LOOK_AGAIN_MS);
  }
}

/** Runs the work for each entry, so many at a time, and gives the results in order. */
export async function inParallel<T, R>(
  entries: readonly T[],
  width: number,
  work: (entry: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = entries.entries();
  const worker = async (): Promise<void> => {
    for (const [index, entry] of queue) results[index] = await work(entry, index);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
