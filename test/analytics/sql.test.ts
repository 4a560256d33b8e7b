// The SQL of docs/analytics.md over files of the archive, by DuckDB: with repeats in them, and against counts of the lines.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packLines } from '../../lambdas/core/analytics/archive.ts';
import { hourOfLine, type Line } from '../../lambdas/core/analytics/line.ts';
import { temporaryFolder } from '../local/emulators.ts';

const page = readFileSync(new URL('../../docs/analytics.md', import.meta.url), 'utf8');
const [table = '', ...queries] = [...page.matchAll(/```sql\n(.*?)```/gs)].map(
  ([, sql = '']) => sql,
);
const folder = temporaryFolder();
const AT = Date.parse('2026-11-30T09:10:00Z');

const lines = Array.from({ length: 90 }, (_, n): Line => {
  const ok = n % 10 !== 0;
  const at = AT + (n % 3) * 3_600_000;
  return {
    tenant: 'acme',
    environment: 'live',
    endpoint: `ep_${n % 2}`,
    event: `evt_${n}`,
    type: 'a.b',
    accepted: AT,
    run: 1,
    attempt: 1 + (n % 4),
    attemptInRun: 1 + (n % 4),
    cause: n % 4 === 0 ? 'first' : 'curve',
    at,
    ms: 100,
    outcome: ok ? 'http_200' : 'http_503',
    firstByteMs: 90,
    ...(ok && { end: 'delivered' as const, endedAt: at + 100, attempts: 1 + (n % 4) }),
  };
});

beforeAll(() => {
  for (const [hour, some] of Map.groupBy(lines, hourOfLine)) {
    // The second object repeats half of the first.
    for (const part of [some, some.slice(0, some.length / 2)]) {
      const { key, body } = packLines(hour, part, '1', String(part.length));
      const file = join(folder.path, key);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, body);
    }
  }
});
afterAll(() => folder.remove());

/** The columns of the table's DDL as DuckDB has them. */
function columns(): string {
  const list = /posthorn_attempts \((.*?)\)\nPARTITIONED/s.exec(table)?.[1] ?? '';
  const pairs = list.split(',').map((one) => one.trim().replaceAll('`', '').split(/\s+/));
  return pairs
    .map(([name, type]) => `'${name}': '${type === 'string' ? 'VARCHAR' : type}'`)
    .join(', ');
}

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const files = join(folder.path, 'attempts/*/*/*.gz');
  await connection.run(
    `CREATE VIEW posthorn_attempts AS SELECT * FROM read_json('${files}', format = 'newline_delimited', compression = 'gzip', columns = {${columns()}}, hive_partitioning = true, hive_types_autocast = false)`,
  );
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJson();
}

it('the table has a column for each field of a line', () => {
  const named = new Set(lines.flatMap((line) => Object.keys(line)));
  for (const name of named) expect(columns()).toContain(`'${name}'`);
});

it('attempts and successes by endpoint are counted once', async () => {
  const rows = await rowsOf(queries[0] ?? '');
  const expected = [...Map.groupBy(lines, ({ endpoint }) => endpoint)].map(([endpoint, own]) => ({
    endpoint,
    attempts: `${own.length}`,
    successes: `${own.filter(({ outcome }) => outcome === 'http_200').length}`,
    average: 100,
  }));
  const byName = (a: object, b: object) => (Object(a).endpoint < Object(b).endpoint ? -1 : 1);
  expect(rows.sort(byName)).toEqual(expected.sort(byName));
});

it('deliveries by their attempts are', async () => {
  const rows = await rowsOf(queries[1] ?? '');
  const delivered = Map.groupBy(
    lines.filter(({ end }) => end),
    ({ attempts }) => attempts,
  );
  const expected = [...delivered]
    .sort(([a = 0], [b = 0]) => a - b)
    .map(([attempts, own]) => ({ attempts, deliveries: `${own.length}` }));
  expect(rows).toEqual(expected);
});

it('failures by hour are', async () => {
  const rows = await rowsOf(queries[2] ?? '');
  const failed = lines.filter(({ outcome }) => outcome === 'http_503');
  const total = rows.reduce((sum, { failures }) => sum + Number(failures), 0);
  expect(total).toBe(failed.length);
  expect(rows.map(({ hour }) => hour)).toEqual(['09', '10', '11']);
  expect(rows[0]).toMatchObject({ dt: '2026-11-30', outcome: 'http_503' });
});
