// What the functions work with, and what is the same in all of them.
import { Stack } from 'aws-cdk-lib';
import { z } from 'zod';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { Env } from '../../lambdas/environment.ts';
import type { Configuration } from '../configuration.ts';
import { instanceNameOf } from '../instance.ts';
import type { Keys } from '../keys.ts';
import type { Queues } from '../queue-with-dead-letters.ts';
import type { StaticEgress } from '../static-egress.ts';
import type { Storage } from '../storage.ts';
import type { WakeUp } from '../wake-up.ts';

export interface Service {
  readonly configuration: Configuration;
  readonly storage: Storage;
  readonly keys: Keys;
  readonly queues: Queues;
  readonly wakeUp: WakeUp;
  /** Undefined if requests leave from Lambda's own network. */
  readonly egress: StaticEgress | undefined;
}

/** Every function is told both tables; what more it is told comes with its grants. */
export function inEveryFunction({ configuration, storage }: Service) {
  const settings = z.object(settingsSchema.shape).parse(configuration);
  return {
    configuration,
    environment: {
      [Env.instanceName]: instanceNameOf(storage),
      [Env.urlSuffix]: Stack.of(storage).urlSuffix,
      [Env.settings]: JSON.stringify(settings),
      [Env.registryTable]: storage.registry.tableName,
      [Env.ledgerTable]: storage.ledger.tableName,
    },
  };
}
