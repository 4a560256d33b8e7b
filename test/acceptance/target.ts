// What the acceptance tests run against. One suite, two targets: the embedded runtime, and a stack that
// was deployed (`npm run test:deploy` says where). What needs the inside of the embedded runtime, its
// process or its terminal, stands in `embedded/`.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { inject } from 'vitest';
import { deployedAws, deployedTarget } from './deployed-target.ts';
import { startEmbedded, startEmbeddedInside } from './embedded-target.ts';

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

export async function openTarget(): Promise<Target> {
  const deployed = inject('deployed');
  return deployed ? deployedTarget(deployed) : startEmbedded();
}

export async function openTargetWithAws(): Promise<Target & { readonly aws: TargetAws }> {
  const deployed = inject('deployed');
  if (!deployed) return startEmbeddedInside();
  return { ...deployedTarget(deployed), aws: deployedAws(deployed) };
}
