// Counts the hours that got lines in the archive.
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Env } from '../../lambdas/environment.ts';
import type { Archive } from '../archive.ts';
import { NodeFunction } from '../node-function/node-function.ts';
import { inEveryFunction, type Service } from './service.ts';

export class Rollup extends NodeFunction {
  constructor(scope: Construct, id: string, service: Service & { readonly archive: Archive }) {
    const { archive, configuration, storage, wakeUp } = service;
    const { windowSeconds, everyMinutes } = configuration.analytics;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'rollup',
      memoryMb: configuration.memoryMb.rollup,
      // Also what a deletion waits for: lambdas/core/analytics/store.ts.
      timeout: Duration.minutes(10),
    });
    this.tell({ [Env.archiveWindowSeconds]: String(windowSeconds) });
    archive.grantReading(this);
    storage.grantRegistry(this, 'BatchGetItem');
    storage.grantLedger(this, 'BatchWriteItem', 'DeleteItem', 'Query', 'UpdateItem');
    const every = everyMinutes === 1 ? '1 minute' : `${everyMinutes} minutes`;
    wakeUp.every('Rollup', `rate(${every})`, this.fn);
  }
}
