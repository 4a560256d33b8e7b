// The template's event source mappings of streams, started.
import { z } from 'zod';
import { functionNameOf, nameInArn } from '../aws-names.ts';
import type { DynamoDbEmulator } from '../dynamodb/emulator.ts';
import { streamNeeds } from '../gate/aws-calls.ts';
import type { Permissions } from '../gate/permissions.ts';
import { type Json, textOf } from '../json.ts';
import type { Stack } from '../stack/stack.ts';
import { type Invoked, requireGranted } from './event-sources.ts';
import { StreamSource } from './stream-source.ts';

const mappingProperties = z.object({
  FunctionName: z.string(),
  // The emulator tries again without end, and so does the stack: see lib/functions/record.ts.
  MaximumRetryAttempts: z.literal(-1),
  MaximumRecordAgeInSeconds: z.literal(-1),
  BatchSize: z.number().default(100),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  FunctionResponseTypes: z.array(z.string()).default([]),
  FilterCriteria: z
    .object({ Filters: z.array(z.object({ Pattern: z.string() })) })
    .default({ Filters: [] }),
});

interface StreamSurroundings {
  dynamoDb: Pick<DynamoDbEmulator, 'openStream'>;
  functions: ReadonlyMap<string, Pick<Invoked, 'definition' | 'invoke'>>;
  permissions: Permissions;
  onFailure(error: unknown): void;
}

export async function startStreamSources(
  stack: Stack,
  { dynamoDb, functions, permissions, onFailure }: StreamSurroundings,
): Promise<StreamSource[]> {
  const sources: StreamSource[] = [];
  for (const { properties } of stack.resources('AWS::Lambda::EventSourceMapping')) {
    const arn = textOf(properties.EventSourceArn);
    if (!arn.includes(':dynamodb:')) continue;
    const mapping = mappingProperties.parse(properties);
    const { FilterCriteria } = mapping;
    const name = functionNameOf(mapping.FunctionName);
    const host = functions.get(name);
    const table = /^table\/([^/]+)\/stream\//.exec(nameInArn(arn))?.[1];
    if (host === undefined || table === undefined) {
      throw new Error(`no table or function for the event source ${arn}`);
    }
    requireStream(permissions, host.definition.roleName, arn);
    const filter = FilterCriteria.Filters.map(({ Pattern }): Json => JSON.parse(Pattern));
    const stream = await dynamoDb.openStream(table, arn, filter);
    const source = new StreamSource({
      stream,
      batchSize: mapping.BatchSize,
      windowMs: mapping.MaximumBatchingWindowInSeconds * 1000,
      reportsBatchItemFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
      invoke: (event) => host.invoke(event),
      onFailure,
    });
    sources.push(source);
  }
  return sources;
}

/** @throws StartFailure if the role lacks what Lambda needs to read the stream for its function */
export function requireStream(permissions: Permissions, roleName: string, arn: string): void {
  requireGranted(permissions, roleName, streamNeeds(arn));
}
