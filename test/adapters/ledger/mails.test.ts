// How often strangers are asked, counted in the ledger.
import { beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createMailProgress } from '../../../lambdas/adapters/ledger/mails/progress.ts';
import { createQuestionLedger } from '../../../lambdas/adapters/ledger/mails/questions.ts';
import { createCallCounts } from '../../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../../local/simulation/memory/dynamodb/service.ts';

const NOW_MS = 1_767_225_600_000;
const DAY_MS = 86_400_000;
const acme = { tenant: 'acme', environment: 'live' } as const;

let table: ReturnType<typeof tableOf>;
beforeEach(() => {
  const memory = createMemoryDynamoDb(createCallCounts(), {
    nowMs: () => NOW_MS,
    indexLagMs: () => 0,
  });
  table = tableOf(memory, LEDGER_TABLE);
});

describe('questions of a day', () => {
  const asked = async (tenants: readonly string[], address = 'zoe@example.com', atMs = NOW_MS) => {
    const { mayAsk } = createQuestionLedger(table);
    const answers: boolean[] = [];
    for (const tenant of tenants) answers.push(await mayAsk({ ...acme, tenant }, address, atMs));
    return answers.filter(Boolean).length;
  };

  it('are three from a tenant to an address, in whatever case, and as many tomorrow', async () => {
    expect(await asked(Array(4).fill('acme'))).toBe(3);
    expect(await asked(['acme'], 'ZOE@example.com')).toBe(0);
    expect(await asked(['acme'], 'kim@example.com')).toBe(1);
    expect(await asked(['acme'], 'zoe@example.com', NOW_MS + DAY_MS)).toBe(1);
  });

  it('of one tenant leave an address to others, and 20 go there in all', async () => {
    expect(await asked(Array(10).fill('acme'))).toBe(3);
    expect(await asked(Array.from({ length: 30 }, (_, n) => `t${n}`))).toBe(17);
  });

  it('are a hundred from a tenant', async () => {
    let count = 0;
    for (let n = 0; n < 120; n++) count += await asked(['acme'], `a${n}@example.com`);
    expect(count).toBe(100);
    expect(await asked(['other'], 'a119@example.com')).toBe(1);
  });

  it('are counted without addresses', async () => {
    await asked(['acme']);
    const { Items } = await table.call('Query', {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'live#acme#questions' } },
    });
    expect(Items).toHaveLength(2);
    expect(JSON.stringify(Items)).not.toContain('zoe');
  });
});

it('progress is kept for each delivery, without addresses', async () => {
  const { read, write, isDone } = createMailProgress(table);
  const place = { ...acme, id: 'ep_1' };
  expect((await read(place, 'wh_1')).size).toBe(0);
  await write(place, 'wh_1', ['zoe@example.com'], NOW_MS);
  const done = await read(place, 'wh_1');
  expect([isDone(done, 'zoe@example.com'), isDone(done, 'kim@example.com')]).toEqual([true, false]);
  expect([...done].join()).not.toContain('zoe');
  expect((await read(place, 'wh_2')).size).toBe(0);
  await write(place, 'wh_1', [], NOW_MS);
  expect((await read(place, 'wh_1')).size).toBe(0);
});
