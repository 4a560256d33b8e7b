// The wake function: batches of the wakes queue.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { log } from '../adapters/log.ts';
import { countFaults, metered, metrics } from '../adapters/metrics.ts';
import { batchResponse } from '../core/deliveries/failed-record.ts';
import { cleanUp } from './erase.ts';
import { replay } from './replay.ts';
import { wake } from './wake.ts';
import { ports } from './wiring.ts';
import { workOff } from './work-off.ts';

async function handle(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const remainingMs = () => context.getRemainingTimeInMillis();
  let wakes = 0;
  const failed = await workOff(event.Records, (message) => {
    switch (message.kind) {
      case 'wake':
        wakes++;
        return wake(ports, message, remainingMs);
      case 'redaction':
      case 'erasure':
        return cleanUp(ports, message, remainingMs);
      case 'replay':
        return replay(ports, message, remainingMs);
      default:
        return message satisfies never;
    }
  });
  metrics.count('WakesHandled', {}, wakes);
  countFaults('wake', failed.length);
  for (const { messageId, error } of failed) log.error('wake failed', error, { messageId });
  return batchResponse(failed);
}

export const handler = metered(handle);
