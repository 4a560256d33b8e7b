// What the acceptance tests know of a service.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';

export interface Target {
  readonly url: string;
  readonly operatorKey: string;
  /** Ends it and removes its data, if it was started for this test. */
  remove(): Promise<void>;
}

/** The target's own table and schedules, for what HTTP cannot do: to let time pass. */
export interface TargetAws {
  readonly dynamoDb: DynamoDBClient;
  readonly scheduler: SchedulerClient;
  readonly ledgerTable: string;
  readonly scheduleGroup: string;
}
