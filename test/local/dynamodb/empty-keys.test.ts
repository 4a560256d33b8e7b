// DynamoDB takes no empty string for a key, wherever it stands: neither does the emulator, nor the one in memory.
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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoDbEmulator, startDynamoDb } from '../../../local/dynamodb/emulator.ts';
import { Gatekeeper } from '../../../local/gate/gatekeeper.ts';
import { Meter } from '../../../local/gate/meter.ts';
import { createCallCounts } from '../../../local/simulation/memory/call-counts.ts';
import { createMemoryDynamoDb } from '../../../local/simulation/memory/dynamodb/service.ts';
import { temporaryFolder } from '../emulators.ts';

const folder = temporaryFolder();
const TableName = 'ledger';
let emulator: DynamoDbEmulator;
let client: DynamoDBClient;

beforeAll(async () => {
  const gatekeeper = new Gatekeeper(new Meter());
  gatekeeper.enforce({ allows: () => true } as never);
  emulator = await startDynamoDb(folder.path, gatekeeper);
  const credentials = gatekeeper.admit({ functionName: 'fn', roleName: 'role' });
  client = new DynamoDBClient({ region: 'us-east-1', endpoint: emulator.url, credentials });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
  folder.remove();
});

const key = (sk: string) => ({ pk: { S: 'a' }, sk: { S: sk } });
const query = (condition: string, values: readonly string[]) =>
  new QueryCommand({
    TableName,
    KeyConditionExpression: `pk = :v0 AND ${condition}`,
    ExpressionAttributeValues: Object.fromEntries(values.map((S, index) => [`:v${index}`, { S }])),
  });
const requests = {
  'an item put': (sk: string) => new PutItemCommand({ TableName, Item: key(sk) }),
  'an item read': (sk: string) => new GetItemCommand({ TableName, Key: key(sk) }),
  'an item updated': (sk: string) =>
    new UpdateItemCommand({
      TableName,
      Key: key(sk),
      UpdateExpression: 'SET b = :b',
      ExpressionAttributeValues: { ':b': { S: '' } },
    }),
  'an item deleted': (sk: string) => new DeleteItemCommand({ TableName, Key: key(sk) }),
  'items put': (sk: string) =>
    new BatchWriteItemCommand({
      RequestItems: { [TableName]: [{ PutRequest: { Item: key(sk) } }] },
    }),
  'items read': (sk: string) =>
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key(sk)] } } }),
  'a query of a key': (sk: string) => query('sk = :v1', ['a', sk]),
  'a query after a key': (sk: string) => query('sk > :v1', ['a', sk]),
  'a query between keys': (sk: string) => query('sk BETWEEN :v1 AND :v2', ['a', sk, '~']),
  'a query of a prefix': (sk: string) => query('begins_with(sk, :v1)', ['a', sk]),
  'a query of a partition': (pk: string) => query('sk > :v1', [pk, 'b']),
};

const refused = {
  name: 'ValidationException',
  message: expect.stringMatching(/cannot contain an empty string value/),
};

describe.each(Object.entries(requests))('%s takes no empty key', (_, request) => {
  // Each is of another input and output: what it answers is not looked at.
  it('of the emulator', async () => {
    const send = (text: string) => client.send(request(text) as PutItemCommand);
    await send('b');
    await expect(send('')).rejects.toMatchObject(refused);
  });

  it('in memory', async () => {
    const memory = createMemoryDynamoDb(createCallCounts(), { nowMs: () => 0 });
    const send = (text: string) => {
      const command = request(text) as PutItemCommand;
      const operation = command.constructor.name.replace('Command', '') as 'PutItem';
      return memory.call(operation, command.input);
    };
    await send('b');
    await expect(send('')).rejects.toMatchObject(refused);
  });
});
