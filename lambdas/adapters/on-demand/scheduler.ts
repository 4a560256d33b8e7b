// EventBridge Scheduler by the SDK's client: loaded with the first schedule, which most instances never make.
import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
  type SchedulerClientConfig,
} from '@aws-sdk/client-scheduler';

/**
 * @returns a function that makes a schedule. One of its name that is there already is as good: the name says for whom
 * and for when.
 */
export function createScheduling(config: SchedulerClientConfig) {
  const client = new SchedulerClient(config);
  return async (schedule: CreateScheduleCommandInput): Promise<'created' | 'known'> => {
    try {
      await client.send(new CreateScheduleCommand(schedule));
      return 'created';
    } catch (error) {
      if (error instanceof ConflictException) return 'known';
      throw error;
    }
  };
}
