// What is done side by side shares calls: many writes or messages cost one call, and none waits for a slow receiver. On
// Lambda only what one batch brings is done side by side; what takes many invocations at once shares over all of them.

const MOMENT_MS = 5;

/**
 * When what waits goes out: made once, and asked with each that comes.
 * @param flush sends all that waits
 * @param waiting how many entries do
 */
type Pace = (flush: () => Promise<void>, waiting: () => number) => () => void;

/** After a moment, or at once if so many entries wait: for what nobody waits for. */
export const afterAMoment =
  (full: number): Pace =>
  (flush, waiting) => {
    let timer: NodeJS.Timeout | undefined;
    const send = (): void => {
      clearTimeout(timer);
      timer = undefined;
      void flush();
    };
    return () => {
      if (waiting() >= full) send();
      else timer ??= setTimeout(send, MOMENT_MS);
    };
  };

/** At once; while one call is under way, what comes waits for the next. */
export const oneAtATime: Pace = (flush, waiting) => {
  let isBusy = false;
  return async () => {
    if (isBusy) return;
    isBusy = true;
    while (waiting() > 0) await flush();
    isBusy = false;
  };
};

interface Waiting<Entry, Result> {
  readonly entries: readonly Entry[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/** @param call gives a result for each entry, in their order; if it rejects, all who share it are told */
export function shareCalls<Entry, Result>(
  call: (entries: readonly Entry[]) => Promise<readonly Result[]>,
  pace: Pace,
): (entries: readonly Entry[]) => Promise<readonly Result[]> {
  let waiting: Waiting<Entry, Result>[] = [];
  let count = 0;

  async function flush(): Promise<void> {
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

  const more = pace(flush, () => count);
  return async (entries) => {
    // Nothing would send it.
    if (entries.length === 0) return [];
    return new Promise((resolve, reject) => {
      waiting.push({ entries, resolve, reject });
      count += entries.length;
      more();
    });
  };
}

/** The same for calls that resolve to the indexes of the messages that were refused. */
export function shareSends<Message>(
  send: (messages: readonly Message[]) => Promise<ReadonlySet<number>>,
  pace: Pace,
): (messages: readonly Message[]) => Promise<ReadonlySet<number>> {
  const share = shareCalls(async (messages: readonly Message[]) => {
    const refused = await send(messages);
    return messages.map((_, index) => refused.has(index));
  }, pace);
  return async (messages) => {
    const isRefused = await share(messages);
    return new Set([...messages.keys()].filter((index) => isRefused[index]));
  };
}
