// The figures of the docs are those that the benches wrote to bench/results/.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PAGES, withTables } from '../../bench/tables.ts';
import { PRICES } from '../../lib/monitoring/prices.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
type Row = Readonly<Record<string, string | number>>;
const rowsOf = (name: string): Row[] => JSON.parse(read(`bench/results/${name}.json`)).rows;
const number = (row: Row | undefined, name: string): number => {
  const value = row?.[name];
  if (typeof value !== 'number') throw new Error(`no number ${name} in ${JSON.stringify(row)}`);
  return value;
};
/** Rounded half up, as people do: 0.565 is 0.57, though its nearest binary fraction is less. */
const fixed = (row: Row | undefined, name: string, digits: number): string => {
  const scale = 10 ** digits;
  return (Math.round(number(row, name) * scale * (1 + 1e-9)) / scale).toFixed(digits);
};

/** A table's cells without emphasis, row by row. */
function tableUnder(page: string, header: RegExp): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => header.test(line));
  if (start < 0) throw new Error(`no table ${header}`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('*', '').replaceAll('`', '').trim()),
  );
}

const performance = read('docs/performance.md');

it.each(Object.keys(PAGES))('%s has the tables that node bench/tables.ts writes', (page) => {
  expect(withTables(page, read(page))).toBe(read(page));
});

