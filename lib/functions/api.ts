// Answers every HTTP request that ingest does not.
import type { Construct } from 'constructs';
import { Env } from '../../lambdas/environment.ts';
import { FUNCTION_TIMEOUT } from '../http-front.ts';
import { NodeFunction } from '../node-function/node-function.ts';
import { READ_AND_WRITE } from '../storage.ts';
import type { Dispatch } from './dispatch.ts';
import { inEveryFunction, type Service } from './service.ts';

export class Api extends NodeFunction {
  constructor(scope: Construct, id: string, service: Service & { readonly dispatch: Dispatch }) {
    const { configuration, dispatch, egress, keys, queues, storage } = service;
    const { Events, Retries, Wakes } = queues;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'api',
      memoryMb: configuration.memoryMb.api,
      timeout: FUNCTION_TIMEOUT,
    });
    this.tell({
      [Env.allowedPorts]: configuration.allowedPorts.join(','),
      [Env.egressAddresses]: egress?.addresses.join(',') ?? '',
      [Env.dispatchFunctionName]: dispatch.fn.functionName,
    });
    storage.grantRegistry(this, ...READ_AND_WRITE);
    storage.grantLedger(this, ...READ_AND_WRITE);
    this.allow(['dynamodb:Query'], [storage.workIndexArn]);
    this.sendTo(Events, Retries, Wakes);
    // The operator lists and redrives dead letters.
    this.readDeadLetters(Events, Wakes);
    this.countIn(...Object.values(queues));
    // Tests of endpoints run in dispatch.
    this.allow(['lambda:InvokeFunction'], [dispatch.fn.functionArn]);
    keys.grantRead(this, 'operator', 'sealing');
  }
}
