// What an operator sees first: one dashboard that answers five questions from top to bottom, the alarms, and
// saved queries over the logs.
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type MetricName, QUEUE_FUNCTIONS } from '../../lambdas/core/metrics.ts';
import type { NodeFunction } from '../functions/node-function.ts';
import type { QueueWithDeadLetters } from '../queue-with-dead-letters.ts';
import { Alarms, type AlarmsProps } from './alarms.ts';
import { costByService, costPerHour } from './cost-estimate.ts';
import { QUERIES, SavedQueries } from './saved-queries.ts';
import { attemptsByKind, type OwnMetricOptions, ownMetric } from './service-metrics.ts';

const PERIOD = Duration.minutes(1);
/** The dashboard is 24 wide. */
const THIRD = 8;
const HALF = 12;
const WHOLE = 24;

export class Overview extends Construct {
  private readonly props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    const dashboard = new Dashboard(this, 'Dashboard');
    dashboard.addWidgets(title('Are we accepting?'));
    dashboard.addWidgets(...this.accepting());
    dashboard.addWidgets(title('Are we delivering?'));
    dashboard.addWidgets(...this.delivering());
    dashboard.addWidgets(...this.times());
    dashboard.addWidgets(title('Is anything stuck?'));
    dashboard.addWidgets(...this.queueing());
    dashboard.addWidgets(...this.waiting());
    dashboard.addWidgets(...this.functions());
    dashboard.addWidgets(title('Which receivers fail?'));
    dashboard.addWidgets(...this.receivers());
    dashboard.addWidgets(title('What does it cost?'));
    dashboard.addWidgets(...this.cost());

