// The stack over its emulators: what fan-out, dispatch and wake cannot process becomes a dead letter, and is done
// once the ledger is there again and sweep has run.
import {
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shardOf } from '../../lambdas/core/identifiers.ts';
import { bucketOf, WAKE_SHARDS } from '../../lambdas/core/wakes/bucket.ts';
import { encodeWakeMessage } from '../../lambdas/core/wakes/message.ts';
import { state } from '../grants/step.ts';
import { Run, startWorld, type World } from '../grants/world.ts';

let world: World;
let sqs: SQSClient;

beforeAll(async () => {
  world = await startWorld();
  const { sqsUrl, credentials } = world.runtime.aws;
  sqs = new SQSClient({ endpoint: sqsUrl, region: 'us-east-1', credentials });
});
afterAll(async () => {
  sqs?.destroy();
  await world?.stop();
});

function urlOf(logicalId: string): string {
  const { stack } = world.runtime;
  const [found] = stack
    .resources('AWS::SQS::Queue')
    .filter((queue) => new RegExp(`^${logicalId}`).test(queue.logicalId));
  return stack.reference(found?.logicalId ?? '');
}

async function attributeOf(queue: string, name: 'ApproximateNumberOfMessages' | 'RedrivePolicy') {
  const asked = { QueueUrl: urlOf(queue), AttributeNames: [name] };
  return (await sqs.send(new GetQueueAttributesCommand(asked))).Attributes?.[name] ?? '';
}

/** A second instead of a minute, and two receives instead of ten. */
async function hurry(queue: string): Promise<void> {
  const policy = JSON.parse(await attributeOf(queue, 'RedrivePolicy'));
  const RedrivePolicy = JSON.stringify({ ...policy, maxReceiveCount: 2 });
  const Attributes = { VisibilityTimeout: '1', RedrivePolicy };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf(queue), Attributes }));
}

it.each([
  ['FanOut', 'PutItem', 'Events'],
  ['Dispatch', 'BatchGetItem', 'Deliveries'],
  ['Wake', 'GetItem', 'Wakes'],
])('%s without its ledger', { timeout: 120_000 }, async (role, action, queue) => {
  await hurry(`${queue}(?!Dead)`);
  const { permissions } = world.runtime;
  const run = new Run(world, 40_000);
  const customer = await run.tenant();
  const { id: endpointId, path } = await customer.endpoint();
  const grant = permissions
    .grants()
    .find(
      (one) =>
        one.roleName.includes(role) &&
        one.action === `dynamodb:${action}` &&
        one.resource.includes('Ledger'),
    );
  expect(grant).toBeDefined();
  permissions.withhold(grant);
  let done: () => Promise<unknown>;
  try {
    if (role === 'Wake') {
      const bucketMs = bucketOf(Date.now());
      const wake = { tenant: customer.id, environment: 'live' as const, endpointId, bucketMs };
      const key = {
        pk: { S: `wake#${bucketMs / 1000}#${shardOf(endpointId, WAKE_SHARDS)}` },
        sk: { S: `live#${customer.id}#${endpointId}` },
      };
      await run.tamper(key, { v: { N: '1' } });
      await run.send('^Wakes(?!Dead)', encodeWakeMessage(wake));
      done = () => run.until(() => run.isGone(key));
    } else {
      // With a key, fan-out puts the event by itself each time.
      const event = await customer.post({}, { 'idempotency-key': `${role}-1` });
      done = () => state(run, customer, event, 'delivered');
    }
    await run.until(
      async () => (await attributeOf(`${queue}Dead`, 'ApproximateNumberOfMessages')) !== '0',
    );
    expect(world.receiver.at(path)).toHaveLength(0);
  } finally {
    permissions.withhold(undefined);
  }
  await run.invoke('Sweep');
  await done();
  expect(world.receiver.at(path)).toHaveLength(role === 'Wake' ? 0 : 1);
});
