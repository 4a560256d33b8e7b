// How a function behind a queue answers a batch, and what it counts and logs of it.
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { batchResponse, type FailedRecord } from '../core/deliveries/failed-record.ts';
import { LeaseHeldError } from '../core/errors.ts';
import type { QueueFunction } from '../core/metrics.ts';
import { log } from './log.ts';
import { countFaults } from './metrics.ts';

/** A batch that fails as a whole counts as a fault for each of its messages. */
export async function answerBatch(
  name: QueueFunction,
  records: readonly SQSRecord[],
  work: () => Promise<readonly FailedRecord[]>,
): Promise<SQSBatchResponse> {
  const failed = await work().catch((error: unknown) => {
    countFaults(name, records.length);
    throw error;
  });
  for (const { messageId, error } of failed) {
    if (error instanceof LeaseHeldError) log.info('delivery held elsewhere', { messageId });
    else {
      countFaults(name, 1);
      log.error(`${name} failed`, error, { messageId });
    }
  }
  return batchResponse(failed);
}
