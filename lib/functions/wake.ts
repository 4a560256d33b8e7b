// Goes on with deliveries that became due, and with replays.
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NodeFunction } from '../node-function/node-function.ts';
import { READ_AND_WRITE } from '../storage.ts';
import { inEveryFunction, type Service } from './service.ts';

export class Wake extends NodeFunction {
  static readonly timeout = Duration.seconds(60);

  constructor(scope: Construct, id: string, service: Service) {
    const { configuration, queues, storage, wakeUp } = service;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'wake',
      memoryMb: configuration.memoryMb.wake,
      timeout: Wake.timeout,
    });
    this.consume('Wakes', queues.Wakes);
    this.sendTo(queues.Events, queues.Retries, queues.Wakes);
    storage.grantRegistry(this, ...READ_AND_WRITE);
    wakeUp.grantScheduling(this);
    storage.grantLedger(this, 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem');
    // The table as well as its index: replays of delivered events read it.
    this.allow(['dynamodb:Query'], [storage.ledger.tableArn, storage.workIndexArn]);
  }
}
