// CloudWatch alarms, as far as ours use them: metrics and metric math over periods, and what missing data counts as.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

/** Values by period, the oldest first; undefined where nothing was reported. */
export type Values = readonly (number | undefined)[];
/** By `<metric name>` or, where several have that name, `<metric name> <part of its dimensions>`. */
export type Recorded = Readonly<Record<string, Values>>;

interface MetricOf {
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}
interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: MetricOf };
  readonly ReturnData?: boolean;
}
export interface AlarmProperties extends MetricOf {
  readonly Metrics?: readonly Query[];
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
}

function recordedOf(recorded: Recorded, { MetricName = '', Dimensions = [] }: MetricOf): Values {
  const dimensions = JSON.stringify(Dimensions);
  const names = Object.keys(recorded).filter((key) => {
    const [name, part = ''] = key.split(' ');
    return name === MetricName && dimensions.includes(part);
  });
  if (names.length > 1) throw new Error(`${names} are one metric`);
  return recorded[names[0] ?? ''] ?? [];
}

const FUNCTIONS = {
  FILL: (value: number | undefined, otherwise: number) => value ?? otherwise,
  IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
};

/** The operators are JavaScript's; without a value, arithmetic has none. */
function calculate(expression: string, values: Readonly<Record<string, number | undefined>>) {
  const names = [...Object.keys(FUNCTIONS), ...Object.keys(values)];
  const given = [...Object.values(FUNCTIONS), ...Object.values(values)];
  const result: unknown = new Function(...names, `return ${expression}`)(...given);
  return typeof result === 'number' && !Number.isNaN(result) ? result : undefined;
}

function valueAt(alarm: AlarmProperties, recorded: Recorded, period: number) {
  if (alarm.Metrics === undefined) return recordedOf(recorded, alarm)[period];
  const values: Record<string, number | undefined> = {};
  for (const { Id, MetricStat } of alarm.Metrics) {
    if (MetricStat) values[Id] = recordedOf(recorded, MetricStat.Metric)[period];
  }
  // Expressions may use each other: those that others use come later in what CDK writes.
  for (const { Id, Expression } of alarm.Metrics.toReversed()) {
    if (Expression !== undefined) values[Id] = calculate(Expression, values);
  }
  const shown = alarm.Metrics.find(({ ReturnData }) => ReturnData !== false);
  return values[shown?.Id ?? ''];
}

/** Whether the alarm rings after these periods. */
export function rings(alarm: AlarmProperties, recorded: Recorded, periods: number): boolean {
  const { Threshold, EvaluationPeriods, ComparisonOperator, TreatMissingData } = alarm;
  return Array.from({ length: EvaluationPeriods }, (_, n) => periods - 1 - n).every((period) => {
    const value = valueAt(alarm, recorded, period);
    if (value === undefined) return TreatMissingData === 'breaching';
    return ComparisonOperator === 'LessThanThreshold' ? value < Threshold : value >= Threshold;
  });
}
