// A stack that somebody else deployed, removes, and says the place of: see test/deploy/.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Target, TargetAws } from './target.ts';

export interface Deployed {
  readonly url: string;
  readonly operatorKey: string;
  /** The name of the secret that holds it. */
  readonly operatorSecret: string;
  /** Where AWS's own APIs answer. */
  readonly awsUrl: string;
  readonly ledgerTable: string;
  readonly scheduleGroup: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Absent: the tests run against the embedded runtime. */
    deployed?: Deployed;
  }
}

export function deployedTarget({ url, operatorKey }: Deployed): Target {
  return { url, operatorKey, remove: async () => undefined };
}

export function deployedAws({ awsUrl, ledgerTable, scheduleGroup }: Deployed): TargetAws {
  const client = {
    endpoint: awsUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return {
    dynamoDb: new DynamoDBClient(client),
    scheduler: new SchedulerClient(client),
    ledgerTable,
    scheduleGroup,
  };
}
