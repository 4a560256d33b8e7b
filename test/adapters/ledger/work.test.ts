// Reading the index of what still needs work, over a DynamoDB whose pages end early.
import { expect, it } from 'vitest';
import { type DynamoDb, tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import { only } from '../../builders/ports.ts';

const endpoint = { tenant: 'acme', environment: 'live', endpointId: 'ep_1' } as const;

/** Each shard holds five entries of one moment and gives two a page, as if 1 MB were reached. */
const cut = only<DynamoDb>({
  call: (async (_operation: string, { ExpressionAttributeValues, ExclusiveStartKey }: never) => {
    const shard = (ExpressionAttributeValues as { ':wk': { S: string } })[':wk'].S;
    const from = Number((ExclusiveStartKey as { n?: { N: string } } | undefined)?.n?.N ?? 0);
    const keys = [from, from + 1].filter((n) => n < 5);
    return {
      Items: keys.map((n) => ({ sk: { S: `evt_${shard}_${n}` }, wat: { N: '1000' } })),
      ...(from + 2 < 5 ? { LastEvaluatedKey: { n: { N: String(from + 2) } } } : {}),
    };
  }) as never,
});

it('goes on where a page ended before the limit, and stops at the limit', async () => {
  const work = createWorkLedger(tableOf(cut, 'ledger'));
  const all = await work.listDue(endpoint, 2_000, 1_000);
  expect(all.length % 5).toBe(0);
  expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(5);
  expect(await work.listDue(endpoint, 2_000, 3)).toHaveLength(3);
});
