// Points as CSV (RFC 4180), a line for each: members of objects have columns of their own.
import type { AppContext } from '../../http/authentication.ts';

type Value = string | number | boolean | null | object | undefined;

/** CSV where it is asked for. */
export function inForm(c: AppContext, data: readonly object[]): Response | undefined {
  const accepted = c.req.header('Accept') ?? '';
  if (!/\btext\/csv\b/i.test(accepted)) return undefined;
  return c.body(csvOf(data), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
}

/** @param rows of one shape */
export function csvOf(rows: readonly object[]): string {
  const flat = rows.map((row) => new Map(columnsOf('', row)));
  const names = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  const lines = [names, ...flat.map((row) => names.map((name) => row.get(name) ?? null))];
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

function columnsOf(prefix: string, value: object): [string, Value][] {
  return Object.entries(value).flatMap(([name, inner]): [string, Value][] =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? columnsOf(`${prefix}${name}.`, inner)
      : [[prefix + name, inner]],
  );
}

/** What a spreadsheet would take for a formula stands behind an apostrophe. */
function field(value: Value): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const inert = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
