// The whole service: this file only composes.
import { CfnOutput, type Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Env } from '../lambdas/environment.ts';
import type { Configuration } from './configuration.ts';
import { Api } from './functions/api.ts';
import { Dispatch } from './functions/dispatch.ts';
import { FanOut } from './functions/fan-out.ts';
import { Ingest } from './functions/ingest.ts';
import type { Service } from './functions/service.ts';
import { Sweep } from './functions/sweep.ts';
import { Wake } from './functions/wake.ts';
import { HttpFront } from './http-front.ts';
import { Keys } from './keys.ts';
import { Overview } from './monitoring/overview.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { StaticEgress } from './static-egress.ts';
import { Storage } from './storage.ts';
import { WakeUp } from './wake-up.ts';

export class PosthornStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { configuration }: { readonly configuration: Configuration },
  ) {
    super(scope, id, { description: 'Posthorn: webhook delivery.' });
    const { sources } = configuration;

    const storage = new Storage(this, 'Storage', configuration);
    const keys = new Keys(this, 'Keys');
    const queue = (
      id: string,
      name: keyof typeof sources,
      functionTimeout: Duration,
      isDelayed = false,
    ) =>
      new QueueWithDeadLetters(this, id, {
        urlVariable: Env[`${name}QueueUrl`],
        deadLettersVariable: Env[`${name}DeadLettersUrl`],
        functionTimeout,
        source: sources[name],
        isDelayed,
      });
    const queues = {
      Events: queue('Events', 'events', FanOut.timeout),
      Deliveries: queue('Deliveries', 'deliveries', Dispatch.timeout),
      Slow: queue('Slow', 'slow', Dispatch.timeout),
      Retries: queue('Retries', 'retries', Dispatch.timeout, true),
      Wakes: queue('Wakes', 'wakes', Wake.timeout, true),
    };
    const wakeUp = new WakeUp(this, 'WakeUp', { wakes: queues.Wakes.queue });
    const egress =
      configuration.egress === 'static'
        ? new StaticEgress(this, 'Egress', configuration)
        : undefined;

    const service: Service = { configuration, storage, keys, queues, wakeUp, egress };
    const dispatch = new Dispatch(this, 'Dispatch', service);
    const functions = {
      Ingest: new Ingest(this, 'Ingest', service),
      FanOut: new FanOut(this, 'FanOut', service),
      Dispatch: dispatch,
      Wake: new Wake(this, 'Wake', service),
      Sweep: new Sweep(this, 'Sweep', service),
      Api: new Api(this, 'Api', { ...service, dispatch }),
    };
    const front = new HttpFront(this, 'Http', {
      configuration,
      ingest: functions.Ingest.fn,
      api: functions.Api.fn,
    });
    // Known only now. No circle: the API's routes depend on the functions, the API itself does not.
    for (const fn of [dispatch, functions.Api]) fn.tell({ [Env.ownHosts]: front.hosts.join(',') });

    new Overview(this, 'Overview', {
      alarms: configuration.alarms,
      front,
      storage,
      queues,
      functions,
    });

    new CfnOutput(this, 'ApiUrl', { value: front.url, description: 'Where the API answers.' });
    new CfnOutput(this, 'OperatorKeySecret', {
      value: keys.operator.secretArn,
      description:
        "Holds the operator's key: aws secretsmanager get-secret-value --secret-id <this>",
    });
  }
}
