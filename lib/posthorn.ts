// The whole service as a construct, for any CDK app: this file composes, and says what the app may do with it.
import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Alarm, type IAlarmAction, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { MetricName } from '../lambdas/core/metrics.ts';
import { Env } from '../lambdas/environment.ts';
import { Archive } from './archive.ts';
import { ConfigurationFault, type PosthornProps, parseProps } from './configuration.ts';
import { Api } from './functions/api.ts';
import { Dispatch } from './functions/dispatch.ts';
import { checkEnvironments } from './functions/environment-limit.ts';
import { FanOut } from './functions/fan-out.ts';
import { Ingest } from './functions/ingest.ts';
import { Record } from './functions/record.ts';
import { Rollup } from './functions/rollup.ts';
import type { Service } from './functions/service.ts';
import { Sweep } from './functions/sweep.ts';
import { Wake } from './functions/wake.ts';
import { Web } from './functions/web.ts';
import { HttpFront } from './http-front.ts';
import { addOutput, faultsOf, Instance } from './instance.ts';
import { Keys } from './keys.ts';
import { Overview } from './monitoring/overview.ts';
import { type OwnMetricOptions, ownMetric } from './monitoring/service-metrics.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { StaticEgress } from './static-egress.ts';
import { Storage } from './storage.ts';
import { WakeUp } from './wake-up.ts';

export { ConfigurationFault, type PosthornProps };

export class Posthorn extends Instance {
  /** Where the API answers; it ends in a slash. */
  readonly apiUrl: string;
  /** Holds the operator's key, which may do everything in this instance. */
  readonly operatorKey: ISecret;

  /** @throws ConfigurationFault naming each prop that is wrong */
  constructor(scope: Construct, id: string, props: PosthornProps = {}) {
    super(scope, id);
    const { region } = Stack.of(this);
    const knownRegion = Token.isUnresolved(region) ? undefined : region;
    const configuration = parseProps(props, knownRegion, faultsOf(this));
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
    const archive = new Archive(this, 'Archive', configuration);
    const dispatch = new Dispatch(this, 'Dispatch', service);
    const functions = {
      Ingest: new Ingest(this, 'Ingest', service),
      FanOut: new FanOut(this, 'FanOut', service),
      Dispatch: dispatch,
      Wake: new Wake(this, 'Wake', service),
      Sweep: new Sweep(this, 'Sweep', service),
      Api: new Api(this, 'Api', { ...service, dispatch }),
      Record: new Record(this, 'Record', { ...service, archive }),
      Rollup: new Rollup(this, 'Rollup', { ...service, archive }),
      Web: new Web(this, 'Web', service),
    };
    const front = new HttpFront(this, 'Http', {
      configuration,
      ingest: functions.Ingest.fn,
      api: functions.Api.fn,
      web: functions.Web.fn,
    });
    // Known only now. No circle: the API's routes depend on the functions, the API itself does not.
    for (const fn of [dispatch, functions.Api]) fn.tell({ [Env.ownHosts]: front.hosts.join(',') });
    checkEnvironments(functions, configuration);

    new Overview(this, 'Overview', {
      alarms: configuration.alarms,
      analytics: configuration.analytics,
      front,
      storage,
      queues,
      functions,
    });

    this.apiUrl = front.url;
    // The two types of CDK differ in an optional property under exactOptionalPropertyTypes alone.
    this.operatorKey = keys.operator as ISecret;
    addOutput(this, 'ApiUrl', this.apiUrl, 'Where the API answers.');
    addOutput(
      this,
      'OperatorKeySecret',
      this.operatorKey.secretArn,
      "Holds the operator's key: aws secretsmanager get-secret-value --secret-id <this>",
    );
  }

  /**
   * Lets somebody in the account post events: reads the key that goes into `Authorization`. IAM has no part in the API
   * itself, which takes keys from anywhere.
   * @param key A secret that holds a tenant's key, for a producer that needs no more. The operator's key unless said.
   */
  grantPublish(grantee: IGrantable, key: ISecret = this.operatorKey): Grant {
    return key.grantRead(grantee);
  }

  /** All alarms, for widgets and composite alarms. */
  get alarms(): Alarm[] {
    return this.node.findAll().filter((construct) => construct instanceof Alarm);
  }

  /** Has every alarm do this when it rings and when it ends, beside what the prop `alarms` says. */
  addAlarmAction(...actions: IAlarmAction[]): void {
    for (const alarm of this.alarms) {
      alarm.addAlarmAction(...actions);
      alarm.addOkAction(...actions);
    }
  }

  /** One of the metrics in docs/observability.md; of the environment `live` and over five minutes unless said. */
  metric(name: MetricName, options: Partial<OwnMetricOptions> = {}): Metric {
    const metric = ownMetric(this, name, { period: Duration.minutes(5), ...options });
    // Of this stack's account and region, also in a dashboard elsewhere.
    return metric.attachTo(this);
  }

  /** Events that the API answered with 202. */
  metricEventsAccepted(options?: Partial<OwnMetricOptions>): Metric {
    return this.metric('EventsAccepted', options);
  }

  metricDeliveriesDelivered(options?: Partial<OwnMetricOptions>): Metric {
    return this.metric('DeliveriesDelivered', options);
  }

  /** Deliveries that ran out of attempts or of time, or failed for good. */
  metricDeliveriesDead(options?: Partial<OwnMetricOptions>): Metric {
    return this.metric('DeliveriesDead', options);
  }

  /** Milliseconds from accepting an event to its first attempt; p99 unless said. */
  metricFirstAttemptDelay(options?: Partial<OwnMetricOptions>): Metric {
    return this.metric('FirstAttemptDelay', options);
  }

  /** Milliseconds from accepting an event to its delivery; p99 unless said. */
  metricDeliveryTime(options?: Partial<OwnMetricOptions>): Metric {
    return this.metric('DeliveryTime', options);
  }
}
