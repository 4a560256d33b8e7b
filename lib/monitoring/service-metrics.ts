// Posthorn's own metrics for widgets and alarms: a name that the functions do not emit is no type.
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import {
  ATTEMPT_KINDS,
  attemptMetric,
  type Dimension,
  METRICS,
  type MetricName,
  NAMESPACE,
  type QueueFunction,
} from '../../lambdas/core/metrics.ts';
import { instanceNameOf } from '../instance.ts';

export interface OwnMetricOptions {
  readonly period: Duration;
  /** @default Sum for counts, p99 for times */
  readonly statistic?: string;
  readonly label?: string;
  /** @default live */
  readonly env?: 'live' | 'test';
  readonly function?: QueueFunction;
}

export function ownMetric(scope: Construct, name: MetricName, options: OwnMetricOptions): Metric {
  const { env = 'live', function: fn = '', label, period, statistic } = options;
  const values: Record<Dimension, string> = {
    stack: instanceNameOf(scope),
    env,
    function: fn,
  };
  const definition = METRICS[name];
  return new Metric({
    namespace: NAMESPACE,
    metricName: name,
    dimensionsMap: Object.fromEntries(
      definition.dimensions.map((dimension) => [dimension, values[dimension]]),
    ),
    statistic: statistic ?? ('unit' in definition ? 'p99' : 'Sum'),
    period,
    ...(label === undefined ? {} : { label }),
  });
}

/** Of both environments together. */
export function inBoth(
  scope: Construct,
  name: MetricName,
  { period, label = name }: Pick<OwnMetricOptions, 'period' | 'label'>,
): MathExpression {
  const [live, test] = [`${idOf(name)}Live`, `${idOf(name)}Test`];
  return new MathExpression({
    expression: `FILL(${live}, 0) + FILL(${test}, 0)`,
    usingMetrics: {
      [live]: ownMetric(scope, name, { period, env: 'live' }),
      [test]: ownMetric(scope, name, { period, env: 'test' }),
    },
    period,
    label,
  });
}

/** Attempts by how they ended. */
export function attemptsByKind(
  scope: Construct,
  options: Pick<OwnMetricOptions, 'period' | 'env'>,
): IMetric[] {
  return ATTEMPT_KINDS.map((kind) =>
    ownMetric(scope, attemptMetric(kind), { ...options, label: kind }),
  );
}

/** Ids in expressions begin with a small letter. */
function idOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
