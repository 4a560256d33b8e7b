import { describe, expect, it } from 'vitest';
import type { DynamoDb } from '../../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { tableOf } from '../../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { batchPut, type Item } from '../../../../lambdas/adapters/aws/dynamodb/client.ts';

const item = (id: string, value = 'x'): Item => ({
  pk: { S: 'p' },
  sk: { S: id },
  v: { S: value },
});

interface BatchWrite {
  readonly RequestItems: Record<string, { PutRequest: { Item: Item } }[]>;
}

/** A client that refuses what DynamoDB refuses, and leaves unprocessed what it is told to. */
function fakeClient(isUnprocessed: (id: string, call: number) => boolean) {
  const stored = new Map<string, string>();
  let calls = 0;
  const call = async (_operation: string, input: BatchWrite) => {
    calls++;
    const requests = input.RequestItems.table ?? [];
    const ids = requests.map(({ PutRequest }) => PutRequest.Item.sk?.S ?? '');
    if (requests.length > 25) throw new Error('Too many items');
    if (new Set(ids).size < ids.length)
      throw new Error('Provided list of item keys contains duplicates');
    const left = requests.filter((_, index) => isUnprocessed(ids[index] ?? '', calls));
    for (const { PutRequest } of requests.filter((one) => !left.includes(one))) {
      stored.set(PutRequest.Item.sk?.S ?? '', PutRequest.Item.v?.S ?? '');
    }
    return { UnprocessedItems: left.length === 0 ? {} : { table: left } };
  };
  return { client: { call } as unknown as DynamoDb, stored };
}

describe('items that are put together', () => {
  it('go in batches of 25', async () => {
    const { client, stored } = fakeClient(() => false);
    const items = Array.from({ length: 60 }, (_, index) => item(`id-${index}`));
    expect(await batchPut(tableOf(client, 'table'), items)).toEqual(new Set());
    expect(stored.size).toBe(60);
  });

  it('are tried again where they stayed unprocessed', async () => {
    const { client, stored } = fakeClient((id, call) => id === 'b' && call === 1);
    expect(await batchPut(tableOf(client, 'table'), [item('a'), item('b'), item('c')])).toEqual(
      new Set(),
    );
    expect([...stored.keys()].sort()).toEqual(['a', 'b', 'c']);
  });

  it('are named by their places where they stay unprocessed for good', async () => {
    const { client } = fakeClient((id) => id === 'b');
    expect(await batchPut(tableOf(client, 'table'), [item('a'), item('b'), item('c')])).toEqual(
      new Set([1]),
    );
  });

  // Regression: an SQS duplicate in a batch made DynamoDB refuse the other 24, which were sent again.
  it('may name a key twice: the last one stands, and the others are not held up', async () => {
    const { client, stored } = fakeClient(() => false);
    const items = [item('a', 'first'), item('b'), item('a', 'last')];
    expect(await batchPut(tableOf(client, 'table'), items)).toEqual(new Set());
    expect([...stored]).toEqual([
      ['a', 'last'],
      ['b', 'x'],
    ]);
  });

  it('that share a key are refused together', async () => {
    const { client } = fakeClient((id) => id === 'a');
    const items = [item('a', 'first'), item('b'), item('a', 'last')];
    expect(await batchPut(tableOf(client, 'table'), items)).toEqual(new Set([0, 2]));
  });
});
