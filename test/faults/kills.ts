// The whole process killed with SIGKILL at random moments of one run of many events, and started again
// each time: what was answered 202 must arrive, and the index of what waits must agree with the items at each start.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../../local/simulation/random.ts';
import { call, newTenant } from '../acceptance/client.ts';
import { startEmbedded } from '../acceptance/embedded-target.ts';
import { startReceiver } from '../builders/receiver.ts';
import { agreementIn } from '../local/dynamodb/agreement.ts';

export interface KillOptions {
  readonly seed: number;
  readonly events: number;
  readonly kills: number;
  readonly onKill?: (text: string) => void;
}

export interface KillSummary {
  readonly kills: number;
  readonly answered: number;
  /** Answered, and not arrived. */
  readonly lost: readonly string[];
  /** Deliveries that are in no final state at the end. */
  readonly stuck: number;
  /** Arrived, under an id that no post was answered with. */
  readonly unknown: readonly string[];
  /** Requests beyond the first of an event. */
  readonly duplicates: number;
  /** Posts that were repeated since no answer came, and those whose repeats got different ids. */
  readonly repeatedPosts: number;
  readonly splitKeys: number;
  /** Entries of the index that were compared with their items, at all starts. */
  readonly compared: number;
  /** Where they differed. */
  readonly disagreements: readonly string[];
  readonly tookMs: number;
}

const WIDTH = 16;
const ARRIVE_WITHIN_MS = 180_000;

export async function benchKills({
  seed,
  events,
  kills,
  onKill,
}: KillOptions): Promise<KillSummary> {
  const random = randomFrom(seed);
  const beganAtMs = Date.now();
  const [target, receiver] = await Promise.all([startEmbedded(), startReceiver()]);
  try {
    const tenant = await newTenant(target);
    const endpoint = await tenant.endpoint(`${receiver.url}/killed`, { eventTypes: ['killed'] });
    // What fails here waits in the index. It is never the last that is waited for.
    receiver.answer('/failing', () => 500);
    await tenant.endpoint(`${receiver.url}/failing`, { eventTypes: ['killed'] });
    const disagreements: string[] = [];
    let compared = 0;
    const answers = new Map<number, Set<string>>();
    let repeatedPosts = 0;
    let posted = 0;
    let killed = 0;

    // Posts go on through the kills: each key until it is answered.
    const queue = Array.from({ length: events }, (_, n) => n).values();
    const poster = async (): Promise<void> => {
      for (const n of queue) {
        // Spread over all kills, however fast the machine is.
        while (posted > ((killed + 1) / (kills + 1)) * events && killed < kills) await delay(20);
        for (let tries = 1; ; tries++) {
          const answer = await call(target, 'POST', '/v1/events', {
            key: tenant.key,
            headers: { 'idempotency-key': `event-${n}` },
            body: { type: 'killed', data: { n } },
          }).catch(() => undefined);
          if (answer?.status === 202) {
            answers.set(n, (answers.get(n) ?? new Set()).add(answer.body.id));
            break;
          }
          if (tries === 1) repeatedPosts++;
          await delay(50);
        }
        posted++;
      }
    };
    const killer = async (): Promise<void> => {
      while (killed < kills) {
        // At any moment: while it takes events in, while it delivers, while it has only just started.
        await delay(random() * 4_000);
        await target.kill();
        killed++;
        const at = `${posted} posted, ${receiver.at('/killed').length} requests`;
        const { stored, missing, stale } = await agreementIn(join(target.dataDir, 'tables'));
        compared += stored;
        disagreements.push(
          ...missing.map((place) => `after kill ${killed}, not in the index: ${place}`),
          ...stale.map((place) => `after kill ${killed}, only in the index: ${place}`),
        );
        onKill?.(`kill ${killed}: ${at}, ${stored} in the index`);
        await target.start();
      }
    };
    await Promise.all([killer(), ...Array.from({ length: WIDTH }, poster)]);

    const idsAt = () => receiver.at('/killed').map(({ headers }) => String(headers['webhook-id']));
    const accepted = new Set([...answers.values()].flatMap((ids) => [...ids]));
    const missing = () => {
      const arrived = new Set(idsAt());
      return [...accepted].filter((id) => !arrived.has(id));
    };
    const untilMs = Date.now() + ARRIVE_WITHIN_MS;
    while (missing().length > 0 && Date.now() < untilMs) await delay(250);
    // Pages are filtered, so a page may be empty and not be the last.
    const waiting = async (): Promise<number> => {
      let count = 0;
      let cursor = '';
      do {
        const path = `/v1/deliveries?endpoint=${endpoint.id}&status=waiting&limit=100${cursor}`;
        const { body } = await tenant.call('GET', path);
        count += body.data.length;
        cursor = body.next ? `&cursor=${body.next}` : '';
      } while (cursor !== '');
      return count;
    };
    while ((await waiting()) > 0 && Date.now() < untilMs) await delay(1_000);
    const arrived = idsAt();
    return {
      kills: killed,
      answered: answers.size,
      lost: missing(),
      stuck: await waiting(),
      unknown: [...new Set(arrived)].filter((id) => !accepted.has(id)),
      duplicates: arrived.length - new Set(arrived).size,
      repeatedPosts,
      splitKeys: [...answers.values()].filter((ids) => ids.size > 1).length,
      compared,
      disagreements,
      tookMs: Date.now() - beganAtMs,
    };
  } finally {
    await target.remove();
    await receiver.close();
  }
}
