// Makes the template's queues, and sets their attributes anew when they changed since the last start.
import { z } from 'zod';
import { arnOf } from '../aws-names.ts';
import type { Stack } from '../stack/stack.ts';
import type { SqsEmulator } from './emulator.ts';

const queueProperties = z.object({
  QueueName: z.string().optional(),
  VisibilityTimeout: z.number().default(30),
  DelaySeconds: z.number().default(0),
  MaximumMessageSize: z.number().default(1_048_576),
  MessageRetentionPeriod: z.number().default(345_600),
  RedrivePolicy: z
    .object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() })
    .optional(),
});

export function createQueues(stack: Stack, { store, queueUrl }: SqsEmulator): void {
  for (const { logicalId, properties } of stack.resources('AWS::SQS::Queue')) {
    const name = stack.attribute(logicalId, 'QueueName');
    const wanted = queueProperties.parse(properties);
    const attributes = {
      VisibilityTimeout: String(wanted.VisibilityTimeout),
      DelaySeconds: String(wanted.DelaySeconds),
      MaximumMessageSize: String(wanted.MaximumMessageSize),
      MessageRetentionPeriod: String(wanted.MessageRetentionPeriod),
      // An empty policy takes the dead-letter queue away again.
      RedrivePolicy: wanted.RedrivePolicy === undefined ? '' : JSON.stringify(wanted.RedrivePolicy),
    };
    const existing = store.getQueueByName(name);
    const queue = existing ?? store.createQueue(name, queueUrl(name), arnOf('sqs', name));
    const changed = Object.entries(attributes).some(
      ([key, value]) => (queue.attributes[key] ?? '') !== value,
    );
    if (changed) queue.setAttributes(attributes);
  }
}
