// Writes the tables of docs/ that come from bench/results/: node bench/tables.ts. A test compares them.
import { readFileSync, writeFileSync } from 'node:fs';

type Row = Readonly<Record<string, string | number>>;
interface Result {
  readonly commit: string;
  readonly date: string;
  readonly machine: { readonly cores: number; readonly loadAverage: number };
  readonly rounds: number;
  /** Of a round, where it has a length. */
  readonly seconds?: number;
  readonly rows: readonly Row[];
}

/** Load of a core: a bench itself has less than two. */
const BUSY_FROM = 3;
const BUSY = '**Other work kept the machine busy: these figures say nothing about a quiet one.**';

/** Each page with its tables. */
export const PAGES: Readonly<Record<string, Readonly<Record<string, (of: Result) => string[]>>>> = {
  'docs/performance.md': { neighbour, pauses, peers },
  'docs/console.md': { 'first-screen': firstScreen },
};

function neighbour({ rows }: Result): string[] {
  const spread = (row: Row, name: string): string =>
    `${row[name]} (${row[`${name} least`]} to ${row[`${name} most`]})`;
  return tableOf(
    ['neighbour', 'a second', 'p50', 'p99', 'p50 ratio', 'p99 ratio'],
    rows.map((row) => [
      `${row.neighbour}`,
      `${row['a second']}`,
      ...['p50', 'p99', 'p50 ratio', 'p99 ratio'].map((name) => spread(row, name)),
    ]),
  );
}

/** By cause, each with the threads and processes that stood still. */
function pauses({ rows }: Result): string[] {
  const all = Map.groupBy(rows, ({ cause }) => `${cause}`);
  const sum = (some: readonly Row[]): number =>
    some.reduce((total, { deliveries }) => total + Number(deliveries), 0);
  const threads = (some: readonly Row[]): string =>
    [...Map.groupBy(some, ({ where }) => threadOf(`${where}`))]
      .toSorted(([, a], [, b]) => sum(b) - sum(a))
      .map(([where, of]) => `${where} ${sum(of)}`)
      .join(', ');
  return tableOf(
    [
      'what the slowest hundredth waited for',
      'deliveries',
      'the thread that stood still the longest',
    ],
    [...all]
      .toSorted(([, a], [, b]) => sum(b) - sum(a))
      .map(([cause, some]) => [`a thread that ${cause}`, `${sum(some)}`, threads(some)]),
  );
}

/** `FanOut` of a function, and what the processes do that are named by their files. */
function threadOf(where: string): string {
  const processes: Record<string, string> = {
    case: 'API Gateway and Lambda',
    process: 'producer and receiver',
    sqs: 'SQS',
    dynamodb: 'DynamoDB',
  };
  return processes[where] ?? /-(\w+?)Function/.exec(where)?.[1] ?? where;
}

function peers({ rows }: Result): string[] {
  const names = Object.keys(rows[0] ?? {}).filter(
    (name) => name !== 'figure' && !name.endsWith(' least to most'),
  );
  return tableOf(
    ['', ...names],
    rows.map((row) => [
      `${row.figure}`,
      ...names.map((name) => `${row[name]} (${row[`${name} least to most`]})`),
    ]),
  );
}

function firstScreen({ rows }: Result): string[] {
  return tableOf(
    ['page', 'cache', 'median', 'p95'],
    rows.map((row) => [
      `${row.page}`,
      `${row.cache}`,
      `${row['median ms']} ms`,
      `${row['p95 ms']} ms`,
    ]),
  );
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** The page's text with each table as its result has it, and under what conditions. */
export function withTables(page: string, before: string): string {
  return Object.entries(PAGES[page] ?? {}).reduce((text, [part, lines]) => {
    const file = new URL(`./results/${part}.json`, import.meta.url);
    // Of report.ts.
    const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
    const { rounds, seconds, commit, date, machine } = result;
    const how =
      seconds === undefined
        ? `${rounds} rounds.`
        : `${rounds} interleaved rounds of ${seconds} s; medians, and in brackets least to most.`;
    const when = `${date.slice(0, 10)}, commit ${commit}, ${machine.cores} cores, load average ${machine.loadAverage}`;
    const conditions = [
      `${how} ${when}.`,
      ...(machine.loadAverage > BUSY_FROM * machine.cores ? [BUSY] : []),
    ];
    const between = new RegExp(`(<!-- ${part} -->\n)[^]*?(<!-- end of ${part} -->)`);
    if (!between.test(text)) throw new Error(`${page} has no place for ${part}`);
    return text.replace(between, (_, begin, end) =>
      [`${begin}`, ...lines(result), '', ...conditions, '', end].join('\n'),
    );
  }, before);
}

if (import.meta.main) {
  for (const page of Object.keys(PAGES)) {
    const file = new URL(`../${page}`, import.meta.url);
    writeFileSync(file, withTables(page, readFileSync(file, 'utf8')));
  }
}
