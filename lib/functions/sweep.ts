// Repairs what was lost: every five minutes wake-ups, and deliveries and retries that became dead letters.
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NodeFunction } from '../node-function/node-function.ts';
import { inEveryFunction, type Service } from './service.ts';

const SOURCE = { batchSize: 10, windowSeconds: 0, maxConcurrency: 2 };

export class Sweep extends NodeFunction {
  constructor(scope: Construct, id: string, service: Service) {
    const { configuration, queues, storage, wakeUp } = service;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'sweep',
      memoryMb: configuration.memoryMb.sweep,
      timeout: Duration.seconds(60),
    });
    for (const name of ['Deliveries', 'Slow', 'Retries'] as const) {
      this.consume(`Dead${name}`, { queue: queues[name].deadLetters, source: SOURCE });
    }
    storage.grantLedger(this, 'BatchGetItem', 'PutItem', 'Query', 'UpdateItem');
    this.sendTo(queues.Wakes);
    wakeUp.grantScheduling(this);
    wakeUp.every('Sweep', 'rate(5 minutes)', this.fn);
  }
}
