// The wake directory and EventBridge Scheduler. The directory is written first: sweep reads its overdue buckets,
// and so makes up for a schedule that was not created.

import { shardOf } from '../../core/identifiers.ts';
import { Recent } from '../../core/recent.ts';
import type { EndpointAddress, Environment } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { MAX_SQS_DELAY_MS } from '../../core/time.ts';
import { bucketOf, scheduleName, WAKE_EARLY_MS, WAKE_SHARDS } from '../../core/wakes/bucket.ts';
import type { SweptWakes, Wakes } from '../../core/wakes/directory.ts';
import { encodeWakeMessage, type WakeMessage } from '../../core/wakes/message.ts';
import { Env } from '../../environment.ts';
import { CLIENT_OPTIONS } from '../aws/client-options.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, number, pagesOf, text, whenHolds } from '../aws/dynamodb/client.ts';
import { ITEM_VERSION } from '../items/version.ts';
import { metrics } from '../metrics.ts';
import type { createScheduling } from '../on-demand/scheduler.ts';
import { variable } from '../surroundings.ts';

/** The item that holds how far sweep is. */
const SWEPT = { pk: text('swept'), sk: text('swept') };
type Entered = 'noted' | 'scheduled';

/** Wake-ups that this instance has entered already, as long as nothing can have struck them. */
const MAX_REMEMBERED = 10_000;

export function createWakes(
  table: Table,
  surroundings: Pick<Surroundings, 'now'>,
  scheduling?: ReturnType<typeof createScheduling>,
): Wakes & SweptWakes {
  const remembered = new Recent<true>({ maxEntries: MAX_REMEMBERED });
  let createSchedule = scheduling;

  async function schedule(wake: WakeMessage): Promise<void> {
    const earliestMs = surroundings.now() + 1_000;
    const at = new Date(Math.max(wake.bucketMs - WAKE_EARLY_MS, earliestMs)).toISOString();
    try {
      createSchedule ??= (await import('#on-demand/scheduler')).createScheduling(CLIENT_OPTIONS);
      const made = await createSchedule({
        Name: scheduleName(wake.endpointId, wake.bucketMs),
        GroupName: variable(Env.scheduleGroup),
        ScheduleExpression: `at(${at.slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: variable(Env.wakesQueueArn),
          RoleArn: variable(Env.scheduleRoleArn),
          Input: encodeWakeMessage(wake),
        },
      });
      if (made === 'known') return;
    } catch (error) {
      metrics.count('SchedulesRefused');
      throw error;
    }
    metrics.count('SchedulesCreated');
  }

  function wakeOf(
    { tenant, environment, endpointId }: EndpointAddress,
    dueAtMs: number,
  ): WakeMessage {
    const bucketMs = bucketOf(Math.max(dueAtMs, surroundings.now()));
    return { tenant, environment, endpointId, bucketMs };
  }

  /**
   * Enters the wake-up in the directory: false if it is there already. One that was only noted has no
   * schedule yet.
   */
  function enter(wake: WakeMessage, how: Entered): Promise<boolean> {
    const isScheduled = how === 'scheduled';
    return whenHolds(
      table.call('UpdateItem', {
        Key: directoryKey(wake),
        UpdateExpression: `SET v = :v${isScheduled ? ', sch = :v' : ''}`,
        ConditionExpression: `attribute_not_exists(${isScheduled ? 'sch' : 'pk'})`,
        ExpressionAttributeValues: { ':v': ITEM_VERSION },
      }),
    );
  }

  /** Nothing strikes a wake-up that is far. */
  async function once(wake: WakeMessage, how: Entered, work: () => Promise<unknown>) {
    const name = `${how} ${scheduleName(wake.endpointId, wake.bucketMs)}`;
    const isFar = wake.bucketMs - surroundings.now() > MAX_SQS_DELAY_MS;
    if (isFar && remembered.get(name, 0)) return;
    await work();
    if (isFar) remembered.set(name, true, 0);
  }

  async function setMark(expression: string, bucketMs: number): Promise<number> {
    const { Attributes } = await table.call('UpdateItem', {
      Key: SWEPT,
      UpdateExpression: `SET v = :v, b = ${expression}`,
      ExpressionAttributeValues: { ':v': ITEM_VERSION, ':b': number(bucketMs) },
      ReturnValues: 'ALL_NEW',
    });
    return Number(Attributes?.b?.N);
  }

  async function note(endpoint: EndpointAddress, dueAtMs: number): Promise<void> {
    const wake = wakeOf(endpoint, dueAtMs);
    await once(wake, 'noted', () => enter(wake, 'noted'));
  }

  return {
    note,

    async ensure(endpoint, dueAtMs) {
      const wake = wakeOf(endpoint, dueAtMs);
      await once(wake, 'scheduled', async () => {
        if (await enter(wake, 'scheduled')) await schedule(wake);
      });
    },

    async renew(wake) {
      if (!(await getItem(table, directoryKey(wake)))) await note(wake, wake.bucketMs);
    },

    async done(wake) {
      await table.call('DeleteItem', { Key: directoryKey(wake) });
    },

    async listBucket(bucketMs) {
      const shards = await Promise.all(
        Array.from({ length: WAKE_SHARDS }, async (_, shard) => {
          const wakes: WakeMessage[] = [];
          const pages = pagesOf(table, {
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': text(partition(bucketMs, shard)) },
            ConsistentRead: true,
          });
          for await (const items of pages) {
            for (const item of items) {
              const [environment = '', tenant = '', endpointId = ''] = (item.sk?.S ?? '').split(
                '#',
              );
              wakes.push({
                environment: environment as Environment, // written by directoryKey
                tenant,
                endpointId,
                bucketMs,
              });
            }
          }
          return wakes;
        }),
      );
      return shards.flat();
    },

    sweptUpTo: (firstMs) => setMark('if_not_exists(b, :b)', firstMs),
    moveSwept: (toMs) => setMark(':b', toMs),
  };
}

function partition(bucketMs: number, shard: number): string {
  return `wake#${bucketMs / 1000}#${shard}`;
}

function directoryKey(wake: WakeMessage): Item {
  const { environment, tenant, endpointId, bucketMs } = wake;
  return {
    pk: text(partition(bucketMs, shardOf(endpointId, WAKE_SHARDS))),
    sk: text(`${environment}#${tenant}#${endpointId}`),
  };
}
