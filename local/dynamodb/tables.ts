// Makes the template's DynamoDB tables in dynalite: keys and indexes; what dynalite does not know
// (TTL, streams, recovery, encryption) has no effect on one machine.
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { REGION } from '../aws-names.ts';
import type { Credentials } from '../gate/gatekeeper.ts';
import type { Stack } from '../stack/stack.ts';
import { StartFailure } from '../start-failure.ts';

const keySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);
const tableProperties = z.object({
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.object({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.object({
          ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .default([]),
});
type TableProperties = z.infer<typeof tableProperties>;

export async function createTables(stack: Stack, endpoint: string, credentials: Credentials) {
  const client = new DynamoDBClient({
    endpoint,
    region: REGION,
    credentials,
  });
  try {
    for (const table of stack.resources('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')) {
      const name = stack.reference(table.logicalId);
      await ensureTable(client, name, tableProperties.parse(table.properties));
    }
  } finally {
    client.destroy();
  }
}

async function ensureTable(client: DynamoDBClient, name: string, wanted: TableProperties) {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    const existing = shapeOf(Table?.KeySchema ?? [], Table?.GlobalSecondaryIndexes ?? []);
    if (existing !== shapeOf(wanted.KeySchema, wanted.GlobalSecondaryIndexes)) {
      throw new StartFailure(
        `table ${name} in the data folder does not have the keys and indexes of the stack, and dynalite cannot change them: start with an empty data folder (POSTHORN_DATA_DIR)`,
      );
    }
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    await client.send(new CreateTableCommand(createInput(name, wanted)));
  }
}

function createInput(name: string, wanted: TableProperties): CreateTableCommandInput {
  const indexes = wanted.GlobalSecondaryIndexes.map(({ Projection, ...index }) => ({
    ...index,
    Projection: {
      ProjectionType: Projection.ProjectionType,
      ...(Projection.NonKeyAttributes && { NonKeyAttributes: Projection.NonKeyAttributes }),
    },
  }));
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: wanted.AttributeDefinitions,
    KeySchema: wanted.KeySchema,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
  };
}

interface KeyPart {
  AttributeName?: string | undefined;
}
interface Index {
  IndexName?: string | undefined;
  KeySchema?: KeyPart[] | undefined;
}

function shapeOf(keys: KeyPart[], indexes: Index[]): string {
  const names = (schema: KeyPart[] = []) => schema.map((part) => part.AttributeName).join('+');
  const indexShapes = indexes.map((index) => `${index.IndexName}:${names(index.KeySchema)}`);
  return [names(keys), ...indexShapes.sort()].join(' ');
}
