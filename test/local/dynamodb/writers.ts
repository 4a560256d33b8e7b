// A process that starts DynamoDB on a folder, says how index, stream and table differ, and writes until it is killed.

import { setTimeout as delay } from 'node:timers/promises';
import { agreementOf, callsTo, startAlone } from './agreement.ts';

const KEYS = 60;
const WRITERS = 25;
const TABLE = 'ledger';

const [folder = ''] = process.argv.slice(2);
const { url, openStream } = await startAlone(folder);
const calls = callsTo(url);
const call = (operation: string, body: object) => calls(operation, { TableName: TABLE, ...body });

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

const stream = await openStream(TABLE, 'arn');
/** The items as the stream tells of them, from the first write on. */
const told = new Map<string, string>();
for (const { dynamodb } of await stream.read(1_000_000, Number.POSITIVE_INFINITY)) {
  const { Keys, NewImage, OldImage } = dynamodb;
  const name = JSON.stringify(Keys);
  if (told.get(name) !== (OldImage && textOf(OldImage))) told.set(`${name} in order`, 'no');
  if (NewImage) told.set(name, textOf(NewImage));
  else told.delete(name);
}
const { Items: items } = await call('Scan', {});
const inTable = new Set<string>(items.map(textOf));
const inStream = new Set(told.values());
const untold = [...inTable, ...inStream].filter((one) => !inTable.has(one) || !inStream.has(one));
console.log(JSON.stringify({ ...(await agreementOf(calls)), untold }));

function textOf(item: object): string {
  return JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
}

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
