// Batches the writes of parallel deliveries that end at about the same time: many writes cost one call, and none
// waits for a slow receiver.

const MOMENT_MS = 5;

interface Waiting<Entry, Result> {
  readonly entries: readonly Entry[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param full so many entries go out at once
 * @param call gives a result for each entry, in their order; if it rejects, all who share it are told
 */
export function shareCalls<Entry, Result>(
  full: number,
  call: (entries: readonly Entry[]) => Promise<readonly Result[]>,
): (entries: readonly Entry[]) => Promise<readonly Result[]> {
  let waiting: Waiting<Entry, Result>[] = [];
  let count = 0;
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    count = 0;
    try {
      const results = await call(batch.flatMap(({ entries }) => entries));
      let from = 0;
      for (const { entries, resolve } of batch) {
        resolve(results.slice(from, from + entries.length));
        from += entries.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (entries) =>
    new Promise((resolve, reject) => {
      waiting.push({ entries, resolve, reject });
      count += entries.length;
      if (count >= full) void flush();
      else timer ??= setTimeout(() => void flush(), MOMENT_MS);
    });
}
