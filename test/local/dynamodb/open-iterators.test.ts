// Regression: no query's iterator over LevelDB was closed, and each kept the files that there were when it was made.
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type DynamoDbEmulator, startDynamoDb } from '../../../local/dynamodb/emulator.ts';
import { Gatekeeper } from '../../../local/gate/gatekeeper.ts';
import { Meter } from '../../../local/gate/meter.ts';
import { eventually, temporaryFolder } from '../emulators.ts';

const folder = temporaryFolder();
const TableName = 'ledger';
const ITEMS = 60;
const gatekeeper = new Gatekeeper(new Meter());
gatekeeper.enforce({ allows: () => true } as never);
const credentials = gatekeeper.admit({ functionName: 'fn', roleName: 'role' });
let emulator: DynamoDbEmulator;
let client: DynamoDBClient;

beforeAll(async () => {
  emulator = await startDynamoDb(folder.path, gatekeeper);
  client = new DynamoDBClient({ region: 'us-east-1', endpoint: emulator.url, credentials });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'wk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'work',
          KeySchema: [{ AttributeName: 'wk', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
  for (let n = 0; n < ITEMS; n++) {
    // Large enough for a query to end at a megabyte.
    const Item = {
      pk: { S: 'a' },
      sk: { S: `s${n}` },
      wk: { S: 'w' },
      big: { S: 'x'.repeat(30_000) },
    };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
  folder.remove();
});

const query = (more: Partial<QueryCommandInput> = {}) =>
  new QueryCommand({
    TableName,
    KeyConditionExpression: 'pk = :a',
    ExpressionAttributeValues: { ':a': { S: 'a' } },
    ...more,
  });
const ofIndex = {
  IndexName: 'work',
  KeyConditionExpression: 'wk = :a',
  ExpressionAttributeValues: { ':a': { S: 'w' } },
};

const reads = {
  'a query that ends at a megabyte': () => query(),
  'a query with a limit': () => query({ Limit: 3 }),
  'a query that finds nothing': () =>
    query({ ExpressionAttributeValues: { ':a': { S: 'nobody' } } }),
  'a query of the newest first': () => query({ ScanIndexForward: false, Limit: 1 }),
  'a query that counts': () => query({ Select: 'COUNT' }),
  'a query with a filter': () => query({ FilterExpression: 'attribute_exists(wk)', Limit: 5 }),
  'a query of an index, to its end': () => query(ofIndex),
  'a query of an index with a limit': () => query({ ...ofIndex, Limit: 2 }),
  'a scan that ends at a megabyte': () => new ScanCommand({ TableName }),
  'a scan with a limit': () => new ScanCommand({ TableName, Limit: 2 }),
  'a list of tables': () => new ListTablesCommand({}),
};

describe('an iterator is closed after', () => {
  it.each(Object.entries(reads))('%s', async (_, read) => {
    // Each is of another input and output: what it answers is not looked at.
    for (let n = 0; n < 5; n++) await client.send(read() as QueryCommand);
    await eventually(() => emulator.openIterators() === 0);
  });

  it('a query whose caller hangs up', async () => {
    for (let n = 0; n < 20; n++) {
      await client.send(query(), { abortSignal: AbortSignal.timeout(n) }).catch(() => undefined);
    }
    await client.send(query({ Limit: 1 }));
    await eventually(() => emulator.openIterators() === 0);
  });

  it('a table that is deleted', async () => {
    await client.send(new DeleteTableCommand({ TableName }));
    await eventually(() => emulator.openIterators() === 0);
  });
});
