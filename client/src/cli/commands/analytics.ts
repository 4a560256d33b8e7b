import type { Command } from '../command.ts';
import { sparkline } from '../sparkline.ts';
import { timeOf, timesOf } from './listing-options.ts';

const BARS = 48;

function percent(share: number | null): string {
  return share === null ? '-' : `${Math.round(share * 1_000) / 10} %`;
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
    },
    async run({ posthorn, out, arg, options }) {
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
          'avg ms': point.avgMs,
          'p50 ms': point.p50Ms,
          'p95 ms': point.p95Ms,
          'p99 ms': point.p99Ms,
        }),
      );
      if (!answer.complete) out.note('The latest hours are not counted in full yet.');
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
