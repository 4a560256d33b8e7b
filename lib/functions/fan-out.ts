// Spreads accepted events to the endpoints that want them.
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NodeFunction } from '../node-function/node-function.ts';
import { inEveryFunction, type Service } from './service.ts';

export class FanOut extends NodeFunction {
  static readonly timeout = Duration.seconds(30);

  constructor(scope: Construct, id: string, service: Service) {
    const { configuration, keys, queues, storage } = service;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'fan-out',
      memoryMb: configuration.memoryMb.fanOut,
      timeout: FanOut.timeout,
    });
    this.consume('Events', queues.Events);
    storage.grantRegistry(this, 'BatchGetItem', 'Query');
    storage.grantLedger(this, 'BatchWriteItem', 'PutItem', 'GetItem');
    this.sendTo(queues.Deliveries, queues.Slow);
    if (configuration.sealEventData) keys.grantRead(this, 'sealing');
  }
}
