// The whole service: this file only composes.
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { z } from 'zod';
import { settingsSchema } from '../lambdas/core/settings.ts';
import { Env } from '../lambdas/environment.ts';
import type { Configuration } from './configuration.ts';
import { NodeFunction } from './functions/node-function.ts';
import { HttpFront } from './http-front.ts';
import { Keys } from './keys.ts';
import { Overview } from './monitoring/overview.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { StaticEgress } from './static-egress.ts';
import { Storage } from './storage.ts';
import { WakeUp } from './wake-up.ts';

/** Functions behind the HTTP API: less than the 30 seconds that it waits. */
const HTTP_TIMEOUT = Duration.seconds(28);
const FAN_OUT_TIMEOUT = Duration.seconds(30);
/** The longest request to a receiver (30 s) and what is done around it. */
const DISPATCH_TIMEOUT = Duration.seconds(60);
const WAKE_TIMEOUT = Duration.seconds(60);
const SWEEP_TIMEOUT = Duration.seconds(60);

export interface PosthornStackProps {
  readonly configuration: Configuration;
}

export class PosthornStack extends Stack {
  constructor(scope: Construct, id: string, { configuration }: PosthornStackProps) {
    super(scope, id, { description: 'Posthorn: webhook delivery.' });
    const { memoryMb, sources, logRetentionDays, tracing } = configuration;

    const storage = new Storage(this, 'Storage', { retain: configuration.retainData });
    const keys = new Keys(this, 'Keys');
    const queue = (
      name: string,
      functionTimeout: Duration,
      source: { windowSeconds: number },
      isDelayed = false,
    ) =>
      new QueueWithDeadLetters(this, name, {
        functionTimeout,
        isDelayed,
        windowSeconds: source.windowSeconds,
        maxReceiveCount: 10,
      });
    const eventsQueue = queue('Events', FAN_OUT_TIMEOUT, sources.events);
    const deliveriesQueue = queue('Deliveries', DISPATCH_TIMEOUT, sources.deliveries);
    const slowQueue = queue('Slow', DISPATCH_TIMEOUT, sources.slow);
    const retriesQueue = queue('Retries', DISPATCH_TIMEOUT, sources.retries, true);
    const wakesQueue = queue('Wakes', WAKE_TIMEOUT, sources.wakes, true);
    const { queue: events } = eventsQueue;
    const { queue: wakes } = wakesQueue;
    const { queue: deliveries } = deliveriesQueue;
    const { queue: slow } = slowQueue;
    const { queue: retries } = retriesQueue;
    const wakeUp = new WakeUp(this, 'WakeUp', { wakes });

    const settings = z.object(settingsSchema.shape).parse(configuration);
    const { sealEventData } = configuration;
    const sealing = { [Env.sealingSecretArn]: keys.sealing.secretArn };
    const sealingIfSealed = sealEventData ? sealing : {};
    const everywhere = {
      [Env.stackName]: this.stackName,
      [Env.urlSuffix]: this.urlSuffix,
      [Env.settings]: JSON.stringify(settings),
      [Env.registryTable]: storage.registry.tableName,
      [Env.ledgerTable]: storage.ledger.tableName,
    };
    const ports = { [Env.allowedPorts]: configuration.allowedPorts.join(',') };
    const toEvents = { [Env.eventsQueueUrl]: events.queueUrl };
    const toLanes = {
      [Env.deliveriesQueueUrl]: deliveries.queueUrl,
      [Env.slowQueueUrl]: slow.queueUrl,
    };
    const toRetries = { [Env.retriesQueueUrl]: retries.queueUrl };
    const toWakes = { [Env.wakesQueueUrl]: wakes.queueUrl };
    const scheduling = {
      [Env.scheduleGroup]: wakeUp.groupName,
      [Env.scheduleRoleArn]: wakeUp.role.roleArn,
      [Env.wakesQueueArn]: wakes.queueArn,
    };

    const ingest = new NodeFunction(this, 'Ingest', {
      folder: 'ingest',
      memoryMb: memoryMb.ingest,
      timeout: HTTP_TIMEOUT,
      logRetentionDays,
      tracing,
      environment: {
        ...everywhere,
        ...toEvents,
        [Env.operatorSecretArn]: keys.operator.secretArn,
        ...sealingIfSealed,
      },
    });
    // It notes when a key was used last.
    ingest.allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], [storage.registry.tableArn]);
    ingest.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [storage.ledger.tableArn]);
    ingest.allow(['sqs:SendMessage'], [events.queueArn]);
    ingest.allow(['secretsmanager:GetSecretValue'], [keys.operator.secretArn]);
    if (sealEventData) {
      ingest.allow(['secretsmanager:GetSecretValue'], [keys.sealing.secretArn]);
    }

    const fanOut = new NodeFunction(this, 'FanOut', {
      folder: 'fan-out',
      memoryMb: memoryMb.fanOut,
      timeout: FAN_OUT_TIMEOUT,
      logRetentionDays,
      tracing,
      environment: { ...everywhere, ...toLanes, ...sealingIfSealed },
    });
    fanOut.consume('Events', events, sources.events);
    fanOut.allow(['dynamodb:BatchGetItem', 'dynamodb:Query'], [storage.registry.tableArn]);
    fanOut.allow(
      ['dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'dynamodb:GetItem'],
      [storage.ledger.tableArn],
    );
    fanOut.allow(['sqs:SendMessage'], [deliveries.queueArn, slow.queueArn]);
    if (sealEventData) {
      fanOut.allow(['secretsmanager:GetSecretValue'], [keys.sealing.secretArn]);
    }

    const egress =
      configuration.egress === 'static'
        ? new StaticEgress(this, 'Egress', {
            ports: configuration.allowedPorts,
            retain: configuration.retainData,
            logRetentionDays,
          })
        : undefined;
    const dispatch = new NodeFunction(this, 'Dispatch', {
      folder: 'dispatch',
      ...(egress ? { network: egress } : {}),
      memoryMb: memoryMb.dispatch,
      timeout: DISPATCH_TIMEOUT,
      logRetentionDays,
      tracing,
      environment: {
        ...everywhere,
        ...ports,
        ...toEvents,
        ...toRetries,
        ...toWakes,
        ...scheduling,
        ...toLanes,
        ...sealing,
      },
    });
    dispatch.consume('Deliveries', deliveries, sources.deliveries);
    dispatch.consume('Slow', slow, sources.slow);
    dispatch.consume('Retries', retries, sources.retries);
    dispatch.allow(
      ['sqs:ChangeMessageVisibility'],
      [deliveries.queueArn, slow.queueArn, retries.queueArn],
    );
    dispatch.allow(['sqs:SendMessage'], [events.queueArn, retries.queueArn, wakes.queueArn]);
    dispatch.allow(
      // An update only marks endpoints as slow.
      ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      [storage.registry.tableArn],
    );
    dispatch.allow(
      [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
      ],
      [storage.ledger.tableArn],
    );
    dispatch.allow(['secretsmanager:GetSecretValue'], [keys.sealing.secretArn]);
    wakeUp.grantScheduling(dispatch);
    egress?.grantJoining(dispatch);

    const wake = new NodeFunction(this, 'Wake', {
      folder: 'wake',
      memoryMb: memoryMb.wake,
      timeout: WAKE_TIMEOUT,
      logRetentionDays,
      tracing,
      environment: { ...everywhere, ...scheduling, ...toEvents, ...toRetries, ...toWakes },
    });
    wake.consume('Wakes', wakes, sources.wakes);
    wake.allow(['sqs:SendMessage'], [events.queueArn, retries.queueArn, wakes.queueArn]);
    wake.allow(
      [
        'dynamodb:BatchGetItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      [storage.registry.tableArn],
    );
    wakeUp.grantScheduling(wake);
    wake.allow(
      [
        'dynamodb:BatchGetItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
      ],
      [storage.ledger.tableArn],
    );
    // The log as well as its index: replays of what was delivered go by it.
    wake.allow(['dynamodb:Query'], [storage.ledger.tableArn, storage.workIndexArn]);

    const sweep = new NodeFunction(this, 'Sweep', {
      folder: 'sweep',
      memoryMb: memoryMb.sweep,
      timeout: SWEEP_TIMEOUT,
      logRetentionDays,
      tracing,
      environment: { ...everywhere, ...scheduling, ...toWakes },
    });
    // Dead letters of deliveries and retries go back to wait in the ledger.
    const deadLetters = { batchSize: 10, windowSeconds: 0, maxConcurrency: 2 };
    sweep.consume('DeadDeliveries', deliveriesQueue.deadLetters, deadLetters);
    sweep.consume('DeadSlow', slowQueue.deadLetters, deadLetters);
    sweep.consume('DeadRetries', retriesQueue.deadLetters, deadLetters);
    sweep.allow(
      ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      [storage.ledger.tableArn],
    );
    sweep.allow(['sqs:SendMessage'], [wakes.queueArn]);
    wakeUp.grantScheduling(sweep);
    wakeUp.every('Sweep', 'rate(5 minutes)', sweep.fn);

    const api = new NodeFunction(this, 'Api', {
      folder: 'api',
      afterBundling: ['lib/viewer/copy.ts'],
      memoryMb: memoryMb.api,
      timeout: HTTP_TIMEOUT,
      logRetentionDays,
      tracing,
      environment: {
        ...everywhere,
        ...ports,
        ...toEvents,
        ...toRetries,
        ...toWakes,
        [Env.egressAddresses]: egress?.addresses.join(',') ?? '',
        [Env.eventsDeadLettersUrl]: eventsQueue.deadLetters.queueUrl,
        [Env.wakesDeadLettersUrl]: wakesQueue.deadLetters.queueUrl,
        [Env.dispatchFunctionName]: dispatch.fn.functionName,
        [Env.operatorSecretArn]: keys.operator.secretArn,
        ...sealing,
      },
    });
    api.allow(
      [
        'dynamodb:BatchGetItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      [storage.registry.tableArn],
    );
    api.allow(
      [
        'dynamodb:BatchGetItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      [storage.ledger.tableArn],
    );
    api.allow(['dynamodb:Query'], [storage.workIndexArn]);
    api.allow(['sqs:SendMessage'], [events.queueArn, retries.queueArn, wakes.queueArn]);
    // Dead letters are looked at and redriven by the operator.
    api.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      [eventsQueue.deadLetters.queueArn, wakesQueue.deadLetters.queueArn],
    );
    api.allow(['lambda:InvokeFunction'], [dispatch.fn.functionArn]);
    api.allow(['secretsmanager:GetSecretValue'], [keys.operator.secretArn, keys.sealing.secretArn]);

    const front = new HttpFront(this, 'Http', {
      ingest: ingest.fn,
      api: api.fn,
      throttle: configuration.throttle,
      logRetentionDays,
      domain: configuration.domain,
    });
    // Known only now. No circle: the API itself does not depend on the functions, its routes do.
    for (const { fn } of [dispatch, api]) fn.addEnvironment(Env.ownHosts, front.hosts.join(','));

    new Overview(this, 'Overview', {
      alarms: configuration.alarms,
      front,
      storage,
      queues: {
        Events: eventsQueue,
        Deliveries: deliveriesQueue,
        Slow: slowQueue,
        Retries: retriesQueue,
        Wakes: wakesQueue,
      },
      functions: {
        Ingest: ingest,
        FanOut: fanOut,
        Dispatch: dispatch,
        Wake: wake,
        Sweep: sweep,
        Api: api,
      },
    });

    new CfnOutput(this, 'ApiUrl', { value: front.url, description: 'Where the API answers.' });
    new CfnOutput(this, 'OperatorKeySecret', {
      value: keys.operator.secretArn,
      description:
        "Holds the operator's key: aws secretsmanager get-secret-value --secret-id <this>",
    });
  }
}
