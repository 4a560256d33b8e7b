// A retry too far away for SQS's delay, which EventBridge Scheduler wakes. Nobody can make 20 minutes pass,
// so the test sets back what they are measured by, all by the same three buckets: the due times that the
// delivery's item holds, the schedule's own time, and the bucket that its message names. What follows, the
// schedule that fires, the wakes queue, wake, the retries queue and dispatch, is the target's own.
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { newTenant, type TestTenant } from './client.ts';
import { openTargetWithAws } from './open-target.ts';
import type { Target, TargetAws } from './target.ts';

const STEP_SECONDS = 1_200;
const BUCKET_MS = 600_000;
const BACK_MS = 3 * BUCKET_MS;
const SHARDS = 4;

let target: Target & { readonly aws: TargetAws };
let receiver: TestReceiver;
let tenant: TestTenant;

beforeAll(async () => {
  [target, receiver] = await Promise.all([openTargetWithAws(), startReceiver()]);
  tenant = await newTenant(target);
}, 90_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
});

/** The schedule for an endpoint and a bucket of ten minutes, if there is one. */
async function scheduleOf(
  endpointId: string,
  dueAtMs: number,
): Promise<GetScheduleCommandOutput | undefined> {
  const bucketSeconds = (Math.floor(dueAtMs / BUCKET_MS) * BUCKET_MS) / 1000;
  const { scheduler, scheduleGroup: GroupName } = target.aws;
  try {
    const Name = `${endpointId}-${bucketSeconds}`;
    return await scheduler.send(new GetScheduleCommand({ GroupName, Name }));
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function setDeliveryBack(endpointId: string, eventId: string, toMs: number): Promise<void> {
  const { dynamoDb, ledgerTable: TableName } = target.aws;
  const N = String(toMs);
  const isThere = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) => {
      const pk = `live#${tenant.id}#${endpointId}#d${shard}`;
      try {
        await dynamoDb.send(
          new UpdateItemCommand({
            TableName,
            Key: { pk: { S: pk }, sk: { S: eventId } },
            UpdateExpression: 'SET due = :at, anc = :at, wat = :at',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':at': { N } },
          }),
        );
        return true;
      } catch (error) {
        if ((error as Error).name === 'ConditionalCheckFailedException') return false;
        throw error;
      }
    }),
  );
  expect(isThere.filter(Boolean)).toHaveLength(1);
}

async function setScheduleBack(found: GetScheduleCommandOutput): Promise<void> {
  const message: { b: number } = JSON.parse(found.Target?.Input ?? '');
  const Input = JSON.stringify({ ...message, b: message.b - BACK_MS });
  // Its own time would then be over: the next moment that there is.
  const soon = new Date(Date.now() + 1_000).toISOString().slice(0, 19);
  await target.aws.scheduler.send(
    new UpdateScheduleCommand({
      Name: found.Name,
      GroupName: found.GroupName,
      FlexibleTimeWindow: found.FlexibleTimeWindow,
      ActionAfterCompletion: found.ActionAfterCompletion,
      Target: found.Target && { ...found.Target, Input },
      ScheduleExpression: `at(${soon})`,
    }),
  );
}

it('a retry due in 20 minutes has a schedule of its own, which wakes it', async () => {
  receiver.answer('/later', (nth) => (nth === 1 ? 503 : 200));
  const { id: endpointId, secret } = await tenant.endpoint(`${receiver.url}/later`, {
    eventTypes: ['later'],
    retryPolicy: { immediate: false, steps: [{ count: 1, seconds: STEP_SECONDS }] },
  });
  const eventId = await tenant.event({ type: 'later', data: { n: 1 } });
  const delivery = await eventually(async () => {
    const { body } = await tenant.call('GET', `/v1/events/${eventId}`);
    return body.deliveries?.find(({ status }) => status === 'waiting');
  });
  const dueAtMs = Date.parse(delivery.nextAttemptAt ?? '');
  const [first] = delivery.attempts;
  const delaySeconds = (dueAtMs - Date.parse(first?.at ?? '')) / 1000;
  expect(Math.abs(delaySeconds - STEP_SECONDS)).toBeLessThan(5);

  const found = await eventually(() => scheduleOf(endpointId, dueAtMs));
  const bucketMs = Math.floor(dueAtMs / BUCKET_MS) * BUCKET_MS;
  const firesAt = new Date(bucketMs - 90_000).toISOString().slice(0, 19);
  expect(found.ScheduleExpression).toBe(`at(${firesAt})`);
  expect(found.Target?.Arn).toMatch(/^arn:aws:sqs:/);
  expect(receiver.at('/later')).toHaveLength(1);

  await setDeliveryBack(endpointId, eventId, dueAtMs - BACK_MS);
  await setScheduleBack(found);
  const [, second] = await receiver.untilAt('/later', 2, 60_000);
  if (!second) throw new Error('nothing came');
  const headers = second.headers as Record<string, string>; // its headers are single
  expect(headers['webhook-id']).toBe(eventId);
  expect(new Webhook(secret).verify(second.body.toString('utf8'), headers)).toMatchObject({
    data: { n: 1 },
  });
  const ended = await eventually(async () => {
    const { body } = await tenant.call('GET', `/v1/events/${eventId}`);
    return body.deliveries?.find(({ status }) => status === 'delivered');
  });
  expect(ended.attempts.map(({ cause, outcome }) => [cause, outcome])).toEqual([
    ['first', 'http_503'],
    ['curve', 'http_200'],
  ]);
  await eventually(async () => (await scheduleOf(endpointId, dueAtMs)) === undefined);
}, 120_000);
