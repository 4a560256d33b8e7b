// Whether the indexes of an embedded DynamoDB agree with its tables: read over its own HTTP, for a process that was
// killed before.
import { startDynamoDb } from '../../../local/dynamodb/emulator.ts';
import { HOST } from '../../../local/gate/gatekeeper.ts';
import { only } from '../../builders/ports.ts';

type Attributes = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

export interface Agreement {
  /** Places that the tables' items have in indexes. */
  readonly stored: number;
  /** Places that are not in the index, or not as the item says. */
  readonly missing: readonly string[];
  /** What an index holds that no item says. */
  readonly stale: readonly string[];
}

/** DynamoDB on a folder that no other process uses. */
export function startAlone(folder: string): ReturnType<typeof startDynamoDb> {
  const gatekeeper = only<Parameters<typeof startDynamoDb>[1]>({
    check: () => undefined,
    callerOf: () => HOST,
  });
  return startDynamoDb(folder, gatekeeper);
}

export function callsTo(url: string) {
  return async (operation: string, body: object) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=a/20260101/a/dynamodb/aws4_request, SignedHeaders=host, Signature=a',
      },
      body: JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
    return (await response.json()) as any;
  };
}

export async function agreementOf(call: ReturnType<typeof callsTo>): Promise<Agreement> {
  const sums = { stored: 0, missing: [] as string[], stale: [] as string[] };
  for (const TableName of (await call('ListTables', {})).TableNames) {
    const { Table } = await call('DescribeTable', { TableName });
    for (const { IndexName, KeySchema } of Table.GlobalSecondaryIndexes ?? []) {
      const names: string[] = [...Table.KeySchema, ...KeySchema].map(
        ({ AttributeName }) => AttributeName,
      );
      const placesIn = async (place: object): Promise<string[]> => {
        const places: string[] = [];
        let ExclusiveStartKey: Attributes | undefined;
        do {
          const page = await call('Scan', { TableName, ...place, ExclusiveStartKey });
          const items: Attributes[] = page.Items;
          const whole = items.filter((item) => names.every((name) => item[name]));
          places.push(...whole.map((item) => JSON.stringify(names.map((name) => item[name]))));
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey);
        return places;
      };
      const [stored, indexed] = await Promise.all([placesIn({}), placesIn({ IndexName })]);
      const [storedOnes, indexedOnes] = [new Set(stored), new Set(indexed)];
      sums.stored += stored.length;
      sums.missing.push(...stored.filter((place) => !indexedOnes.has(place)));
      sums.stale.push(...indexed.filter((place) => !storedOnes.has(place)));
    }
  }
  return sums;
}

/** Of a folder whose process is gone. */
export async function agreementIn(folder: string): Promise<Agreement> {
  const { url, close } = await startAlone(folder);
  try {
    return await agreementOf(callsTo(url));
  } finally {
    await close();
  }
}
