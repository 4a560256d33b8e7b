// How long messages stay hidden, set for a running runtime: its template's 60 and 90 seconds are too long for
// runs in real time.
import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Runtime } from '../../../local/runtime.ts';

/** Visibility is short here, and would make dead letters of what is only held by a lease. */
const MAX_RECEIVES = 100;

export async function setVisibility({ aws }: Runtime, seconds: number): Promise<void> {
  const sqs = new SQSClient({
    endpoint: aws.sqsUrl,
    region: 'us-east-1',
    credentials: aws.credentials,
  });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  for (const QueueUrl of QueueUrls) {
    const found = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    const policy = found.Attributes?.RedrivePolicy;
    if (!policy) continue;
    const RedrivePolicy = JSON.stringify({ ...JSON.parse(policy), maxReceiveCount: MAX_RECEIVES });
    const Attributes = { VisibilityTimeout: String(seconds), RedrivePolicy };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }
  sqs.destroy();
}
