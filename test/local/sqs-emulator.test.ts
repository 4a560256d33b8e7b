import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { SqsEmulator } from '../../local/sqs-emulator.ts';
import { lawfulSend } from '../../local/sqs-limits.ts';
import { makeQueue, startTestSqs, temporaryFolder } from './emulators.ts';

const folder = temporaryFolder();
let running: SqsEmulator | undefined;
const start = async () => {
  running = await startTestSqs(folder.path);
  return running;
};
afterEach(async () => {
  await running?.close();
  running = undefined;
});

afterAll(() => folder.remove());

describe('SQS on this machine', () => {
  it('gives out at once, after a restart, what was in flight; with its count of receives', async () => {
    const first = await start();
    const queue = makeQueue(first, 'held');
    queue.enqueue(first.newMessage('held when killed'));
    expect(queue.dequeue(10, 43_200)).toHaveLength(1);
    await first.close();
    const again = makeQueue(await start(), 'held');
    expect(again.dequeue(10)).toMatchObject([{ Body: 'held when killed' }]);
    expect([...again.inflightMessages.values()][0]?.message.approximateReceiveCount).toBe(2);
  });

  it('has queue URLs of the new address after a restart', async () => {
    const first = await start();
    makeQueue(first, 'moved');
    await first.close();
    const second = await start();
    expect(second.store.getQueueByName('moved')?.url).toBe(second.queueUrl('moved'));
  });

  it('regression: keeps a message that is made visible at once', async () => {
    const emulator = await start();
    const queue = makeQueue(emulator, 'visible');
    queue.enqueue(emulator.newMessage('kept'));
    const [received] = queue.dequeue(1);
    queue.changeVisibility(received?.ReceiptHandle ?? '', 0);
    expect(queue.messages).toHaveLength(1);
    await emulator.close();
    expect(makeQueue(await start(), 'visible').messages).toHaveLength(1);
  });

  it('serves nothing but SQS, and nobody without a known key', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/_fauxqs/queues`)).status).toBe(400);
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'AmazonSQS.ListQueues',
        'content-type': 'application/x-amz-json-1.0',
      },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      __type: 'com.amazonaws.sqs#UnrecognizedClientException',
    });
  });

  it('refuses the delays, group ids and batches that AWS refuses', () => {
    expect(lawfulSend('SendMessage', { MessageBody: 'x', DelaySeconds: 900 })).toBeUndefined();
    expect(lawfulSend('SendMessage', { MessageBody: 'x', DelaySeconds: 901 })?.code).toBe(
      'InvalidParameterValue',
    );
    expect(lawfulSend('SendMessage', { MessageBody: 'x', MessageGroupId: 'a b' })?.code).toBe(
      'InvalidParameterValue',
    );
    const Entries = Array.from({ length: 5 }, () => ({ MessageBody: 'x'.repeat(250_000) }));
    expect(lawfulSend('SendMessageBatch', { Entries })?.code).toBe('BatchRequestTooLong');
  });
});
