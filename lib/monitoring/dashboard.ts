// One dashboard that answers five questions, from top to bottom.
import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type MetricName, QUEUE_FUNCTIONS } from '../../lambdas/core/metrics.ts';
import type { NodeFunction } from '../node-function/node-function.ts';
import type { QueueWithDeadLetters } from '../queue-with-dead-letters.ts';
import { type CostParts, costByService, costPerHour } from './cost-estimate.ts';
import { QUERIES } from './saved-queries.ts';
import { attemptsByKind, type OwnMetricOptions, ownMetric } from './service-metrics.ts';

const period = Duration.minutes(1);
/** The dashboard is 24 wide. */
const WHOLE = 24;
const HALF = WHOLE / 2;
const THIRD = WHOLE / 3;
const QUARTER = WHOLE / 4;

export class ServiceDashboard extends Dashboard {
  private readonly props: CostParts;

  constructor(scope: Construct, id: string, props: CostParts) {
    super(scope, id);
    this.props = props;
    this.addWidgets(title('Are we accepting?'));
    this.addWidgets(...this.accepting());
    this.addWidgets(title('Are we delivering?'));
    this.addWidgets(...this.delivering());
    this.addWidgets(...this.times());
    this.addWidgets(title('Is anything stuck?'));
    this.addWidgets(...this.queueing());
    this.addWidgets(...this.waiting());
    this.addWidgets(...this.functions());
    this.addWidgets(title('Which receivers fail?'));
    this.addWidgets(...this.receivers());
    this.addWidgets(title('What does it cost?'));
    this.addWidgets(...this.cost());
  }

  private accepting(): IWidget[] {
    const { api } = this.props.front;
    return [
      graph('Events: accepted, fanned out', THIRD, [
        ...this.own({ accepted: 'EventsAccepted', 'fanned out': 'EventsFannedOut' }),
        ...this.own(
          { 'accepted, test': 'EventsAccepted', 'fanned out, test': 'EventsFannedOut' },
          { env: 'test' },
        ),
      ]),
      graph(
        'Events refused, and over their budget of steps',
        THIRD,
        this.own({
          '4xx: the producer’s': 'EventsRefused4xx',
          '429: too many': 'EventsRefused429',
          '5xx: ours': 'EventsRefused5xx',
          'schemas over budget': 'SchemasOverBudget',
          'filters over budget (not delivered)': 'FiltersOverBudget',
        }),
      ),
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
      stacked('Attempts by outcome, live', HALF, attemptsByKind(this, { period })),
      graph(
        'Deliveries: created, and by final state, live',
        HALF,
        this.own({
          created: 'DeliveriesCreated',
          delivered: 'DeliveriesDelivered',
          dead: 'DeliveriesDead',
          cancelled: 'DeliveriesCancelled',
        }),
      ),
    ];
  }

  private times(): IWidget[] {
    const percentiles = (name: MetricName, heading: string): IWidget =>
      graph(
        heading,
        THIRD,
        ['p50', 'p95', 'p99'].flatMap((statistic) =>
          this.own({ [statistic]: name }, { statistic }),
        ),
      );
    return [
      percentiles('FirstAttemptDelay', 'Accepted to first attempt, ms, live'),
      percentiles('DeliveryTime', 'Accepted to delivered, ms, live'),
      percentiles('ReceiverTime', 'Receivers’ time to answer, ms, live'),
    ];
  }

  private queueing(): IWidget[] {
    const ofQueues = (
      heading: string,
      metric: (queue: QueueWithDeadLetters, label: string) => IMetric,
    ): IWidget =>
      graph(
        heading,
        THIRD,
        Object.entries(this.props.queues).map(([label, queue]) => metric(queue, label)),
      );
    return [
      ofQueues('Age of the oldest message, s', ({ queue }, label) =>
        queue.metricApproximateAgeOfOldestMessage({ period, label }),
      ),
      ofQueues('Messages that wait for a function', ({ queue }, label) =>
        queue.metricApproximateNumberOfMessagesVisible({ period, label }),
      ),
      ofQueues('Dead letters', (queue, label) => queue.metricDeadLetters({ period, label })),
    ];
  }

  private waiting(): IWidget[] {
    const { queue } = this.props.queues.Retries;
    return [
      graph(
        'Deliveries that began to wait, and were held; due within 15 min (right)',
        THIRD,
        this.own({ 'began to wait': 'DeliveriesWaiting', held: 'DeliveriesHeld' }),
        [queue.metricApproximateNumberOfMessagesDelayed({ period, label: 'due soon' })],
      ),
      graph(
        'Wake-ups',
        THIRD,
        this.own({
          'schedules created': 'SchedulesCreated',
          'schedules refused': 'SchedulesRefused',
          woken: 'WakesHandled',
        }),
      ),
      graph(
        'Repaired by sweep; writes that record cannot read; what waits to be counted, ms (right)',
        THIRD,
        this.own({
          'wake-ups': 'WakesRepaired',
          'dead letters': 'DeadLettersRedriven',
          unread: 'RecordsUnread',
        }),
        this.own({ 'longest wait': 'RollupWait' }, { statistic: 'Maximum' }),
      ),
    ];
  }

  private functions(): IWidget[] {
    const ofFunctions = (metric: (fn: NodeFunction['fn'], label: string) => IMetric): IMetric[] =>
      Object.entries(this.props.functions).map(([label, { fn }]) => metric(fn, label));
    return [
      graph(
        'Messages that came back for a reason on our side',
        QUARTER,
        QUEUE_FUNCTIONS.flatMap((name) =>
          this.own({ [name]: 'MessagesFaulted' }, { function: name }),
        ),
      ),
      graph(
        'Errors, by function',
        QUARTER,
        ofFunctions((fn, label) => fn.metricErrors({ period, label })),
      ),
      graph(
        'Throttles, by function',
        QUARTER,
        ofFunctions((fn, label) => fn.metricThrottles({ period, label })),
      ),
      graph(
        'Duration (p95), ms, by function',
        QUARTER,
        ofFunctions((fn, label) => fn.metricDuration({ period, statistic: 'p95', label })),
      ),
    ];
  }

  private receivers(): IWidget[] {
    const { logGroupName } = this.props.functions.Dispatch.logGroup;
    return (['By endpoint', 'Failures by kind'] as const).map(
      (heading) =>
        new LogQueryWidget({
          title: heading,
          logGroupNames: [logGroupName],
          queryLines: [...QUERIES[heading]],
          view: LogQueryVisualizationType.TABLE,
          width: HALF,
          height: 8,
        }),
    );
  }

  private cost(): IWidget[] {
    const note =
      'An **estimate**: what AWS counts, times list prices of us-east-1. Without storage, transfer, NAT gateways, logs, metrics and alarms, and without the free tier. The bill is in Cost Explorer.';
    return [
      stacked('Estimated dollars per hour, by service', HALF, costByService(this.props)),
      graph('Estimated dollars per hour', QUARTER, [costPerHour(this.props)]),
      new TextWidget({ markdown: note, width: QUARTER, height: 6 }),
    ];
  }

  /** Posthorn's own metrics, each by its label. */
  private own(
    names: Readonly<Record<string, MetricName>>,
    options: Partial<OwnMetricOptions> = {},
  ): IMetric[] {
    return Object.entries(names).map(([label, name]) =>
      ownMetric(this, name, { period, label, ...options }),
    );
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
