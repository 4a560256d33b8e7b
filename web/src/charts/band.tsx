// Response time: p95 as a line over the band from p50. Hours without a percentile leave a gap.
import { ceiling, duration } from '../base/numbers.ts';
import { absolute } from '../base/time.ts';
import { Table } from '../parts/table.tsx';
import { AsTable, Frame, HEIGHT, placeOf, type Span } from './frame.tsx';

export interface BandPoint {
  readonly at: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

interface BandProps {
  readonly label: string;
  readonly points: readonly BandPoint[];
  readonly span: Span;
  readonly stepMs: number;
  /** A line across, such as the timeout. */
  readonly limitMs?: number;
}

type Known = { readonly at: number; readonly p50: number; readonly p95: number };

/** Runs of points that follow each other. */
function runsOf(points: readonly BandPoint[], stepMs: number): Known[][] {
  const runs: Known[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { at, p50, p95 } of points) {
    if (p50 === null || p95 === null) continue;
    if (at - last > stepMs) runs.push([]);
    runs.at(-1)?.push({ at, p50, p95 });
    last = at;
  }
  return runs;
}

export function Band({ label, points, span, stepMs, limitMs }: BandProps) {
  const runs = runsOf(points, stepMs);
  const most = Math.max(1, ...runs.flat().map(({ p95 }) => p95));
  const isLimitShown = limitMs !== undefined && most > limitMs / 3;
  const top = ceiling(isLimitShown ? Math.max(most, limitMs * 1.1) : most);
  const y = (ms: number) => Math.round((HEIGHT - (ms / top) * HEIGHT) * 10) / 10;
  const x = (at: number) => Math.round(placeOf(span, at + stepMs / 2) * 100) / 10;
  return (
    <>
      <Frame label={label} span={span} steps={[duration(top), duration(top / 2), '0']}>
        <svg
          viewBox={`0 0 1000 ${HEIGHT}`}
          preserveAspectRatio="none"
          width="100%"
          height={HEIGHT}
          aria-hidden="true"
        >
          {runs.map((run) => {
            const upper = run.map(({ at, p95 }) => `${x(at)},${y(p95)}`);
            const lower = run.toReversed().map(({ at, p50 }) => `${x(at)},${y(p50)}`);
            // A single hour is a short line.
            const line =
              run.length === 1 && run[0]
                ? [`${x(run[0].at) - 8},${y(run[0].p95)}`, `${x(run[0].at) + 8},${y(run[0].p95)}`]
                : upper;
            return (
              <g key={run[0]?.at}>
                <polygon class="f-soft" points={[...upper, ...lower].join(' ')} />
                <polyline class="l-accent" points={line.join(' ')} />
              </g>
            );
          })}
        </svg>
        {isLimitShown && (
          <>
            <line class="l-bad" x1="0" x2="100%" y1={y(limitMs)} y2={y(limitMs)} />
            <text x="0" dx="4" y={y(limitMs) - 5}>{`timeout ${duration(limitMs)}`}</text>
          </>
        )}
      </Frame>
      <AsTable>
        <Table
          label={label}
          rows={runs.flat()}
          keyOf={(point) => String(point.at)}
          columns={[
            { head: 'From', cell: (point) => absolute(point.at) },
            { head: 'p50', looks: 'num', cell: (point) => duration(point.p50) },
            { head: 'p95', looks: 'num', cell: (point) => duration(point.p95) },
          ]}
        />
      </AsTable>
    </>
  );
}
