// The checker must be able to fail: parts that are broken on purpose, each of which it has to notice.
import { describe, expect, it } from 'vitest';
import type { Finding } from './checker.ts';
import type { InstancePorts } from './guarded-ports.ts';
import { noisyPlan, quietPlan } from './plan.ts';
import { runVirtually } from './virtual-run.ts';
import type { Sabotage } from './world.ts';

const SEEDS = Array.from({ length: 12 }, (_, index) => 100 + index);
const DAY_MS = 86_400_000;

/** Whether the checker finds something of this kind in one of a few runs. */
async function isFound(kind: Finding['kind'] | 'anything', sabotage: Sabotage, plan = quietPlan) {
  for (const seed of SEEDS) {
    const { findings } = await runVirtually(plan(seed), sabotage, DAY_MS);
    if (findings.some((one) => kind === 'anything' || one.kind === kind)) return true;
  }
  return false;
}

const withQueues = (ports: InstancePorts, changed: Partial<InstancePorts['queues']>) => ({
  ...ports,
  queues: { ...ports.queues, ...changed },
});
const withLedger = (ports: InstancePorts, changed: Partial<InstancePorts['ledger']>) => ({
  ...ports,
  ledger: Object.assign(Object.create(ports.ledger), changed),
});
const nothingRefused = async () => new Set<never>();

describe('the checker notices', () => {
  it('nothing where nothing is broken', async () => {
    for (const seed of SEEDS) {
      expect((await runVirtually(quietPlan(seed), (ports) => ports)).findings).toEqual([]);
    }
  });

  it('an ingest that answers before SQS has the event', async () => {
    expect(
      await isFound('target without item or message', (ports, name) =>
        name === 'ingest' ? withQueues(ports, { sendEvents: nothingRefused }) : ports,
      ),
    ).toBe(true);
  });

  it('an ingest that gives a repeat an id of its own', async () => {
    expect(
      await isFound('unknown event', (ports) =>
        withLedger(ports, { reserve: async (_scope, _key, entry) => entry }),
      ),
    ).toBe(true);
  });

  it('a fan-out that forgets a target', async () => {
    const sabotage: Sabotage = (ports, name) =>
      name === 'fan-out'
        ? withQueues(ports, {
            sendDeliveries: (messages) => ports.queues.sendDeliveries(messages.slice(1)),
          })
        : ports;
    expect(await isFound('lost', sabotage)).toBe(true);
    expect(await isFound('target without item or message', sabotage)).toBe(true);
  });

  it('a fan-out that stores an event without its last target', async () => {
    expect(
      await isFound('target without item or message', (ports, name) =>
        name === 'fan-out'
          ? withLedger(ports, {
              putEvents: (stored) =>
                ports.ledger.putEvents(
                  stored.map((one) => ({ ...one, targets: one.targets.slice(0, -1) })),
                ),
            })
          : ports,
      ),
    ).toBe(true);
  });

  it('a dispatch that is done with a message before it wrote the outcome', async () => {
    expect(
      await isFound('stuck', (ports, name) =>
        name === 'dispatch' ? withLedger(ports, { putDeliveries: nothingRefused }) : ports,
      ),
    ).toBe(true);
  });

  const withoutRetries = (ports: InstancePorts) =>
    withQueues(ports, { sendRetries: nothingRefused });

  it('a dispatch that forgets the next message, and leaves it to the look the day after', async () => {
    expect(
      await isFound('not as on record', (ports, name) =>
        name === 'dispatch' ? withoutRetries(ports) : ports,
      ),
    ).toBe(true);
  });

  it('a dispatch that forgets the next message and the look after it', async () => {
    const note = async () => undefined;
    expect(
      await isFound('stuck', (ports, name) =>
        name === 'dispatch' ? { ...withoutRetries(ports), wakes: { ...ports.wakes, note } } : ports,
      ),
    ).toBe(true);
  });

  it('a dispatch that claims nothing, where messages are doubled', async () => {
    const claimless: Sabotage = (ports) =>
      withLedger(ports, {
        claim: async (request) => {
          const claim = await ports.ledger.claim(request);
          return claim.kind === 'held' || claim.kind === 'past'
            ? { kind: 'claimed', delivery: (request.fresh ?? {}) as never }
            : claim;
        },
      });
    expect(await isFound('anything', claimless, noisyPlan)).toBe(true);
  });

  it('a request that goes out twice for no reason', async () => {
    expect(
      await isFound('unexplained duplicate', (ports) => ({
        ...ports,
        sender: {
          send: async (request) => {
            await ports.sender.send(request);
            return ports.sender.send(request);
          },
        },
      })),
    ).toBe(true);
  });

  it('a changed byte of the data, and a changed byte of the signature', async () => {
    expect(
      await isFound('wrong bytes', (ports) => ({
        ...ports,
        sender: {
          send: (request) => {
            const body = Buffer.from(request.body.toString().replace('1.50', '1.5'));
            return ports.sender.send({ ...request, body });
          },
        },
      })),
    ).toBe(true);
    expect(
      await isFound('wrong bytes', (ports) => ({
        ...ports,
        sender: {
          send: (request) => {
            const headers = request.headers.map(
              ([name, value]) =>
                [name, name === 'webhook-signature' ? `${value}x` : value] as const,
            );
            return ports.sender.send({ ...request, headers });
          },
        },
      })),
    ).toBe(true);
  });

  it('a wake that strikes its entry and sends nothing', async () => {
    expect(
      await isFound('lost', (ports, name) =>
        name === 'wake' ? withQueues(ports, { sendRetries: nothingRefused }) : ports,
      ),
    ).toBe(true);
  });

  it('a delivery that is written as delivered without being sent', async () => {
    const sabotage: Sabotage = (ports) => ({
      ...ports,
      sender: {
        send: async () => ({
          outcome: { kind: 'response', response: { status: 200, headers: {}, body: '' } },
          startedAtMs: 0,
          endedAtMs: 0,
        }),
      },
    });
    expect(await isFound('lost', sabotage)).toBe(true);
    expect(await isFound('not as on record', sabotage)).toBe(true);
  });
});
