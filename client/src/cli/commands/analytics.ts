import type { Comparison } from '../../models.ts';
import { type Command, UsageError } from '../command.ts';
import type { Output } from '../output.ts';
import { sparkline } from '../sparkline.ts';
import { timeOf, timesOf } from './listing-options.ts';

const BARS = 48;
const UNCOUNTED = 'Some hours are not counted in full yet.';
/** A comparison has windows of its own. */
const WINDOW_OPTIONS = ['since', 'until', 'type', 'granularity'] as const;

function percent(share: number | null): string {
  return share === null ? '-' : `${Math.round(share * 1_000) / 10} %`;
}

function timesIn(figures: Pick<Comparison['data'][number], 'avgMs' | 'p50Ms' | 'p95Ms' | 'p99Ms'>) {
  const { avgMs, p50Ms, p95Ms, p99Ms } = figures;
  return { 'avg ms': avgMs, 'p50 ms': p50Ms, 'p95 ms': p95Ms, 'p99 ms': p99Ms };
}

function showComparison(out: Output, comparison: Comparison): void {
  if (out.isJson) {
    out.raw(comparison);
    return;
  }
  const { at, hours, data, difference, complete } = comparison;
  out.text(`${hours} h before and after the change at ${at}`);
  out.list(data, (side) => ({
    period: side.period,
    attempts: side.attempts,
    success: percent(side.successRate),
    'first attempts': percent(side.firstAttemptRate),
    retries: percent(side.retryShare),
    ...timesIn(side),
  }));
  const changes = [
    change('success', difference.successRate, 'points'),
    change('retries', difference.retryShare, 'points'),
    change('p95', difference.p95Ms, 'ms'),
  ];
  out.text(changes.join(', '));
  if (!complete) out.note(UNCOUNTED);
}

/** Shares change by percentage points. */
function change(name: string, by: number | null, unit: 'points' | 'ms'): string {
  if (by === null) return `${name}: too few attempts to say`;
  const value = unit === 'ms' ? by : Math.round(by * 1_000) / 10;
  return `${name} ${value > 0 ? '+' : ''}${value} ${unit}`;
}

export const ANALYTICS_COMMANDS: readonly Command[] = [
  {
    name: 'stats',
    summary: 'show attempts over time, of one endpoint or of all',
    optionalArg: 'endpoint',
    options: {
      since: {
        type: 'string',
        value: 'TIME',
        help: 'from then on: RFC 3339, or 15m, 2h, 3d ago; a day unless said',
      },
      until: { type: 'string', value: 'TIME', help: 'up to then' },
      type: { type: 'string', value: 'TYPE', help: 'only this event type' },
      granularity: { type: 'string', value: 'SPAN', help: '5m, 1h (unless said) or 1d' },
      compare: {
        type: 'boolean',
        help: 'compare the endpoint before and after its last change of settings',
      },
      'changed-at': { type: 'string', value: 'TIME', help: 'compare before and after then' },
    },
    async run({ posthorn, out, arg, options }) {
      const changedAt = timeOf(options, 'changed-at');
      if (options.flag('compare') || changedAt !== undefined) {
        if (arg(0) === '') throw new UsageError('a comparison needs an endpoint');
        const other = WINDOW_OPTIONS.find((name) => options.text(name) !== undefined);
        if (other) throw new UsageError(`--${other} is not for a comparison`);
        const query = changedAt === undefined ? {} : { at: changedAt };
        return showComparison(out, await posthorn.analytics.comparison(arg(0), query));
      }
      const type = options.text('type');
      const granularity = options.oneOf('granularity', ['5m', '1h', '1d'] as const);
      const answer = await posthorn.analytics.attempts({
        ...timesOf(options),
        ...(type !== undefined && { type }),
        ...(granularity !== undefined && { granularity }),
        ...(arg(0) !== '' && { endpoint: arg(0) }),
      });
      if (out.isJson) {
        out.raw(answer);
        return;
      }
      const { data } = answer;
      const chart = (name: string, values: readonly number[]) => {
        const most = Math.max(0, ...values);
        out.text(`${name.padEnd(9)} ${sparkline(values, BARS)}  at most ${most}`);
      };
      chart(
        'attempts',
        data.map(({ count }) => count),
      );
      chart(
        'failures',
        data.map(({ failure }) => failure),
      );
      out.list(
        data.filter(({ count }) => count > 0),
        (point) => ({
          at: point.at,
          attempts: point.count,
          failures: point.failure,
          success: percent(point.successRate),
          ...timesIn(point),
        }),
      );
      if (!answer.complete) out.note(UNCOUNTED);
      if (answer.uncertainHours > 0) {
        out.note(
          `Hours in which the type may have more than is counted: ${answer.uncertainHours}.`,
        );
      }
    },
  },
  {
    name: 'advice',
    summary: 'say what to change at an endpoint, by its numbers',
    args: ['endpoint'],
    options: {
      'changed-at': { type: 'string', value: 'TIME', help: 'also compare the days around then' },
    },
    async run({ posthorn, out, arg, options }) {
      const found = await posthorn.analytics.recommendations(arg(0), timeOf(options, 'changed-at'));
      out.list(found.data, ({ severity, code, advice, evidence, change }) => ({
        severity,
        code,
        advice,
        evidence,
        apply: change === null ? 'needs a person' : change,
      }));
    },
  },
];
