// Attempts over time: answered 2xx below, failed above and hatched.
import { ceiling, compact, count } from '../base/numbers.ts';
import { absolute } from '../base/time.ts';
import { Table } from '../parts/table.tsx';
import { AsTable, Frame, HEIGHT, inPercent, placeOf, type Span } from './frame.tsx';

export interface Bar {
  readonly at: number;
  readonly ok: number;
  readonly bad: number;
}

interface BarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly span: Span;
  readonly stepMs: number;
}

/** Failures are seen even where they are few: at least two pixels. */
const heightOf = (n: number, top: number): number =>
  n === 0 ? 0 : Math.max(2, (n / top) * HEIGHT);

export function Bars({ label, bars, span, stepMs }: BarsProps) {
  const top = ceiling(Math.max(1, ...bars.map(({ ok, bad }) => ok + bad)));
  const slot = placeOf(span, span.fromMs + stepMs);
  const ok = bars.reduce((sum, bar) => sum + bar.ok, 0);
  const bad = bars.reduce((sum, bar) => sum + bar.bad, 0);
  return (
    <>
      <Frame
        label={`${label}: ${count(ok)} answered 2xx, ${count(bad)} failed`}
        span={span}
        steps={[compact(top), compact(top / 2), '0']}
      >
        {bars.map((bar) => {
          const x = inPercent(Math.max(0, placeOf(span, bar.at)) + slot * 0.14);
          const width = inPercent(slot * 0.72);
          const high = heightOf(bar.ok, top);
          const above = heightOf(bar.bad, top);
          return (
            <g key={bar.at}>
              {bar.ok > 0 && (
                <rect class="f-ok" x={x} width={width} y={HEIGHT - high} height={high} />
              )}
              {bar.bad > 0 && (
                <rect
                  fill="url(#hatch)"
                  x={x}
                  width={width}
                  y={HEIGHT - high - above}
                  height={above}
                />
              )}
            </g>
          );
        })}
      </Frame>
      <AsTable>
        <Table
          label={label}
          rows={bars.filter((bar) => bar.ok + bar.bad > 0)}
          keyOf={(bar) => String(bar.at)}
          columns={[
            { head: 'From', cell: (bar) => absolute(bar.at) },
            { head: '2xx', looks: 'num', cell: (bar) => count(bar.ok) },
            { head: 'Failed', looks: 'num', cell: (bar) => count(bar.bad) },
          ]}
        />
      </AsTable>
    </>
  );
}

/** 24 hours in a cell. */
export function Spark({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const top = Math.max(1, ...bars.map(({ ok, bad }) => ok + bad));
  const high = (n: number) => (n === 0 ? 0 : Math.max(1.5, (n / top) * 22));
  const column = (at: number, from: number, height: number) =>
    `M${at * 4} ${(24 - from).toFixed(1)}v-${height.toFixed(1)}h3v${height.toFixed(1)}z`;
  const failed = bars.reduce((sum, bar) => sum + bar.bad, 0);
  const all = bars.reduce((sum, bar) => sum + bar.ok + bar.bad, 0);
  return (
    <svg
      class="spark"
      viewBox="0 0 95 24"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${count(all)} attempts in 24 hours, ${count(failed)} failed`}
    >
      <path class="f-line" d="M0 23.5h95v.5h-95z" />
      <path
        class="f-ok"
        d={bars.map((bar, at) => (bar.ok ? column(at, 0, high(bar.ok)) : '')).join('')}
      />
      <path
        class="f-bad"
        d={bars.map((bar, at) => (bar.bad ? column(at, high(bar.ok), high(bar.bad)) : '')).join('')}
      />
    </svg>
  );
}
