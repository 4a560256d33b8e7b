/**
 * Works sequentially for each key. Items that arrive while work is under way are merged, and processed together
 * afterwards: work for one key never races within an instance.
 */
export function inTurn<T>(
  merge: (first: T, second: T) => T,
  work: (merged: T) => Promise<void>,
): (key: string, next: T) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, { merged: T; done: Promise<void> }>();

  return (key, next) => {
    const shared = waiting.get(key);
    if (shared) {
      shared.merged = merge(shared.merged, next);
      return shared.done;
    }
    const entry = { merged: next, done: Promise.resolve() };
    waiting.set(key, entry);
    const before = (running.get(key) ?? Promise.resolve()).catch(() => undefined);
    entry.done = before.then(() => {
      waiting.delete(key);
      return work(entry.merged);
    });
    running.set(key, entry.done);
    return entry.done.finally(() => {
      if (running.get(key) === entry.done) running.delete(key);
    });
  };
}
