// The cost meter's DynamoDB units, against AWS's arithmetic written out as literals: a write unit per
// begun KB of the larger of old and new item, a read unit per begun 4 KB, and what the index adds.
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type DynamoDbEmulator, startDynamoDb } from '../../../local/dynamodb/emulator.ts';
import { Gatekeeper } from '../../../local/gate/gatekeeper.ts';
import { Meter } from '../../../local/gate/meter.ts';
import { temporaryFolder } from '../emulators.ts';

const folder = temporaryFolder();
const meter = new Meter();
const TABLE = 'ledger';
let emulator: DynamoDbEmulator;
let client: DynamoDBClient;

beforeAll(async () => {
  const gatekeeper = new Gatekeeper(meter);
  // Everything is allowed: what is tested is the meter.
  gatekeeper.enforce({ allows: () => true } as never);
  emulator = await startDynamoDb(folder.path, gatekeeper, true);
  const credentials = gatekeeper.admit({ functionName: 'fn', roleName: 'role' });
  client = new DynamoDBClient({ region: 'us-east-1', endpoint: emulator.url, credentials });
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'wk', AttributeType: 'S' },
        { AttributeName: 'wat', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'work',
          KeySchema: [
            { AttributeName: 'wk', KeyType: 'HASH' },
            { AttributeName: 'wat', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: TABLE });
  for (const [sk, size] of [
    ['small', 100],
    ['large', 9_000],
  ] as const) {
    await client.send(new PutItemCommand({ TableName: TABLE, Item: item(sk, size) }));
  }
});
beforeEach(() => meter.reset());
afterAll(async () => {
  client.destroy();
  await emulator.close();
  folder.remove();
});

/** An item of exactly so many bytes: names and values, `pk` + 1, `sk` + its text, `d` + the rest. */
function item(sk: string, bytes: number, more: object = {}) {
  const rest = bytes - (2 + 1) - (2 + sk.length) - 1;
  return { pk: { S: 'p' }, sk: { S: sk }, d: { S: 'x'.repeat(rest) }, ...more };
}
const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
const put = (sk: string, bytes: number, more: object = {}) =>
  new PutItemCommand({ TableName: TABLE, Item: item(sk, bytes, more) });
const get = (sk: string, consistent: boolean) =>
  new GetItemCommand({ TableName: TABLE, Key: key(sk), ConsistentRead: consistent });
const waiting = (due: string) => ({ wk: { S: 'ep#waiting#0' }, wat: { N: due } });
const move = (sk: string, due: string) =>
  new UpdateItemCommand({
    TableName: TABLE,
    Key: key(sk),
    UpdateExpression: 'SET wat = :due',
    ExpressionAttributeValues: { ':due': { N: due } },
  });
const batchPut = (...sizes: number[]) =>
  new BatchWriteItemCommand({
    RequestItems: {
      [TABLE]: sizes.map((size, index) => ({ PutRequest: { Item: item(`b${index}`, size) } })),
    },
  });

// biome-ignore lint/suspicious/noExplicitAny: the commands have no type in common that send takes
const cases: [what: string, command: any, readUnits: number, writeUnits: number][] = [
  ['a new item of 1,024 bytes', put('a', 1_024), 0, 1],
  ['a new item of 1,025 bytes', put('b', 1_025), 0, 2],
  ['a smaller item over one of 1,025 bytes: the larger counts', put('b', 500), 0, 2],
  ['a new item of 10 KB', put('c', 10_240), 0, 10],
  ['a consistent read of a small item', get('small', true), 1, 0],
  ['an eventually consistent one', get('small', false), 0.5, 0],
  ['a consistent read of 9,000 bytes', get('large', true), 3, 0],
  ['a read of nothing', get('missing', true), 1, 0],
  ['a batch of three: each rounded up alone', batchPut(100, 1_100, 2_100), 0, 6],
  [
    'a batch read: each rounded up alone',
    new BatchGetItemCommand({
      RequestItems: { [TABLE]: { Keys: [key('small'), key('large')], ConsistentRead: true } },
    }),
    4,
    0,
  ],
  [
    'a query: its items together, rounded up once',
    new QueryCommand({
      TableName: TABLE,
      KeyConditionExpression: 'pk = :p AND sk BETWEEN :a AND :b',
      ExpressionAttributeValues: { ':p': { S: 'p' }, ':a': { S: 'large' }, ':b': { S: 'small' } },
      ConsistentRead: true,
    }),
    3,
    0,
  ],
  ['an item that enters the index', put('w', 300, waiting('1')), 0, 2],
  ['one that moves in it', move('w', '2'), 0, 3],
  ['one that is written again at its place', move('w', '2'), 0, 1],
  ['one that leaves it', put('w', 300), 0, 2],
  ['a deletion', new DeleteItemCommand({ TableName: TABLE, Key: key('w') }), 0, 1],
  [
    'a failed condition',
    new PutItemCommand({
      TableName: TABLE,
      Item: item('small', 100),
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
    0,
    1,
  ],
];

it.each(cases)('%s', async (_, command, readUnits, writeUnits) => {
  await client.send(command).catch((error: Error) => {
    if (error.name !== 'ConditionalCheckFailedException') throw error;
  });
  const { 'dynamodb.readUnits': read = 0, 'dynamodb.writeUnits': written = 0 } =
    meter.units().fn ?? {};
  expect({ read, written }).toEqual({ read: readUnits, written: writeUnits });
});
