// How long answers take: a column for each step of time, which adds up to 100%, and a row for each range.

import { percent } from '../base/numbers.ts';
import { absolute } from '../base/time.ts';
import { Table } from '../parts/table.tsx';
import { AsTable, inPercent, placeOf, type Span, TimeAxis } from './frame.tsx';

const RANGES: readonly (readonly [fromMs: number, name: string])[] = [
  [10_000, '≥ 10 s'],
  [5000, '5–10 s'],
  [2000, '2–5 s'],
  [1000, '1–2 s'],
  [500, '0.5–1 s'],
  [200, '200–500 ms'],
  [100, '100–200 ms'],
  [50, '50–100 ms'],
  [0, '< 50 ms'],
];
const ROW = 18;

export interface HeatColumn {
  readonly at: number;
  readonly buckets: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly count: number;
  }[];
}

/** The share of each range, from slow to fast. */
function sharesOf({ buckets }: HeatColumn): number[] {
  const all = buckets.reduce((sum, { count }) => sum + count, 0);
  const counts = RANGES.map(() => 0);
  for (const { fromMs, toMs, count } of buckets) {
    const row = RANGES.findIndex(([from]) => (fromMs + toMs) / 2 >= from);
    counts[row] = (counts[row] ?? 0) + count;
  }
  return counts.map((n) => (all === 0 ? 0 : n / all));
}

function shadeOf(share: number): string {
  if (share === 0) return 'h0';
  if (share < 0.01) return 'h1';
  if (share < 0.03) return 'h2';
  if (share < 0.12) return 'h3';
  return share < 0.3 ? 'h4' : 'h5';
}

interface HeatProps {
  readonly columns: readonly HeatColumn[];
  readonly span: Span;
  readonly stepMs: number;
}

export function Heat({ columns, span, stepMs }: HeatProps) {
  const shown = columns.map((column) => ({ at: column.at, shares: sharesOf(column) }));
  const slot = placeOf(span, span.fromMs + stepMs);
  const height = RANGES.length * ROW;
  return (
    <>
      <div class="chart">
        <div class="y cells" aria-hidden="true">
          {RANGES.map(([, name]) => (
            <span key={name}>{name}</span>
          ))}
        </div>
        <svg
          role="img"
          height={height + 20}
          aria-label="Response times: the share of answers in each range, from fast below to slow above"
        >
          {shown.map(({ at, shares }) =>
            shares.map((share, row) => (
              <rect
                key={`${at} ${row}`}
                class={shadeOf(share)}
                x={inPercent(placeOf(span, at) + slot * 0.04)}
                width={inPercent(slot * 0.92)}
                y={row * ROW + 1}
                height={ROW - 2}
              />
            )),
          )}
          <TimeAxis span={span} y={height + 16} />
        </svg>
      </div>
      <AsTable>
        <Table
          label="Response times"
          rows={shown.filter(({ shares }) => shares.some((share) => share > 0))}
          keyOf={({ at }) => String(at)}
          columns={[
            { head: 'From', cell: ({ at }) => absolute(at) },
            ...RANGES.map(([, name], row) => ({
              head: name,
              looks: 'num',
              cell: ({ shares }: { shares: number[] }) => percent(shares[row] ?? 0),
            })),
          ]}
        />
      </AsTable>
    </>
  );
}
