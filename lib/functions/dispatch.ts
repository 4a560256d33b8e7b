// Makes the requests to receivers.
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Env } from '../../lambdas/environment.ts';
import { NodeFunction } from '../node-function/node-function.ts';
import { grantLeaving } from '../static-egress.ts';
import { inEveryFunction, type Service } from './service.ts';

export class Dispatch extends NodeFunction {
  /** The longest request to a receiver (30 s) and the work around it. */
  static readonly timeout = Duration.seconds(60);

  constructor(scope: Construct, id: string, service: Service) {
    const { configuration, egress, keys, queues, storage, wakeUp } = service;
    const { Deliveries, Slow, Retries, Events, Wakes } = queues;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'dispatch',
      network: egress,
      memoryMb: configuration.memoryMb.dispatch,
      timeout: Dispatch.timeout,
    });
    this.tell({ [Env.allowedPorts]: configuration.allowedPorts.join(',') });
    this.consume('Deliveries', Deliveries);
    this.consume('Slow', Slow);
    this.consume('Retries', Retries);
    this.postponeIn(Deliveries, Slow, Retries);
    this.sendTo(Events, Retries, Wakes);
    storage.grantRegistry(this, 'BatchGetItem', 'GetItem', 'Query');
    // Marks of slow endpoints.
    storage.grantRegistryUpdates(this, '#endpoints', 'v', 'slow#*');
    storage.grantLedger(this, 'BatchGetItem', 'BatchWriteItem', 'GetItem', 'PutItem', 'UpdateItem');
    keys.grantRead(this, 'sealing');
    wakeUp.grantScheduling(this);
    grantLeaving(this);
    egress?.grantJoining(this);
  }
}
