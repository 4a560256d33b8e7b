// What an operator sees first: one dashboard from AWS's own metrics, and alarms on what must not happen.
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { QueueWithDeadLetters } from './queue-with-dead-letters.ts';

const PERIOD = Duration.minutes(1);

export interface OverviewProps {
  readonly queues: Readonly<Record<string, QueueWithDeadLetters>>;
  readonly functions: Readonly<Record<string, IFunction>>;
}

export class Overview extends Construct {
  constructor(scope: Construct, id: string, { queues, functions }: OverviewProps) {
    super(scope, id);
    const ofQueues = (metric: (queue: QueueWithDeadLetters, label: string) => IMetric): IMetric[] =>
      Object.entries(queues).map(([label, queue]) => metric(queue, label));
    const ofFunctions = (metric: (fn: IFunction, label: string) => IMetric): IMetric[] =>
      Object.entries(functions).map(([label, fn]) => metric(fn, label));
    const graph = (title: string, left: IMetric[]): GraphWidget =>
      new GraphWidget({ title, left, width: 12 });

    const dashboard = new Dashboard(this, 'Dashboard');
    dashboard.addWidgets(
      graph(
        'Messages sent, by queue',
        ofQueues(({ queue }, label) => queue.metricNumberOfMessagesSent({ period: PERIOD, label })),
      ),
      graph(
        'Age of the oldest message, by queue',
        ofQueues(({ queue }, label) =>
          queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, label }),
        ),
      ),
    );
    dashboard.addWidgets(
      graph(
        'Errors, by function',
        ofFunctions((fn, label) => fn.metricErrors({ period: PERIOD, label })),
      ),
      graph(
        'Dead letters, by queue',
        ofQueues(({ deadLetters }, label) =>
          deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD, label }),
        ),
      ),
    );
    dashboard.addWidgets(
      graph(
        'Duration (p95), by function',
        ofFunctions((fn, label) => fn.metricDuration({ period: PERIOD, statistic: 'p95', label })),
      ),
      graph(
        'Throttles, by function',
        ofFunctions((fn, label) => fn.metricThrottles({ period: PERIOD, label })),
      ),
    );

    for (const [name, { queue, deadLetters, stuckAfter }] of Object.entries(queues)) {
      this.alarm(
        `${name}DeadLetters`,
        `Posthorn: ${name} has dead letters: messages that our own code could not process.`,
        deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
        1,
      );
      this.alarm(
        `${name}Stuck`,
        `Posthorn: the oldest message of ${name} is older than ${stuckAfter.toMinutes()} minutes.`,
        queue.metricApproximateAgeOfOldestMessage({ period: PERIOD }),
        stuckAfter.toSeconds(),
      );
    }
    new CfnOutput(Stack.of(this), 'DashboardUrl', {
      value: `https://${Stack.of(this).region}.console.aws.amazon.com/cloudwatch/home#dashboards/dashboard/${dashboard.dashboardName}`,
      description: 'The dashboard.',
    });
  }

  private alarm(id: string, alarmDescription: string, metric: IMetric, threshold: number): void {
    new Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
