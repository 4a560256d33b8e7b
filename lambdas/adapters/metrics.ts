// Metrics in CloudWatch's embedded metric format: counted in memory, and written at the end of an invocation
// as one line for each set of dimensions, but not more than once a second: invocations that follow one
// another share a line, which is paid for by the byte.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import {
  type Dimension,
  METRICS,
  type MetricName,
  NAMESPACE,
  type QueueFunction,
} from '../core/metrics.ts';
import { Env } from '../environment.ts';

/** The format's limit of values of one metric in a line. */
const VALUES_PER_LINE = 100;
const EVERY_MS = 1_000;

/** The dimensions beside the stack. */
interface Place {
  readonly env?: string;
  readonly function?: QueueFunction;
}

export interface Metrics {
  count(name: MetricName, place?: Place, value?: number): void;
  /** Keeps each value: percentiles are made of them. */
  time(name: MetricName, place: Place, ms: number): void;
  /** Writes what was counted since the last time, if anything was. */
  flush(): void;
  /** The same at most once a second, but for what is urgent: sooner, it is put off until the second is over. */
  flushWhenDue(): void;
}

interface MetricsPorts {
  readonly stack: string;
  readonly now: () => number;
  readonly write: (line: string) => void;
}

interface Group {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Map<MetricName, number[]>;
}

export function createMetrics({ stack, now, write }: MetricsPorts): Metrics {
  const groups = new Map<string, Group>();
  /** When the oldest count in the groups was made. */
  let firstAtMs = 0;
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let isUrgent = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    isUrgent = false;
    if (groups.size === 0) return;
    writtenAtMs = now();
    const taken = [...groups.values()];
    groups.clear();
    for (const { dimensions, values } of taken) {
      for (let from = 0; ; from += VALUES_PER_LINE) {
        const part = [...values].flatMap(([name, all]): [MetricName, number[]][] => {
          const some = all.slice(from, from + VALUES_PER_LINE);
          return some.length === 0 ? [] : [[name, some]];
        });
        if (part.length === 0) break;
        write(lineOf(firstAtMs, dimensions, part));
      }
    }
  }

  function valuesOf(name: MetricName, place: Place): number[] {
    const saidOf = (dimension: Dimension): string =>
      (dimension === 'stack' ? stack : place[dimension]) ?? '';
    const definition = METRICS[name];
    const { dimensions } = definition;
    // Lambda may have frozen the process: what was counted before belongs to its own minute.
    if (groups.size > 0 && now() - firstAtMs > 2 * EVERY_MS) flush();
    if (groups.size === 0) firstAtMs = now();
    if ('isUrgent' in definition) isUrgent = true;
    let key = '';
    for (const dimension of dimensions) key += `${dimension} ${saidOf(dimension)}\n`;
    let group = groups.get(key);
    if (!group) {
      const named = dimensions.map((dimension) => [dimension, saidOf(dimension)]);
      group = { dimensions: Object.fromEntries(named), values: new Map() };
      groups.set(key, group);
    }
    let values = group.values.get(name);
    if (!values) {
      values = [];
      group.values.set(name, values);
    }
    return values;
  }

  return {
    count(name, place = {}, value = 1) {
      const values = valuesOf(name, place);
      values[0] = (values[0] ?? 0) + value;
    },

    time(name, place, ms) {
      valuesOf(name, place).push(Math.max(0, Math.round(ms)));
    },

    flush,

    flushWhenDue() {
      const leftMs = writtenAtMs + EVERY_MS - now();
      if (leftMs <= 0 || isUrgent) return flush();
      // Lambda stops the clock between invocations: there it rings with the next one.
      timer ??= setTimeout(flush, leftMs).unref();
    },
  };
}

function lineOf(
  nowMs: number,
  dimensions: Group['dimensions'],
  values: readonly (readonly [MetricName, readonly number[]])[],
): string {
  const directive = {
    Namespace: NAMESPACE,
    Dimensions: [Object.keys(dimensions)],
    Metrics: values.map(([Name]) => {
      const definition = METRICS[Name];
      return 'unit' in definition ? { Name, Unit: definition.unit } : { Name };
    }),
  };
  return JSON.stringify({
    _aws: { Timestamp: nowMs, CloudWatchMetrics: [directive] },
    ...dimensions,
    ...Object.fromEntries(values.map(([name, some]) => [name, some.length === 1 ? some[0] : some])),
  });
}

export const metrics: Metrics = createMetrics({
  stack: process.env[Env.instanceName] ?? 'unknown',
  now: () => Date.now(),
  // Not by the console: Lambda would put a prefix before the line, and CloudWatch would not see a metric.
  write: (line) => process.stdout.write(`${line}\n`),
});

/** Messages that come back for a reason on our side. None is no line. */
export function countFaults(name: QueueFunction, count: number): void {
  if (count > 0) metrics.count('MessagesFaulted', { function: name }, count);
}

/** A handler that writes its metrics when it is done, however it ended. */
export function metered<P extends unknown[], R>(
  handler: (...parameters: P) => Promise<R>,
): (...parameters: P) => Promise<R> {
  return async (...parameters) => {
    try {
      return await handler(...parameters);
    } finally {
      metrics.flushWhenDue();
    }
  };
}
