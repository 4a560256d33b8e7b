// All that a table holds, as one text: what must not be stored must not be in it, however it is spelled.

import { inflateRawSync } from 'node:zlib';
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';

/** @param isWanted by the partition */
export async function dumpTable(
  client: DynamoDBClient,
  table: string,
  isWanted: (partition: string) => boolean = () => true,
): Promise<string> {
  const texts: string[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: table, ...(start ? { ExclusiveStartKey: start } : {}) }),
    );
    for (const item of page.Items ?? []) {
      if (isWanted(item.pk?.S ?? '')) texts.push(...textsIn({ M: item }));
    }
    start = page.LastEvaluatedKey;
  } while (start);
  return texts.join('\n');
}

/** Bytes as text, and inflated where they are deflated. */
function textsIn(value: AttributeValue): string[] {
  if (value.S !== undefined) return [value.S];
  if (value.N !== undefined) return [value.N];
  if (value.L) return value.L.flatMap(textsIn);
  if (value.M) return Object.entries(value.M).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
  if (!value.B) return [];
  const bytes = Buffer.from(value.B);
  try {
    return [bytes.toString('latin1'), inflateRawSync(bytes).toString('utf8')];
  } catch {
    return [bytes.toString('latin1')];
  }
}
