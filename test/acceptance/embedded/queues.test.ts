// The operator's view of the queues under the roles of the stack, which tells api no dead-letter queue.
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { eventually } from '../../builders/eventually.ts';
import { temporaryFolder } from '../../local/emulators.ts';
import { call } from '../client.ts';

const folder = temporaryFolder();
let runtime: Runtime;

beforeAll(async () => {
  runtime = await startRuntime({ dataDir: folder.path, receiver: false, quiet: true });
}, 90_000);
afterAll(async () => {
  await runtime?.stop();
  folder.remove();
});

const asOperator = (path: string) => call(runtime, 'GET', path, { key: runtime.operatorKey });

it('counts and shows dead letters, whose queues it asks for', async () => {
  const found = runtime.stack
    .resources('AWS::SQS::Queue')
    .find(({ logicalId }) => logicalId.startsWith('WakesDeadLetters'));
  const { sqsUrl, credentials } = runtime.aws;
  const sqs = new SQSClient({ endpoint: sqsUrl, region: 'us-east-1', credentials });
  const QueueUrl = runtime.stack.reference(found?.logicalId ?? '');
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'unreadable' }));
  sqs.destroy();
  await eventually(async () => {
    const { status, body } = await asOperator('/v1/queues');
    expect(status).toBe(200);
    const { data } = body as unknown as { data: { queue: string; deadLetters: number }[] };
    const counted = data.map(({ queue, deadLetters }) => [queue, deadLetters]);
    const all = ['events', 'deliveries', 'slow', 'retries', 'wakes'];
    expect(counted).toEqual(all.map((queue) => [queue, queue === 'wakes' ? 1 : 0]));
    return true;
  });
  await eventually(async () => {
    const { body } = await asOperator('/v1/dead-letters?queue=wakes');
    const { data } = body as unknown as { data: unknown[] };
    return data.length === 1;
  });
});
