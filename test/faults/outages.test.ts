// Parts of the service that are away for minutes or for weeks: afterwards nothing is missing, and nobody helped.
import { describe, expect, it } from 'vitest';
import { createId } from '../../lambdas/core/identifiers.ts';
import { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { randomFrom } from '../../local/simulation/random.ts';
import type { FunctionName } from '../../local/simulation/system/functions.ts';
import { QUEUE_NAMES } from '../../local/simulation/system/queues.ts';
import { putEndpoint } from '../../local/simulation/system/registry.ts';
import { createSystem, type System } from '../../local/simulation/system/system.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { FaultLog } from './fault-log.ts';
import { Injector } from './injector.ts';
import { type Plan, quietPlan } from './plan.ts';
import { quietly } from './quietly.ts';
import { applyPlan } from './virtual-run.ts';

const START_MS = 1_767_225_600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The longest wait between two tries of a dead letter, and what follows from it. */
const SETTLED_MS = 8 * HOUR_MS;
const SEEDS = [1, 2, 3];

interface Outage {
  readonly plan: Plan;
  /** Events are posted over so long. */
  readonly postedForMs: number;
  /** The receivers that fail at first are well after this time. */
  readonly wellAfterMs: number;
  readonly endMs: number;
  readonly prepare?: (system: System) => void;
}

/** @returns what is missing at the end: deliveries that did not arrive, or whose state is not `delivered` */
const missingAfter = (outage: Outage): Promise<string[]> => quietly(() => missing(outage));

async function missing({ plan, ...outage }: Outage): Promise<string[]> {
  const clock = new VirtualClock(START_MS);
  const random = randomFrom(plan.seed);
  const bytes = () => Uint8Array.from({ length: 10 }, () => Math.floor(random() * 256));
  const arrived = new Set<string>();
  const failing = new Set<string>();
  const system = createSystem({
    clock,
    random: randomFrom(plan.seed ^ 0x1d5),
    conditions: new Injector(plan, clock, new FaultLog()),
    settings: { deadlineDays: 40 },
    receive: async ({ url }, eventId) => {
      const endpointId = new URL(url).pathname.slice(1);
      await clock.sleep(50);
      const isWell = !failing.has(endpointId) || clock.nowMs > START_MS + outage.wellAfterMs;
      if (isWell) arrived.add(`${eventId}|${endpointId}`);
      return { kind: 'response', response: { status: isWell ? 200 : 503, headers: {}, body: '' } };
    },
  });
  applyPlan(plan, system, new FaultLog());
  const endpoints = ['well', 'failing', 'limited'].map((name) => {
    const id = createId('ep', START_MS, bytes());
    if (name !== 'well') failing.add(id);
    const limit = name === 'limited' ? { maxPerSecond: 2 } : {};
    const url = `https://receiver.example.com/${id}`;
    const endpoint = { ...anEndpoint({ url, ...limit }), id };
    return putEndpoint(system.dynamoDb, endpoint, 'whsec_c2VjcmV0', Buffer.alloc(12));
  });
  const accepted: string[] = [];
  const post = async (n: number): Promise<void> => {
    const candidate = {
      scope: { tenant: endpoints[0]?.tenant ?? '', environment: 'live' as const },
      input: { type: 'order.paid', data: {} },
      data: `{"n":${n}}`,
      idempotencyKey: n % 2 === 0 ? `post-${n}` : undefined,
    };
    for (;;) {
      const [answer] = await system
        .invoke('ingest', [], (code) => code.accept(candidate))
        .catch(() => []);
      if (answer && 'id' in answer) return void accepted.push(answer.id);
      await clock.sleep(HOUR_MS);
    }
  };
  for (let n = 0; n < 16; n++) {
    clock.at(START_MS + random() * outage.postedForMs, () => void post(n));
  }
  outage.prepare?.(system);
  await clock.run(START_MS + outage.endMs);

  expect(accepted).toHaveLength(16);
  const stateOf = new Map(
    [...system.contents.deliveries.values()].map(({ eventId, endpointId, state }) => [
      `${eventId}|${endpointId}`,
      state,
    ]),
  );
  const pairs = accepted.flatMap((event) => endpoints.map((one) => `${event}|${one.id}`));
  const left = [...Object.values(system.deadLetters), ...Object.values(system.queues)];
  return [
    ...pairs.filter((pair) => !arrived.has(pair)),
    ...pairs
      .filter((pair) => stateOf.get(pair) !== 'delivered')
      .map((pair) => `${pair} ${stateOf.get(pair)}`),
    ...left.flatMap((queue) => queue.bodies().map((body) => `${queue.name}: ${body}`)),
  ];
}

describe('the ledger away from one function', () => {
  const functions: readonly FunctionName[] = ['fan-out', 'dispatch', 'wake', 'sweep'];
  const outages = functions.flatMap((name) => [8, 15, 60, 600].map((m) => [name, m] as const));
  it.each(outages)('%s, for %d minutes', async (outageOf, minutes) => {
    for (const seed of SEEDS) {
      const outageMs = minutes * MINUTE_MS;
      const missing = await missingAfter({
        plan: {
          ...quietPlan(seed),
          outages: [{ what: 'table ledger', for: outageOf, fromMs: 0, untilMs: outageMs }],
        },
        postedForMs: outageMs,
        wellAfterMs: outageMs / 2,
        endMs: 2 * outageMs + 3 * SETTLED_MS,
      });
      expect(missing).toEqual([]);
    }
  });
});

describe('a queue for 13 days', () => {
  const awayMs = 13 * DAY_MS;
  const outage = { postedForMs: 20 * MINUTE_MS, wellAfterMs: HOUR_MS, endMs: awayMs + 2 * DAY_MS };

  it.each(QUEUE_NAMES)('that nobody drains: %s', async (name) => {
    const missing = await missingAfter({
      ...outage,
      plan: quietPlan(1),
      prepare({ clock, queues }) {
        queues[name].pause();
        clock.at(START_MS + awayMs, () => queues[name].resume());
      },
    });
    expect(missing).toEqual([]);
  });

  it.each(QUEUE_NAMES)('that takes no messages: %s', async (name) => {
    const missing = await missingAfter({
      ...outage,
      plan: {
        ...quietPlan(1),
        outages: [{ what: `queue ${name}`, fromMs: 0, untilMs: awayMs }],
      },
    });
    expect(missing).toEqual([]);
  });
});

describe('the whole stack stopped for 30 days', () => {
  it.each([2, 5, 20, 90, 240])('after %d minutes', async (minutes) => {
    for (const seed of SEEDS) {
      const missing = await missingAfter({
        plan: {
          ...quietPlan(seed),
          stops: [{ atMs: minutes * MINUTE_MS, downMs: 30 * DAY_MS }],
        },
        // All events are in the ledger by then.
        postedForMs: MINUTE_MS,
        wellAfterMs: 8 * HOUR_MS,
        endMs: 33 * DAY_MS,
      });
      expect(missing).toEqual([]);
    }
  });
});
