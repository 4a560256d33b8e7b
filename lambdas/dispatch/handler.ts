// The dispatch function: batches of the deliveries queue, its slow lane and the retries queue.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { metered } from '../adapters/metrics.ts';
import { answerBatch } from '../adapters/queue-batch.ts';
import { queueUrls } from '../adapters/queues/queues.ts';
import type { DispatchQueue } from '../core/deliveries/message.ts';
import { type TestReport, testInvocationSchema } from '../core/deliveries/test.ts';
import { dispatch } from './dispatch.ts';
import { sendTest } from './test-delivery.ts';
import { ports, testPorts } from './wiring.ts';

async function handle(
  event: SQSEvent | { readonly test: unknown },
  context: Context,
): Promise<SQSBatchResponse | TestReport> {
  if ('test' in event) return sendTest(testPorts, testInvocationSchema.parse(event).test);
  const queue = queueOf(event.Records[0]?.eventSourceARN.split(':').at(-1) ?? '');
  const remainingMs = () => context.getRemainingTimeInMillis();
  return answerBatch('dispatch', event.Records, () =>
    dispatch(ports, event.Records, queue, context.awsRequestId, remainingMs),
  );
}

export const handler = metered(handle);

function queueOf(name: string): DispatchQueue {
  const { retries, slow } = queueUrls();
  if (retries.endsWith(`/${name}`)) return 'retries';
  return slow.endsWith(`/${name}`) ? 'slow' : 'deliveries';
}
