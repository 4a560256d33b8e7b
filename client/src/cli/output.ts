// What a command prints: lines and tables for people, JSON for programs. Nothing that others wrote steers the terminal,
// and no number loses a digit.
import { harmless, harmlessJson } from '../harmless.ts';
import { jsonOf, laidOut, membersOf } from '../json-text.ts';
import { sourceOf } from '../transport.ts';
import { described, table, widthOf } from './layout.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Terminal {
  /** To standard output. */
  readonly write: (text: string) => void;
  readonly columns: number;
  readonly hasColours: boolean;
}

const COLOURS = { good: 32, bad: 31, open: 33 } as const;

export class Output {
  readonly isJson: boolean;
  readonly #terminal: Terminal;
  /** A line of progress stands on the terminal. */
  #hasProgress = false;

  constructor(isJson: boolean, terminal: Terminal) {
    this.isJson = isJson;
    this.#terminal = terminal;
  }

  /** One thing: its members below each other. @param without names that are shown otherwise */
  one(value: object, without: readonly string[] = []): void {
    if (this.isJson) {
      this.#json(textOf(value));
      return;
    }
    const { columns } = this.#terminal;
    const members = membersOf(textOf(value)).filter(([name]) => !without.includes(name));
    const rows = members.map(([name, text]) => [harmless(name), text] as const);
    const left = Math.max(0, ...rows.map(([name]) => widthOf(name)));
    for (const [name, text] of rows) {
      const shown = shownText(text);
      const isLong = left + 2 + widthOf(shown) > columns;
      if (isLong && /^[{[]/.test(text)) {
        const below = harmlessJson(laidOut(text, 2)).replaceAll('\n', '\n  ');
        this.#line(`${name}\n  ${below}`);
      } else this.#line(described([[name.padEnd(left), shown]], columns, '').join('\n'));
    }
  }

  /** A list: a table of these columns; as JSON the whole entries. */
  list<T extends object>(entries: readonly T[], columns: (entry: T) => Row): void {
    if (this.isJson) {
      this.#json(`[${entries.map(textOf).join(',')}]`);
      return;
    }
    const [first] = entries;
    if (!first) {
      this.note('(none)');
      return;
    }
    const rows = entries.map((entry) => Object.values(columns(entry)).map(shown));
    const names = Object.keys(columns(first)).map((name) => name.toUpperCase());
    this.#line(table([names, ...rows], this.#terminal.columns).join('\n'));
  }

  /** An entry of a stream: a line, or one object on a line. @param colour of the line's first character */
  entry(value: object, line: string, colour?: keyof typeof COLOURS): void {
    if (this.isJson) {
      this.#line(harmlessJson(laidOut(textOf(value), 0)));
      return;
    }
    const text = harmless(line);
    const isColoured = colour && this.#terminal.hasColours;
    const [mark = ''] = text;
    this.#line(
      isColoured ? `\u001b[${COLOURS[colour]}m${mark}\u001b[0m${text.slice(mark.length)}` : text,
    );
  }

  /** What was done, where there is nothing to show. */
  done(what: string, value: object = { done: true }): void {
    if (this.isJson) {
      this.#json(textOf(value));
      return;
    }
    this.#line(harmless(what));
  }

  /** JSON in any case; nothing where there is nothing. */
  raw(value: unknown): void {
    if (value !== undefined) this.#json(textOf(value));
  }

  /** A line that is no entry. */
  text(text: string): void {
    this.#line(harmless(text));
  }

  /** For people only, beside the result. */
  note(text: string): void {
    if (this.isJson) return;
    this.#endProgress();
    process.stderr.write(`${harmless(text)}\n`);
  }

  /** What a program must know too, beside the result: with --json as JSON. */
  warn(text: string): void {
    if (this.isJson) process.stderr.write(`${harmlessJson(jsonOf({ note: text }))}\n`);
    else this.note(text);
  }

  /** A line that the next one replaces, where a person looks on. */
  progress(text: string): void {
    if (this.isJson || !process.stderr.isTTY) return;
    this.#hasProgress = true;
    process.stderr.write(`\r${harmless(text).slice(0, this.#terminal.columns - 1)}\u001b[K`);
  }

  #endProgress(): void {
    if (this.#hasProgress) process.stderr.write('\n');
    this.#hasProgress = false;
  }

  #json(text: string): void {
    this.#line(harmlessJson(laidOut(text, 2)));
  }

  #line(text: string): void {
    this.#endProgress();
    this.#terminal.write(`${text}\n`);
  }
}

function textOf(value: unknown): string {
  const source = typeof value === 'object' && value !== null ? sourceOf(value) : undefined;
  return source ?? jsonOf(value);
}

/** A member, by its JSON. */
function shownText(json: string): string {
  const isPlain = /^["n[]/.test(json) && !/^\[\s*[^"\]\s]/.test(json);
  return isPlain ? shown(JSON.parse(json)) : harmless(laidOut(json, 0));
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) {
    return value.length === 0 ? '-' : harmless(value.join(', '));
  }
  return harmless(typeof value === 'object' ? jsonOf(value) : String(value));
}
