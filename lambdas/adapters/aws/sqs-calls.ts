// What we ask of SQS, with inputs and outputs as the SDK has them.
import type {
  ChangeMessageVisibilityCommandInput,
  ChangeMessageVisibilityCommandOutput,
  DeleteMessageBatchCommandInput,
  DeleteMessageBatchCommandOutput,
  GetQueueAttributesCommandInput,
  GetQueueAttributesCommandOutput,
  ReceiveMessageCommandInput,
  ReceiveMessageCommandOutput,
  SendMessageBatchCommandInput,
  SendMessageBatchCommandOutput,
} from '@aws-sdk/client-sqs';
import type { Calls, Operation } from './direct-calls.ts';

export interface SqsOperations {
  ChangeMessageVisibility: Operation<
    ChangeMessageVisibilityCommandInput,
    ChangeMessageVisibilityCommandOutput
  >;
  DeleteMessageBatch: Operation<DeleteMessageBatchCommandInput, DeleteMessageBatchCommandOutput>;
  GetQueueAttributes: Operation<GetQueueAttributesCommandInput, GetQueueAttributesCommandOutput>;
  ReceiveMessage: Operation<ReceiveMessageCommandInput, ReceiveMessageCommandOutput>;
  SendMessageBatch: Operation<SendMessageBatchCommandInput, SendMessageBatchCommandOutput>;
}

export type Sqs = Calls<SqsOperations>;
