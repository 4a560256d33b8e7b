// SQS by the SDK's own client: loaded when a call was not answered as it should, see direct-calls.ts.
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import type { Sqs, SqsOperations } from '../aws/sqs-calls.ts';
import { callsBySdk } from './sdk-calls.ts';

// TLS keeps the bodies whole; a second checksum of each would be computed here.
export const createSqsBySdk = (config: SQSClientConfig): Sqs =>
  sqsBySdk(new SQSClient({ ...config, md5: false }));

export function sqsBySdk(client: SQSClient): Sqs {
  return callsBySdk<SqsOperations>(client, {
    ChangeMessageVisibility: ChangeMessageVisibilityCommand,
    DeleteMessageBatch: DeleteMessageBatchCommand,
    ReceiveMessage: ReceiveMessageCommand,
    SendMessageBatch: SendMessageBatchCommand,
  });
}
