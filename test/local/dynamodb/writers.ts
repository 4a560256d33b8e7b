// A process that starts DynamoDB on a folder, says how index and table differ, and writes until it is killed.

import { setTimeout as delay } from 'node:timers/promises';
import { startDynamoDb } from '../../../local/dynamodb/emulator.ts';
import { HOST } from '../../../local/gate/gatekeeper.ts';
import { only } from '../../builders/ports.ts';

const KEYS = 60;
const WRITERS = 25;
const TABLE = 'ledger';

const [folder = ''] = process.argv.slice(2);
const gatekeeper = only<Parameters<typeof startDynamoDb>[1]>({
  check: () => undefined,
  callerOf: () => HOST,
});
const { url } = await startDynamoDb(folder, gatekeeper);

async function call(operation: string, body: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=a/20260101/a/dynamodb/aws4_request, SignedHeaders=host, Signature=a',
    },
    body: JSON.stringify({ TableName: TABLE, ...body }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
  return (await response.json()) as any;
}

const key = (name: string, KeyType: string) => ({ AttributeName: name, KeyType });
const typed = (name: string, AttributeType: string) => ({ AttributeName: name, AttributeType });
const statusOf = async () => (await call('DescribeTable', {})).Table?.TableStatus;
if (!(await statusOf())) {
  await call('CreateTable', {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [typed('pk', 'S'), typed('sk', 'S'), typed('wk', 'S'), typed('wat', 'N')],
    KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'work',
        KeySchema: [key('wk', 'HASH'), key('wat', 'RANGE')],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
}

while ((await statusOf()) !== 'ACTIVE') await delay(5);

/** The items that are to be in the index, as text. */
async function placesIn(place: object): Promise<string[]> {
  const { Items } = await call('Scan', place);
  const places = Items.filter((item: { wk?: object }) => item.wk).map(
    // biome-ignore lint/suspicious/noExplicitAny: see above
    ({ pk, sk, wk, wat }: any) => `${pk.S} ${sk.S} ${wk.S} ${wat.N}`,
  );
  return places.sort();
}
const [stored, indexed] = await Promise.all([placesIn({}), placesIn({ IndexName: 'work' })]);
const missing = stored.filter((place) => !indexed.includes(place));
const stale = indexed.filter((place) => !stored.includes(place));
console.log(JSON.stringify({ stored: stored.length, missing, stale }));

const upTo = (count: number) => Math.floor(Math.random() * count);
async function write(): Promise<void> {
  for (;;) {
    const Key = { pk: { S: 'p' }, sk: { S: `${upTo(KEYS)}` } };
    const place = { wk: { S: `k${upTo(3)}` }, wat: { N: `${upTo(1_000)}` } };
    const writes = [
      ['PutItem', { Item: { ...Key, ...place } }],
      ['UpdateItem', { Key, UpdateExpression: 'REMOVE wk, wat' }],
      [
        'UpdateItem',
        {
          Key,
          UpdateExpression: 'SET wat = :wat, wk = :wk',
          ExpressionAttributeValues: { ':wat': place.wat, ':wk': place.wk },
        },
      ],
      ['DeleteItem', { Key }],
      ['PutItem', { Item: Key }],
    ] as const;
    const [operation, body] = writes[upTo(writes.length)] ?? writes[0];
    await call(operation, body);
  }
}
await Promise.all(Array.from({ length: WRITERS }, write));
