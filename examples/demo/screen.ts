// What the demo shows: progress on stderr while it runs, the table of deliveries at its end.
import { isGood, type Row } from './deliveries.ts';

const BAR_WIDTH = 30;

/** Shows how much of `total` is done: a bar on a terminal, elsewhere a line for each quarter. */
export class Progress {
  readonly #label: string;
  readonly #total: number;
  readonly #out: NodeJS.WriteStream;
  #quarter = 0;

  constructor(label: string, total: number, out: NodeJS.WriteStream = process.stderr) {
    this.#label = label.padEnd(10);
    this.#total = total;
    this.#out = out;
  }

  show(done: number): void {
    const share = this.#total === 0 ? 1 : done / this.#total;
    const quarter = Math.floor(share * 4);
    if (this.#out.isTTY) {
      const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
      this.#out.write(`\r${this.#label} [${bar}] ${done}/${this.#total}`);
    } else if (quarter > this.#quarter) {
      this.#out.write(`${this.#label} ${done}/${this.#total}\n`);
    }
    this.#quarter = quarter;
  }

  end(): void {
    if (this.#out.isTTY) this.#out.write('\n');
  }
}

export function formatTable(rows: readonly Row[]): string {
  const head = ['event', 'endpoint', 'attempts', 'status', 'ms', 'signature'];
  const cells = rows.map((row) => [
    row.event,
    row.endpoint,
    String(row.attempts),
    row.status,
    row.deliveryMs === null ? '-' : String(row.deliveryMs),
    row.check,
  ]);
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const numeric = new Set([2, 4]);
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) =>
        numeric.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(head), rule, ...cells.map(line)].join('\n');
}

/** One line that says how many of the deliveries came through, and how fast. */
export function summarize(rows: readonly Row[]): string {
  const times = rows.flatMap((row) => row.deliveryMs ?? []).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  const slowest = times.at(-1);
  const speed = median === undefined ? '' : `; median ${median} ms, slowest ${slowest} ms`;
  const good = rows.filter(isGood).length;
  return `${good} of ${rows.length} deliveries arrived with a valid signature${speed}.`;
}
