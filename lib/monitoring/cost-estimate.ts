// What the stack costs by the hour, estimated from what AWS counts times list prices of us-east-1. It is no
// bill: storage, transfer, NAT gateways, logs, the free tier and other regions' prices are not in it.
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { WORK_INDEX } from '../../lambdas/environment.ts';
import type { HttpFront } from '../http-front.ts';
import type { NodeFunction } from '../node-function/node-function.ts';
import type { Queues, QueueWithDeadLetters } from '../queue-with-dead-letters.ts';
import type { Storage } from '../storage.ts';
import { PRICES } from './prices.ts';

/** Sent, received and deleted; a batch of calls would make it less, and empty polls make it more. */
const REQUESTS_PER_MESSAGE = 3;

type FunctionName =
  | 'Ingest'
  | 'FanOut'
  | 'Dispatch'
  | 'Wake'
  | 'Sweep'
  | 'Api'
  | 'Record'
  | 'Rollup'
  | 'Web';

export interface CostParts {
  readonly front: HttpFront;
  readonly queues: Queues;
  readonly functions: Readonly<Record<FunctionName, NodeFunction>>;
  readonly storage: Storage;
}

interface Part {
  readonly metric: IMetric;
  /** Dollars for one. */
  readonly price: number;
}

/** By service; an alarm takes ten metrics, so that these are the largest and not all. */
function partsOf({ front, queues, functions, storage }: CostParts, period: Duration) {
  const perMessage = REQUESTS_PER_MESSAGE * (PRICES['sqs.requests'] + PRICES['sqs.fair']);
  const sentTo = ({ queue }: QueueWithDeadLetters): Part => ({
    metric: queue.metricNumberOfMessagesSent({ period }),
    price: perMessage,
  });
  const runOf = ({ fn, memoryMb }: NodeFunction): Part => ({
    metric: fn.metricDuration({ period, statistic: 'Sum' }),
    price: (memoryMb / 1024 / 1000) * PRICES['lambda.gbSeconds'],
  });
  const units = { period, statistic: 'Sum' };
  const byService: Readonly<Record<string, readonly Part[]>> = {
    'API Gateway': [{ metric: front.api.metricCount({ period }), price: PRICES['api.requests'] }],
    Lambda: [functions.Ingest, functions.Dispatch].map(runOf),
    SQS: [queues.Events, queues.Deliveries, queues.Slow, queues.Retries].map(sentTo),
    DynamoDB: [
      {
        metric: storage.ledger.metricConsumedWriteCapacityUnits(units),
        price: PRICES['dynamodb.writeUnits'],
      },
      {
        metric: storage.ledger.metricConsumedReadCapacityUnits(units),
        price: PRICES['dynamodb.readUnits'],
      },
      // What waits is written to the index as well, and CloudWatch counts that by itself.
      {
        metric: storage.ledger.metric('ConsumedWriteCapacityUnits', {
          ...units,
          dimensionsMap: {
            TableName: storage.ledger.tableName,
            GlobalSecondaryIndexName: WORK_INDEX,
          },
        }),
        price: PRICES['dynamodb.writeUnits'],
      },
    ],
  };
  return byService;
}

/** Dollars in an hour, in all. */
export function costPerHour(parts: CostParts): MathExpression {
  const period = Duration.hours(1);
  const all = Object.values(partsOf(parts, period)).flat();
  return sumOf(all, period, 'c', 'estimated dollars per hour');
}

/** The same by service. */
export function costByService(parts: CostParts): MathExpression[] {
  const period = Duration.hours(1);
  return Object.entries(partsOf(parts, period)).map(([service, some], index) =>
    sumOf(some, period, `s${index}x`, service),
  );
}

function sumOf(
  parts: readonly Part[],
  period: Duration,
  prefix: string,
  label: string,
): MathExpression {
  const terms = parts.map(({ price }, index) => `FILL(${prefix}${index}, 0) * ${inFull(price)}`);
  return new MathExpression({
    expression: terms.join(' + '),
    usingMetrics: Object.fromEntries(
      parts.map(({ metric }, index) => [`${prefix}${index}`, metric]),
    ),
    period,
    label,
  });
}

/** Expressions know no exponents. */
function inFull(price: number): string {
  return price.toFixed(15).replace(/0+$/, '');
}