    new Alarms(this, 'Alarms', props);
    const { functions } = props;
    const dispatch = functions.Dispatch;
    if (dispatch) {
      new SavedQueries(this, 'Queries', {
        attempts: dispatch.logGroup,
        all: Object.values(functions).map(({ logGroup }) => logGroup),
      });
    }
    new CfnOutput(Stack.of(this), 'DashboardUrl', {
      value: `https://${Stack.of(this).region}.console.aws.amazon.com/cloudwatch/home#dashboards/dashboard/${dashboard.dashboardName}`,
      description: 'The dashboard.',
    });
  }

  private accepting(): IWidget[] {
    const { api } = this.props.front;
    const period = PERIOD;
    return [
      graph('Events: accepted, fanned out', THIRD, [
        this.own('EventsAccepted', { label: 'accepted' }),
        this.own('EventsFannedOut', { label: 'fanned out' }),
        this.own('EventsAccepted', { label: 'accepted, test', env: 'test' }),
        this.own('EventsFannedOut', { label: 'fanned out, test', env: 'test' }),
      ]),
      graph('Events refused', THIRD, [
        this.own('EventsRefused4xx', { label: '4xx: the producer’s' }),
        this.own('EventsRefused429', { label: '429: too many' }),
        this.own('EventsRefused5xx', { label: '5xx: ours' }),
      ]),
      graph(
        'API: requests and 5xx; latency (right)',
        THIRD,
        [
          api.metricCount({ period, label: 'requests' }),
          api.metricServerError({ period, label: '5xx' }),
        ],
        [api.metricLatency({ period, statistic: 'p99', label: 'p99 ms' })],
      ),
    ];
  }

  private delivering(): IWidget[] {
    return [
      stacked('Attempts by outcome, live', HALF, attemptsByKind(this, { period: PERIOD })),
      graph('Deliveries: created, and by final state, live', HALF, [
        this.own('DeliveriesCreated', { label: 'created' }),
        this.own('DeliveriesDelivered', { label: 'delivered' }),
        this.own('DeliveriesDead', { label: 'dead' }),
        this.own('DeliveriesCancelled', { label: 'cancelled' }),
      ]),
    ];
  }

  private times(): IWidget[] {
    const percentiles = (name: MetricName, heading: string): IWidget =>
      graph(
        heading,
        THIRD,
        ['p50', 'p95', 'p99'].map((statistic) => this.own(name, { statistic, label: statistic })),
      );
    return [
      percentiles('FirstAttemptDelay', 'Accepted to first attempt, ms, live'),
      percentiles('DeliveryTime', 'Accepted to delivered, ms, live'),
      percentiles('ReceiverTime', 'Receivers’ time to answer, ms, live'),
    ];
  }

  private queueing(): IWidget[] {
    const period = PERIOD;
    return [
      graph(
        'Age of the oldest message, s',
        THIRD,
        this.ofQueues(({ queue }, label) =>
          queue.metricApproximateAgeOfOldestMessage({ period, label }),
        ),
      ),
      graph(
        'Messages that wait for a function',
        THIRD,
        this.ofQueues(({ queue }, label) =>
          queue.metricApproximateNumberOfMessagesVisible({ period, label }),
        ),
      ),
      graph(
        'Dead letters',
        THIRD,
        this.ofQueues(({ deadLetters }, label) =>
          deadLetters.metricApproximateNumberOfMessagesVisible({ period, label }),
        ),
      ),
    ];
  }

  private waiting(): IWidget[] {
    const retries = this.props.queues.Retries?.queue;
    return [
      graph(
        'Deliveries that began to wait, and were held; due within 15 min (right)',
        THIRD,
        [
          this.own('DeliveriesWaiting', { label: 'began to wait' }),
          this.own('DeliveriesHeld', { label: 'held' }),
        ],
        retries
          ? [
              retries.metricApproximateNumberOfMessagesDelayed({
                period: PERIOD,
                label: 'due soon',
              }),
            ]
          : [],
      ),
      graph('Wake-ups', THIRD, [
        this.own('SchedulesCreated', { label: 'schedules created' }),
        this.own('SchedulesRefused', { label: 'schedules refused' }),
        this.own('WakesHandled', { label: 'woken' }),
      ]),
      graph('Repaired by sweep', THIRD, [
        this.own('WakesRepaired', { label: 'wake-ups' }),
        this.own('DeadLettersRested', { label: 'dead letters' }),
      ]),
    ];
  }

  private functions(): IWidget[] {
    const period = PERIOD;
    return [
      graph('Messages that came back for a reason on our side', HALF / 2, [
        ...QUEUE_FUNCTIONS.map((name) =>
          this.own('MessagesFaulted', { function: name, label: name }),
        ),
      ]),
      graph(
        'Errors, by function',
        HALF / 2,
        this.ofFunctions(({ fn }, label) => fn.metricErrors({ period, label })),
      ),
      graph(
        'Throttles, by function',
        HALF / 2,
        this.ofFunctions(({ fn }, label) => fn.metricThrottles({ period, label })),
      ),
      graph(
        'Duration (p95), ms, by function',
        HALF / 2,
        this.ofFunctions(({ fn }, label) => fn.metricDuration({ period, statistic: 'p95', label })),
      ),
    ];
  }

  private receivers(): IWidget[] {
    const logs = this.props.functions.Dispatch?.logGroup;
    if (!logs) return [];
    const table = (heading: keyof typeof QUERIES): IWidget =>
      new LogQueryWidget({
        title: heading,
        logGroupNames: [logs.logGroupName],
        queryLines: [...QUERIES[heading]],
        view: LogQueryVisualizationType.TABLE,
        width: HALF,
        height: 8,
      });
    return [table('By endpoint'), table('Failures by kind')];
  }

  private cost(): IWidget[] {
    const note =
      'An **estimate**: what AWS counts, times list prices of us-east-1. Without storage, transfer, NAT gateways, logs, metrics and alarms, and without the free tier. The bill is in Cost Explorer.';
    return [
      stacked('Estimated dollars per hour, by service', HALF, costByService(this.props)),
      graph('Estimated dollars per hour', HALF / 2, [costPerHour(this.props)]),
      new TextWidget({ markdown: note, width: HALF / 2, height: 6 }),
    ];
  }

  private own(name: MetricName, options: Partial<OwnMetricOptions>): IMetric {
    return ownMetric(this, name, { period: PERIOD, ...options });
  }

  private ofQueues(metric: (queue: QueueWithDeadLetters, label: string) => IMetric): IMetric[] {
    return Object.entries(this.props.queues).map(([label, queue]) => metric(queue, label));
  }

  private ofFunctions(metric: (fn: NodeFunction, label: string) => IMetric): IMetric[] {
    return Object.entries(this.props.functions).map(([label, fn]) => metric(fn, label));
  }
}

function title(question: string): IWidget {
  return new TextWidget({ markdown: `## ${question}`, width: WHOLE, height: 1 });
}

function graph(heading: string, width: number, left: IMetric[], right: IMetric[] = []): IWidget {
  return new GraphWidget({ title: heading, width, left, right });
}

function stacked(heading: string, width: number, left: IMetric[]): IWidget {
  return new GraphWidget({ title: heading, width, left, stacked: true });
}
