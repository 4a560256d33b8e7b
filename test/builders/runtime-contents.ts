// All that an embedded runtime has stored: its tables item by item, its queues as they are on disk, its archive as lines.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Runtime } from '../../local/runtime.ts';
import { dumpTable } from './table-dump.ts';

interface Contents {
  readonly tables: string;
  /** Of the tables: what analytics counted. */
  readonly rollups: string;
  readonly queues: string;
  readonly archive: string;
}

export async function contentsOf(runtime: Runtime): Promise<Contents> {
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
    const isOfRollups = (partition: string) => partition.endsWith('#rollups');
    const rollups = await Promise.all(names.map((name) => dumpTable(client, name, isOfRollups)));
    return {
      tables: tables.join('\n'),
      rollups: rollups.join('\n'),
      queues: filesUnder(runtime.folder.subfolder('queues')),
      archive: filesUnder(runtime.folder.subfolder('objects')),
    };
  } finally {
    client.destroy();
  }
}

function filesUnder(path: string): string {
  if (!statSync(path).isDirectory()) {
    const bytes = readFileSync(path);
    return path.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('latin1');
  }
  return readdirSync(path)
    .map((name) => filesUnder(join(path, name)))
    .join('\n');
}
