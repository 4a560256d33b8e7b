// Repairs what was lost, every five minutes: wake-ups, and messages that became dead letters.
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NodeFunction } from '../node-function/node-function.ts';
import { inEveryFunction, type Service } from './service.ts';

export class Sweep extends NodeFunction {
  constructor(scope: Construct, id: string, service: Service) {
    const { configuration, queues, storage, wakeUp } = service;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'sweep',
      memoryMb: configuration.memoryMb.sweep,
      timeout: Duration.seconds(60),
    });
    storage.grantLedger(this, 'Query', 'UpdateItem');
    this.sendTo(...Object.values(queues));
    this.readDeadLetters(...Object.values(queues));
    wakeUp.every('Sweep', 'rate(5 minutes)', this.fn);
  }
}
