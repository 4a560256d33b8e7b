// The checker must be able to fail: parts that are broken on purpose, each of which it has to notice.
import { describe, expect, it } from 'vitest';
import type { Services } from '../../local/simulation/system/adapters.ts';
import type { Sabotage } from '../../local/simulation/system/system.ts';
import type { Finding } from './checker.ts';
import { noisyPlan, quietPlan } from './plan.ts';
import { only, withCalls } from './sabotage.ts';
import { runVirtually } from './virtual-run.ts';

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

/** As if all had been sent. */
const sent = async ({ Entries }: { Entries: readonly { Id: string }[] }) => ({
  Successful: Entries.map(({ Id }) => ({ Id })),
  Failed: [],
});
const sendsNothing = (services: Services): Services =>
  withCalls(services, (operation, input) =>
    operation === 'SendMessageBatch' ? sent(input) : undefined,
  );
describe('the checker notices', () => {
  it('nothing where nothing is broken', async () => {
    for (const seed of SEEDS) {
      expect((await runVirtually(quietPlan(seed), (services) => services)).findings).toEqual([]);
    }
  });

  it('an ingest that answers before SQS has the event', async () => {
    const sabotage = only('ingest', sendsNothing);
    expect(await isFound('target without item or message', sabotage)).toBe(true);
  });

  it('an ingest that gives a repeat an id of its own', async () => {
    const sabotage = only('ingest', (services) =>
      withCalls(services, (operation, { ConditionExpression, ...input }, make) =>
        operation === 'PutItem' ? make({ ...input, ConditionExpression: undefined }) : undefined,
      ),
    );
    expect(await isFound('unknown event', sabotage)).toBe(true);
  });

  it('a fan-out that forgets a target', async () => {
    const sabotage = only('fan-out', (services) =>
      withCalls(services, (operation, { Entries, ...input }, make) => {
        if (operation !== 'SendMessageBatch') return undefined;
        if (Entries.length === 1) return sent({ Entries });
        return make({ ...input, Entries: Entries.slice(1) });
      }),
    );
    expect(await isFound('lost', sabotage)).toBe(true);
    expect(await isFound('target without item or message', sabotage)).toBe(true);
  });

  it('a fan-out that stores an event without its last target', async () => {
    const withoutLast = (item: { tg?: { S: string } }) => ({
      ...item,
      tg: { S: (item.tg?.S ?? '').split(' ').slice(0, -1).join(' ') },
    });
    const sabotage = only('fan-out', (services) =>
      withCalls(services, (operation, input, make) => {
        if (operation === 'PutItem') return make({ ...input, Item: withoutLast(input.Item) });
        if (operation !== 'BatchWriteItem') return undefined;
        // biome-ignore lint/suspicious/noExplicitAny: as they were made
        const ledger = input.RequestItems.ledger.map(({ PutRequest }: any) => ({
          PutRequest: { Item: withoutLast(PutRequest.Item) },
        }));
        return make({ RequestItems: { ledger } });
      }),
    );
    expect(await isFound('target without item or message', sabotage)).toBe(true);
  });

  it('a dispatch that is done with a message before it wrote the outcome', async () => {
    const sabotage = only('dispatch', (services) =>
      withCalls(services, (operation) =>
        operation === 'BatchWriteItem' ? Promise.resolve({}) : undefined,
      ),
    );
    expect(await isFound('stuck', sabotage)).toBe(true);
  });

  it('a dispatch that forgets the next message, and leaves it to the look the day after', async () => {
    expect(await isFound('anything', only('dispatch', sendsNothing))).toBe(true);
  });

  it('a dispatch that forgets the next message and the look after it', async () => {
    const enters = /"(?:pk)":\{"S":"wake#/;
    const sabotage = only('dispatch', (services) =>
      withCalls(sendsNothing(services), (operation, input) =>
        operation === 'UpdateItem' && enters.test(JSON.stringify(input.Key))
          ? Promise.resolve({})
          : undefined,
      ),
    );
    expect(await isFound('stuck', sabotage)).toBe(true);
  });

  it('a dispatch that claims nothing, where messages are doubled', async () => {
    const sabotage = only('dispatch', (services) =>
      withCalls(services, (operation, { ConditionExpression, ...input }, make) => {
        const isClaim = operation === 'UpdateItem' && ':holder' in input.ExpressionAttributeValues;
        return isClaim
          ? make({ ...input, ConditionExpression: 'attribute_exists(pk)' })
          : undefined;
      }),
    );
    expect(await isFound('anything', sabotage, noisyPlan)).toBe(true);
  });

  it('a request that goes out twice for no reason', async () => {
    expect(
      await isFound('unexplained duplicate', (services) => ({
        ...services,
        sender: {
          send: async (request) => {
            await services.sender.send(request);
            return services.sender.send(request);
          },
        },
      })),
    ).toBe(true);
  });

  it('a changed byte of the data, and a changed byte of the signature', async () => {
    expect(
      await isFound('wrong bytes', (services) => ({
        ...services,
        sender: {
          send: (request) => {
            const body = Buffer.from(request.body.toString().replace('1.50', '1.5'));
            return services.sender.send({ ...request, body });
          },
        },
      })),
    ).toBe(true);
    expect(
      await isFound('wrong bytes', (services) => ({
        ...services,
        sender: {
          send: (request) => {
            const headers = request.headers.map(
              ([name, value]) =>
                [name, name === 'webhook-signature' ? `${value}x` : value] as const,
            );
            return services.sender.send({ ...request, headers });
          },
        },
      })),
    ).toBe(true);
  });

  it('a wake that strikes its entry and sends nothing', async () => {
    expect(await isFound('lost', only('wake', sendsNothing))).toBe(true);
  });

  it('a delivery that is written as delivered without being sent', async () => {
    const sabotage: Sabotage = (services) => ({
      ...services,
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
