// What a command prints: lines and tables for people, JSON for programs. Nothing that others wrote steers the terminal.
import { harmless, harmlessJson } from '../harmless.ts';

export type Row = Readonly<Record<string, unknown>>;

export class Output {
  readonly isJson: boolean;
  readonly #write: (text: string) => void;

  constructor(isJson: boolean, write: (text: string) => void) {
    this.isJson = isJson;
    this.#write = write;
  }

  /** One thing: its members below each other. */
  one(value: object): void {
    if (this.isJson) {
      this.#line(harmlessJson(value, 2));
      return;
    }
    const rows = Object.entries(value).map(([name, member]) => [harmless(name), shown(member)]);
    this.#line(aligned(rows));
  }

  /** A list: a table of these columns; as JSON the whole entries. */
  list<T extends object>(entries: readonly T[], columns: (entry: T) => Row): void {
    if (this.isJson) {
      this.#line(harmlessJson(entries, 2));
      return;
    }
    const [first] = entries;
    if (!first) {
      this.note('(none)');
      return;
    }
    const rows = entries.map((entry) => Object.values(columns(entry)).map(shown));
    this.#line(aligned([Object.keys(columns(first)).map((name) => name.toUpperCase()), ...rows]));
  }

  /** An entry of a stream: a line, or one object on a line. */
  entry(value: object, line: string): void {
    this.#line(this.isJson ? harmlessJson(value) : harmless(line));
  }

  /** What was done, where there is nothing to show. */
  done(what: string, value: object = { done: true }): void {
    this.#line(this.isJson ? harmlessJson(value, 2) : harmless(what));
  }

  /** JSON in any case; nothing where there is nothing. */
  raw(value: unknown): void {
    if (value !== undefined) this.#line(harmlessJson(value, 2));
  }

  /** For people only, beside the result. */
  note(text: string): void {
    if (!this.isJson) process.stderr.write(`${harmless(text)}\n`);
  }

  #line(text: string): void {
    this.#write(`${text}\n`);
  }
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) {
    return value.length === 0 ? '-' : harmless(value.join(', '));
  }
  return harmless(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
