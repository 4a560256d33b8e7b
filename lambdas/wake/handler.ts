// The wake function: batches of the wakes queue.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { log } from '../adapters/log.ts';
import { countFaults, metered, metrics } from '../adapters/metrics.ts';
import { batchResponse } from '../core/deliveries/failed-record.ts';
import { carryOn } from './carry-on.ts';
import { ports } from './wiring.ts';
import { workOff } from './work-off.ts';

async function handle(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const remainingMs = () => context.getRemainingTimeInMillis();
  let wakes = 0;
  const failed = await workOff(ports.wakes, event.Records, (message) => {
    if (message.kind === 'wake') wakes++;
    return carryOn(ports, message, remainingMs);
  });
  metrics.count('WakesHandled', {}, wakes);
  countFaults('wake', failed.length);
  for (const { messageId, error } of failed) log.error('wake failed', error, { messageId });
  return batchResponse(failed);
}

export const handler = metered(handle);
