// All that an embedded runtime has stored: its tables item by item, its queues as they are on disk.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Runtime } from '../../local/runtime.ts';
import { dumpTable } from './table-dump.ts';

export async function contentsOf(runtime: Runtime): Promise<{ tables: string; queues: string }> {
  const client = new DynamoDBClient({
    endpoint: runtime.aws.dynamoDbUrl,
    region: 'us-east-1',
    credentials: runtime.aws.credentials,
  });
  try {
    const names = runtime.stack
      .resources('AWS::DynamoDB::GlobalTable')
      .map(({ logicalId }) => runtime.stack.reference(logicalId));
    const tables = await Promise.all(names.map((name) => dumpTable(client, name)));
    return { tables: tables.join('\n'), queues: filesUnder(runtime.folder.subfolder('queues')) };
  } finally {
    client.destroy();
  }
}

function filesUnder(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path).toString('latin1');
  return readdirSync(path)
    .map((name) => filesUnder(join(path, name)))
    .join('\n');
}
