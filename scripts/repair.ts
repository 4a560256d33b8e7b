// `npm run repair`: has hours of analytics counted again from the archive, and refills the archive from the ledger first
// if asked. It runs with the operator's own credentials: no function may scan a table. See docs/analytics.md.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { createArchive } from '../lambdas/adapters/analytics/archive.ts';
import { createDueHours } from '../lambdas/adapters/analytics/due-hours.ts';
import { tableOf } from '../lambdas/adapters/aws/dynamodb/calls.ts';
import { createS3 } from '../lambdas/adapters/aws/s3.ts';
import { fromDeliveryItem } from '../lambdas/adapters/ledger/items.ts';
import { dynamoDbBySdk } from '../lambdas/adapters/on-demand/dynamodb.ts';
import { hoursBetween } from '../lambdas/core/analytics/hour.ts';
import { type LedgerPage, refill } from '../lambdas/core/analytics/refill.ts';
import { instantMs } from '../lambdas/core/instant.ts';
import { Env } from '../lambdas/environment.ts';
import { createFolderArchive } from './folder-archive.ts';

const USAGE = `npm run repair -- --ledger TABLE --since TIME --until TIME [--refill --bucket BUCKET]
Times are as 2026-11-30T09:00:00Z. Credentials and AWS_REGION are taken from the environment.
A refill that was stopped goes on where it was when it is started again in the same folder.`;

const { values } = parseArgs({
  options: {
    ledger: { type: 'string' },
    bucket: { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    refill: { type: 'boolean', default: false },
  },
});
const { ledger = '', bucket = '', since = '', until = '' } = values;
const [fromMs, toMs] = [instantMs(since), instantMs(until)];
const isUsable = ledger !== '' && fromMs < toMs && !(values.refill && bucket === '');
if (!isUsable) {
  console.error(USAGE);
  process.exit(1);
}
process.env[Env.urlSuffix] ??= 'amazonaws.com';

const client = new DynamoDBClient({});
const hours = createDueHours(tableOf(dynamoDbBySdk(client), ledger));
const newToken = (): string => randomBytes(16).toString('hex');
const wanted = hoursBetween(fromMs, toMs);

async function* read(from: string | undefined): AsyncGenerator<LedgerPage> {
  const query = {
    TableName: ledger,
    FilterExpression: 'attribute_exists(s)',
    ConsistentRead: true,
    ...(from !== undefined && { ExclusiveStartKey: JSON.parse(from) }),
  };
  for await (const { Items: items = [], LastEvaluatedKey: next } of paginateScan(
    { client },
    query,
  )) {
    const deliveries = items.map(fromDeliveryItem);
    yield { deliveries, ...(next && { next: JSON.stringify(next) }) };
  }
}

if (values.refill) {
  const folder = `refill-${ledger}-${fromMs}-${toMs}`;
  const [archive, staging] = [createArchive(createS3(), bucket), createFolderArchive(folder)];
  const ports = { archive, staging, hours, newToken, now: Date.now };
  const missing = await refill(ports, wanted, read);
  await rm(folder, { recursive: true });
  console.log(`${missing} lines were missing in the archive.`);
} else {
  for (const hour of wanted) await hours.mark(hour, newToken(), Date.now());
}
console.log('The hours are due: rollup counts them with its next runs.');
client.destroy();
