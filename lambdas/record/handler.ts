// The record function: batches of the ledger's stream, filtered to deliveries.
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { createArchive } from '../adapters/analytics/archive.ts';
import { createDueHours } from '../adapters/analytics/due-hours.ts';
import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { createS3 } from '../adapters/aws/s3.ts';
import { log } from '../adapters/log.ts';
import { metered, metrics } from '../adapters/metrics.ts';
import { surroundings, variable } from '../adapters/surroundings.ts';
import { Env } from '../environment.ts';
import { type RecordPorts, record } from './record.ts';

const ports: RecordPorts = {
  archive: createArchive(createS3(), variable(Env.archiveBucket)),
  hours: createDueHours(tableOf(createDynamoDb(), variable(Env.ledgerTable))),
  surroundings,
  reportUnread(key, fault) {
    metrics.count('RecordsUnread');
    log.error('a write of the ledger could not be read', fault, { key });
  },
  reportFailure(hour, error) {
    log.error('not archived, and tried again', error, { hour });
  },
};

export const handler = metered(
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const from = await record(ports, Records);
    return { batchItemFailures: from === undefined ? [] : [{ itemIdentifier: from }] };
  },
);
