// What a message keeps on its way back from a dead-letter queue.
import type { Message, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import type { Sqs } from '../../../lambdas/adapters/aws/sqs-calls.ts';
import { createDeadLetters } from '../../../lambdas/adapters/queues/dead-letters.ts';
import { FIRST_SENT_AT } from '../../../lambdas/core/redelivered.ts';

/** An SQS with these dead letters that takes what it is not told to refuse. */
function sqsWith(messages: Message[], refuses: (body: string) => boolean = () => false) {
  const sent: SendMessageBatchRequestEntry[] = [];
  const deleted: (string | undefined)[] = [];
  const operations: Record<string, (input: { Entries: SendMessageBatchRequestEntry[] }) => object> =
    {
      ReceiveMessage: () => ({ Messages: messages.splice(0, 10) }),
      SendMessageBatch: ({ Entries }) => {
        const taken = Entries.filter(({ MessageBody = '' }) => !refuses(MessageBody));
        sent.push(...taken);
        return { Successful: taken.map(({ Id }) => ({ Id })) };
      },
      DeleteMessageBatch: (input) => {
        // Its entries have handles instead of bodies.
        const Entries = input.Entries as unknown as Pick<Message, 'ReceiptHandle'>[];
        deleted.push(...Entries.map(({ ReceiptHandle }) => ReceiptHandle));
        return {};
      },
    };
  const call = async (operation: string, input: object) => operations[operation]?.(input as never);
  const client = { call } as unknown as Sqs;
  const urls = { wakes: { from: 'dead', to: 'wakes' } };
  return { deadLetters: createDeadLetters(client, urls), sent, deleted };
}

it('keeps body, group, trace and attributes, and gets the time of its first sending', async () => {
  const traceparent = { DataType: 'String', StringValue: '00-abc-def-01' };
  const Attributes = {
    SentTimestamp: '1700000000123',
    MessageGroupId: 'ep_1',
    AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  };
  const { deadLetters, sent, deleted } = sqsWith([
    { Body: '{"a": 1}', Attributes, MessageAttributes: { traceparent }, ReceiptHandle: 'h-1' },
  ]);
  expect(await deadLetters.redrive('wakes', { limit: 10 })).toEqual({ moved: 1, refused: 0 });
  expect(sent).toMatchObject([
    {
      MessageBody: '{"a": 1}',
      MessageGroupId: 'ep_1',
      MessageSystemAttributes: { AWSTraceHeader: { StringValue: Attributes.AWSTraceHeader } },
      MessageAttributes: {
        traceparent,
        [FIRST_SENT_AT]: { DataType: 'Number', StringValue: '1700000000123' },
      },
    },
  ]);
  expect(deleted).toEqual(['h-1']);
});

it('keeps the time of its first sending when it comes back once more', async () => {
  const first = { DataType: 'Number', StringValue: '1700000000000' };
  const { deadLetters, sent } = sqsWith([
    { Body: '', Attributes: { SentTimestamp: '1' }, MessageAttributes: { [FIRST_SENT_AT]: first } },
  ]);
  await deadLetters.redrive('wakes', { limit: 10 });
  expect(sent[0]?.MessageAttributes?.[FIRST_SENT_AT]).toEqual(first);
});

it('is deleted only if it was sent', async () => {
  const letters = Array.from({ length: 25 }, (_, n) => ({ Body: `${n}`, ReceiptHandle: `h-${n}` }));
  const { deadLetters, deleted } = sqsWith(letters, (body) => body === '7');
  expect(await deadLetters.redrive('wakes', { limit: 100 })).toEqual({ moved: 24, refused: 1 });
  expect(deleted).toHaveLength(24);
  expect(deleted).not.toContain('h-7');
});

it('is not read beyond the limit', async () => {
  const letters = Array.from({ length: 40 }, (_, n) => ({ Body: `${n}`, ReceiptHandle: `h-${n}` }));
  const { deadLetters, sent } = sqsWith(letters);
  await deadLetters.redrive('wakes', { limit: 20 });
  expect(sent).toHaveLength(20);
});
