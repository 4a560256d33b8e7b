// A run's producer and its endpoints, over HTTP and as a stranger would.
import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../../../local/simulation/random.ts';
import { call } from '../../acceptance/client.ts';
import {
  matches,
  type Post,
  type Snapshot,
  type SnapshotItem,
  type Subscriber,
} from '../checker.ts';
import type { Receivers } from './receivers.ts';

export interface Producer {
  readonly tenant: string;
  readonly posts: readonly Post[];
  readonly subscribers: readonly Subscriber[];
  /** Makes tenant and endpoints. */
  prepare(): Promise<void>;
  /** Posts everything until it is answered 202. */
  post(): Promise<void>;
  /** Whether each event that was answered has all its deliveries in a final state. */
  isDone(): Promise<boolean>;
  /** Replays what the first endpoint was sent. */
  replay(): Promise<void>;
  /** What the API says, as the checker wants it. */
  snapshot(): Promise<Snapshot>;
}

export interface ProducerOptions {
  readonly url: string;
  readonly operatorKey: string;
  readonly receivers: Receivers;
  readonly tenant: string;
  readonly seed: number;
}

const FINAL = ['delivered', 'dead', 'cancelled'];
/** In all some ten minutes: far longer than any of the faults. */
const POLICY = {
  immediate: true,
  steps: [
    { count: 3, seconds: 1 },
    { count: 60, seconds: 5 },
  ],
};

export function createProducer(options: ProducerOptions): Producer {
  const { url, operatorKey, receivers, tenant, seed } = options;
  const random = randomFrom(seed);
  const upTo = (count: number): number => Math.floor(random() * count);
  const headers = { 'posthorn-tenant': tenant };
  const ask = (method: string, path: string, body?: unknown, more = {}) =>
    call({ url }, method, path, {
      key: operatorKey,
      headers: { ...headers, ...more },
      ...(body === undefined ? {} : { body }),
    });
  /** Until it is answered as wanted: functions die, and then the answer is 500 or 502. */
  async function insist(statuses: number[], ...request: Parameters<typeof ask>) {
    for (;;) {
      const answer = await ask(...request).catch(() => undefined);
      if (answer && statuses.includes(answer.status)) return answer.body;
      await delay(300);
    }
  }

  const types = ['order.paid', 'order.sent'];
  const isBurst = seed % 8 === 0;
  const subscribers: Subscriber[] = [];
  const posts = Array.from({ length: isBurst ? 25 : 4 + upTo(5) }, (_, n) => ({
    scope: `live#${tenant}`,
    type: types[upTo(2)] ?? '',
    data: `{"post":${n},"of":"${tenant}", "n":1.50}`,
    hasKey: random() < 0.6,
    answeredIds: [] as string[],
    tries: 0,
  }));

  return {
    tenant,
    posts,
    subscribers,
    async prepare() {
      await insist([200, 201], 'PUT', `/v1/tenants/${tenant}`, { name: tenant });
      for (const index of [0, 1]) {
        const path = `/${tenant}/${index}`;
        const failing = isBurst ? 20 + upTo(4) : upTo(4);
        receivers.set(path, { failing, silent: upTo(2), latencyMs: upTo(4) * 100 });
        const secret = Buffer.from(`${tenant}/${index}`.padEnd(24, '.')).toString('base64');
        const { id } = await insist([201], 'POST', '/v1/endpoints', {
          url: `${receivers.url}${path}`,
          secret: `whsec_${secret}`,
          timeoutMs: 2_000,
          timingHeaders: true,
          retryPolicy: POLICY,
          eventTypes: index === 0 ? [] : types.slice(0, 1),
        });
        receivers.name(path, id);
        subscribers.push({
          id,
          scope: `live#${tenant}`,
          types: index === 0 ? [] : types.slice(0, 1),
          secret,
          timeoutMs: 2_000,
          recovers: true,
          promised: 64,
        });
      }
    },
    async post() {
      const one = async (post: (typeof posts)[number], n: number) => {
        const more = post.hasKey ? { 'idempotency-key': `post-${n}` } : {};
        const body = `{"type":"${post.type}","data":${post.data}}`;
        for (;;) {
          post.tries++;
          const answer = await ask('POST', '/v1/events', body, {
            ...more,
            'content-type': 'application/json',
          }).catch(() => undefined);
          if (answer?.status === 202) return void post.answeredIds.push(answer.body.id);
          await delay(200);
        }
      };
      await Promise.all(
        posts.map(async (post, n) => {
          await delay(isBurst ? 0 : random() * 2_000);
          await one(post, n);
          if (post.hasKey && n % 3 === 0) await one(post, n);
        }),
      );
    },
    async isDone() {
      for (const subscriber of subscribers) {
        const expected = new Set(
          posts
            .filter((post) => matches(subscriber, post))
            .flatMap(({ answeredIds }) => answeredIds),
        );
        // Asked only once everything arrived: asking is work as well.
        for (const { endpointId, headers, status } of receivers.arrivals) {
          if (endpointId === subscriber.id && status === 200)
            expected.delete(headers['webhook-id'] ?? '');
        }
        if (expected.size > 0) return false;
        const path = `/v1/deliveries?endpoint=${subscriber.id}&limit=100`;
        const found = await ask('GET', path).catch(() => undefined);
        if (found?.status !== 200) return false;
        if (!found.body.data.every(({ status }) => FINAL.includes(String(status)))) return false;
      }
      return true;
    },
    async replay() {
      const endpoint = subscribers[0];
      if (!endpoint) return;
      subscribers[0] = { ...endpoint, replayedAtMs: Date.now() };
      const since = new Date(Date.now() - 3_600_000).toISOString();
      const body = { endpoint: endpoint.id, since, status: 'any' };
      const { id } = await insist([202], 'POST', '/v1/replays', body, {
        'idempotency-key': `replay-${tenant}`,
      });
      const untilMs = Date.now() + 60_000;
      while (Date.now() < untilMs) {
        const found = await ask('GET', `/v1/replays/${id}`).catch(() => undefined);
        if (found?.status === 200 && String(found.body.state) !== 'running') return;
        await delay(300);
      }
    },
    async snapshot() {
      const events = new Map<string, string[]>();
      const deliveries = new Map<string, SnapshotItem>();
      // Those of which no answer came are known from what arrived.
      const own = new Set(subscribers.map(({ id }) => id));
      const arrived = receivers.arrivals
        .filter(({ endpointId }) => own.has(endpointId))
        .map(({ headers }) => headers['webhook-id'] ?? '');
      const ids = new Set([...posts.flatMap(({ answeredIds }) => answeredIds), ...arrived]);
      for (const id of ids) {
        const { deliveries: found = [] } = await insist([200, 404], 'GET', `/v1/events/${id}`);
        events.set(
          id,
          found.map(({ endpoint }) => String(endpoint)),
        );
        for (const { endpoint, status, attempts } of found) {
          if (status === 'pending') continue;
          deliveries.set(`${id}|${endpoint}`, {
            state: String(status),
            attempts: attempts.length,
            unseen: attempts
              .filter(({ outcome }) => !outcome.startsWith('http_'))
              .map(({ number }) => number),
          });
        }
      }
      return { events, deliveries, live: new Set(), dead: [] };
    },
  };
}
