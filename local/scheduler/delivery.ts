// What a due schedule does: it puts its input on the queue, if its role may.

import { nameInArn } from '../aws-names.ts';
import { sqsCall } from '../gate/aws-calls.ts';
import type { Permissions } from '../gate/permissions.ts';
import type { SqsEmulator } from '../sqs/emulator.ts';
import { scheduledTarget } from './service.ts';
import type { Schedule } from './store.ts';

export function deliverSchedules(
  { store, newMessage, writes }: SqsEmulator,
  permissions: Permissions,
  onFailure: (message: string) => void,
): (schedule: Schedule) => void {
  return (schedule) => {
    const target = scheduledTarget(schedule);
    const queue = store.getQueueByArn(target.Arn);
    const role = nameInArn(target.RoleArn).replace(/^role\//, '');
    const needs = sqsCall('SendMessage', { QueueName: nameInArn(target.Arn) }).needs;
    if (queue === undefined || !needs.every((need) => permissions.allows(role, need))) {
      onFailure(`schedule ${schedule.name} may not send to ${target.Arn} as ${role}`);
      return;
    }
    queue.enqueue(newMessage(target.Input));
    // The schedule is deleted then.
    writes.now();
  };
}