describe('docs/performance.md', () => {
  it('has the costs of cost.json', () => {
    const rows = rowsOf('cost').map((row) => {
      const total = number(row, 'total');
      const least = number(row, 'at least');
      const most = fixed(row, 'at most', 2);
      const range = least === total ? `to ${most}` : `${least.toFixed(2)} to ${most}`;
      const lambda = number(row, 'Lambda requests') + number(row, 'Lambda duration');
      return [
        row.posted,
        number(row, 'a second').toLocaleString('en'),
        `$${total.toFixed(2)} (${range})`,
        fixed(row, 'API Gateway', 2),
        lambda.toFixed(2),
        fixed(row, 'SQS', 2),
        fixed(row, 'SQS fair queues', 2),
        fixed(row, 'DynamoDB', 2),
        fixed(row, 'Logs', 2),
      ];
    });
    expect(tableUnder(performance, /^\| posted \|/)).toEqual(rows);
  });

  it('has the CPU times of cpu.json', () => {
    const rows = rowsOf('cpu');
    const found = (contract: string, queues: string, batch: number) =>
      rows.find((row) => row.contract === contract && row.queues === queues && row.batch === batch);
    const table = tableUnder(performance, /^\| contract \| singly/).map(
      ([contract = '', ...cells]) => ({
        contract,
        cells,
      }),
    );
    const posted = (contract: string, batch: number) => {
      const atOnce = found(contract, 'at once', batch);
      const stages = ['ingest', 'fanOut', 'dispatch'].map((stage) => fixed(atOnce, stage, 2));
      return [
        stages.join(', '),
        fixed(atOnce, 'ms per delivery', 2),
        fixed(atOnce, 'in signed POSTs', 1),
        fixed(found(contract, 'gathered', batch), 'ms per delivery', 2),
      ];
    };
    expect(table.map(({ cells }) => cells)).toEqual(
      table.map(({ contract }) => [...posted(contract, 1), ...posted(contract, 100)]),
    );
  });

  it('has the signed POST of cpu.json', () => {
    const { signedPostMs } = JSON.parse(read('bench/results/cpu.json'));
    expect(performance.replaceAll(/\s+/g, ' ')).toContain(`its median was ${signedPostMs} ms`);
  });

  it('has the parts of the first line of cost.json, and what AWS does not say of it', () => {
    const [first] = rowsOf('cost');
    const prose = performance.replaceAll(/\s+/g, ' ');
    const writes = 2e6 * PRICES['dynamodb.writeUnits'];
    expect(prose).toContain(
      `Of the $${fixed(first, 'total', 2)}, $${writes.toFixed(2)} is for the two writes`,
    );
    expect(prose).toContain(
      `$${(1e6 * PRICES['dynamodb.readUnits']).toFixed(3)} for the consistent`,
    );
    expect(prose).toContain(`the first line would be $${fixed(first, 'at least', 2)}`);
    const fair = Number(/that is \$([\d.]+) less in the first line/.exec(prose)?.[1]);
    const lines = Number(/to a call's size limit would be \$([\d.]+) more/.exec(prose)?.[1]);
    expect(fair + lines).toBeCloseTo(number(first, 'at most') - number(first, 'total'), 2);
  });

  it('has the growth of scale.json', () => {
    const table = tableUnder(performance, /CPU ms per delivery \| \$ a million/);
    const shown = rowsOf('scale').map((row) => ({
      cpu: number(row, 'CPU ms per delivery'),
      dollars: fixed(row, '$ per million deliveries', 2),
    }));
    const rounded = table.map(([, cpu = '', dollars]) => [Number(cpu), dollars]);
    expect(rounded).toEqual(
      shown.map(({ cpu, dollars }, index) => {
        const digits = table[index]?.[1]?.split('.')[1]?.length ?? 0;
        return [Number(cpu.toFixed(digits)), dollars];
      }),
    );
  });

  it('has the throughput and the bundles of throughput.json', () => {
    const [singly, batched] = rowsOf('throughput');
    const perSecond = tableUnder(performance, /^\| \| Posthorn \|/);
    expect(perSecond.slice(1).map(([, posthorn]) => posthorn)).toEqual([
      number(singly, 'a second').toLocaleString('en'),
      number(batched, 'a second').toLocaleString('en'),
    ]);
    const weights: Row[] = JSON.parse(read('bench/results/throughput.json')).weights;
    const sizes = weights.map((row) => number(row, 'bundle kB'));
    const importMs = weights.map((row) => number(row, 'import ms'));
    const hot = importMs.filter((_, index) => weights[index]?.function !== 'Api');
    expect(performance).toContain(
      `imported in ${Math.min(...hot)} to ${Math.max(...hot)} ms, that of api in ${Math.max(...importMs)} ms`,
    );
    expect(performance).toContain(`Bundles are ${Math.min(...sizes)} to ${Math.max(...sizes)} kB`);
  });

  it('has the latency of latency.json', () => {
    const [first] = rowsOf('latency');
    const p50 = fixed(first, 'accepted to received p50', 1);
    const p99 = fixed(first, 'p99', 1);
    expect(tableUnder(performance, /^\| \| Posthorn \|/)[0]?.[1]).toBe(`${p50} and ${p99} ms`);
  });
});

describe('what a million deliveries cost', () => {
  const cost = rowsOf('cost');
  const total = (posted: string, perSecond: number) =>
    `$${fixed(
      cost.find((row) => row.posted === posted && row['a second'] === perSecond),
      'total',
      2,
    )}`;
  const atOnce = total('singly', 100);
  const gathered = total('singly, gathered', 100);

  it.each([
    ['README.md', `${gathered} a million instead of ${atOnce}`],
    ['docs/configuration.md', `${gathered} instead of ${atOnce}`],
    ['docs/adr/0014-gathering-is-a-setting.md', atOnce],
    ['docs/adr/0014-gathering-is-a-setting.md', gathered],
    ['README.md', `cost ${atOnce} at AWS's list prices`],
    ['docs/performance.md', `Of the ${atOnce}`],
    ['docs/performance.md', `| Posthorn, as shipped | ${atOnce} |`],
    ['docs/performance.md', `| Posthorn, gathered | ${gathered} |`],
    ['docs/performance.md', `${atOnce} to ${gathered} singly`],
    [
      'docs/scale.md',
      `${total('singly', 1)}, ${atOnce} and ${total('in batches of 100', 100)} a million`,
    ],
  ])('%s says %s', (page, text) => {
    expect(read(page).replaceAll(/\s+/g, ' ')).toContain(text);
  });

  it('is less gathered, by what docs/performance.md says', () => {
    const dollars = (posted: string, perSecond: number) =>
      number(
        cost.find((row) => row.posted === posted && row['a second'] === perSecond),
        'total',
      );
    const saved = (perSecond: number) =>
      Math.round(100 * (1 - dollars('singly, gathered', perSecond) / dollars('singly', perSecond)));
    expect(performance.replaceAll(/\s+/g, ' ')).toContain(
      `pays from about five events a second.** It saves ${saved(5)} % at 5 a second, ${saved(10)} % at 10 and ${saved(100)} % at 100`,
    );
    expect(saved(5)).toBeGreaterThan(10);
    expect(Math.abs(saved(1))).toBeLessThan(5);
  });

  it('at rest is what the bench counted', () => {
    const { idleDollarsAMonth } = JSON.parse(read('bench/results/cost.json'));
    expect(performance).toContain(`An idle stack costs $${idleDollarsAMonth} a month`);
  });
});

it('docs/analytics.md has the times of rollups.json', () => {
  const page = read('docs/analytics.md');
  const rows = rowsOf('rollups').map((row) => [
    row.query,
    ...['p50', 'p95', 'CPU'].map((name) => fixed(row, name, 1)),
  ]);
  expect(tableUnder(page, /^\| query \|/)).toEqual(rows);
  const { machine, ...facts } = JSON.parse(read('bench/results/rollups.json'));
  expect(page).toContain(`the load average was ${machine.loadAverage.toFixed(1)}.`);
  expect(page).toContain(`rollups of ${facts['hours of endpoints']} hours`);
});
