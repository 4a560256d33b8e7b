// Producer and receiver as a bench drives them: see process.ts.
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Arrival, FromOutside, Posted, PostOrder, ToOutside } from './process.ts';

export type Order = Partial<PostOrder> & Pick<PostOrder, 'url' | 'key' | 'count'>;

export interface Outside {
  /** Two origins. */
  readonly receiverUrls: readonly string[];
  post(order: Order): Promise<Posted[]>;
  arrivals(): Promise<Arrival[]>;
  /** Those since it was last called. */
  takeArrivals(): Promise<Arrival[]>;
  forgetArrivals(): void;
  /** Waits until so many requests arrived, at paths that begin so, or for so long, and gives them. */
  arrivedWithin(count: number, withinMs: number, path?: string): Promise<Arrival[]>;
  close(): void;
}

const POLL_MS = 100;

export async function startOutside(): Promise<Outside> {
  const child = fork(new URL('./process.ts', import.meta.url));
  const { receiverUrls } = await told(child, 'ready');
  let orders = 0;
  const ask = (message: ToOutside): boolean => child.send(message);
  const arrivals = async (andForget = false): Promise<Arrival[]> => {
    ask({ ask: 'arrivals', andForget });
    return (await told(child, 'arrivals')).arrivals;
  };
  return {
    receiverUrls,
    async post(order) {
      const defaults = { type: 'dossier.approved', batch: 1, concurrency: 32, dataBytes: 1_000 };
      const number = ++orders;
      ask({ ask: 'post', number, order: { ...defaults, ...order } });
      return (await told(child, 'posted', (message) => message.number === number)).posted;
    },
    arrivals: () => arrivals(),
    takeArrivals: () => arrivals(true),
    forgetArrivals: () => {
      ask({ ask: 'forget' });
    },
    async arrivedWithin(count, withinMs, path = '') {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const seen = (await arrivals()).filter((one) => one.path.startsWith(path));
        if (seen.length >= count || Date.now() > deadline) return seen;
        await delay(POLL_MS);
      }
    },
    close: () => {
      child.kill('SIGKILL');
    },
  };
}

function told<T extends FromOutside['tell']>(
  child: ChildProcess,
  what: T,
  isIt: (message: Extract<FromOutside, { tell: T }>) => boolean = () => true,
): Promise<Extract<FromOutside, { tell: T }>> {
  return new Promise((resolve, reject) => {
    // Only process.ts writes to this channel.
    const take = (message: FromOutside): void => {
      const wanted = message as Extract<FromOutside, { tell: T }>;
      if (message.tell !== 'failed' && (message.tell !== what || !isIt(wanted))) return;
      child.off('message', take);
      if (message.tell === 'failed') reject(new Error(message.message));
      else resolve(wanted);
    };
    child.on('message', take);
  });
}
