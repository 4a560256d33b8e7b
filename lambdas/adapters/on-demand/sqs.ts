// SQS by the SDK's client: loaded when a direct call failed, see aws/direct-calls.ts.
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import type { Sqs, SqsOperations } from '../aws/sqs-calls.ts';
import { callsBySdk } from './sdk-calls.ts';

// TLS protects the bodies: the SDK need not compute a checksum of each.
export const createSqsBySdk = (config: SQSClientConfig): Sqs =>
  sqsBySdk(new SQSClient({ ...config, md5: false }));

export function sqsBySdk(client: SQSClient): Sqs {
  return callsBySdk<SqsOperations>(client, {
    ChangeMessageVisibility: ChangeMessageVisibilityCommand,
    DeleteMessageBatch: DeleteMessageBatchCommand,
    GetQueueAttributes: GetQueueAttributesCommand,
    ReceiveMessage: ReceiveMessageCommand,
    SendMessageBatch: SendMessageBatchCommand,
  });
}
