// CloudWatch Logs Insights, as far as the saved queries use it: `filter`, `fields`, `stats ... by`, `sort`, `limit`.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html

export type Line = Readonly<Record<string, unknown>>;
type Value = string | number | undefined;
type Row = Record<string, Value>;

/** A line's fields as Insights finds them in JSON: nested ones with dots. */
function flat(line: Line, prefix = ''): Row {
  return Object.fromEntries(
    Object.entries(line).flatMap(([name, value]): [string, Value][] =>
      typeof value === 'object' && value !== null
        ? Object.entries(flat(value as Line, `${prefix}${name}.`))
        : [[prefix + name, value as Value]],
    ),
  );
}

const TOKEN =
  /\s*(?:(\/(?:\\.|[^/])+\/)|("(?:[^"]*)")|(\d+(?:\.\d+)?)|([@\w][@\w.]*)|(!=|[=()[\],*-]))/gy;

/** A recursive descent over one clause: each method reads its part of the text. */
class Clause {
  readonly #tokens: string[];
  #at = 0;
  readonly row: Row;

  constructor(text: string, row: Row) {
    this.#tokens = [...text.matchAll(TOKEN)].map(([token]) => token.trim());
    if (
      this.#tokens.join('').length !== text.replaceAll(/\s(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '').length
    )
      throw new Error(`not understood: ${text}`);
    this.row = row;
  }

  takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error('the clause ends too soon');
    return token;
  }

  either(): boolean {
    let holds = this.both();
    while (this.takes('or')) holds = this.both() || holds;
    return holds;
  }

  both(): boolean {
    let holds = this.condition();
    while (this.takes('and')) holds = this.condition() && holds;
    return holds;
  }

  condition(): boolean {
    if (this.takes('(')) {
      const holds = this.either();
      this.takes(')');
      return holds;
    }
    const value = this.value();
    if (this.takes('=')) return value !== undefined && value === this.value();
    if (this.takes('!=')) return value !== this.value();
    if (this.takes('in')) {
      const list: Value[] = [];
      for (this.takes('['); !this.takes(']'); this.takes(',')) list.push(this.value());
      return list.includes(value);
    }
    const isNegated = this.takes('not');
    if (!this.takes('like')) throw new Error('no operator');
    const pattern = new RegExp(this.take().slice(1, -1));
    return (value !== undefined && pattern.test(String(value))) !== isNegated;
  }

  /** A difference of terms. */
  value(): Value {
    let value = this.term();
    while (this.takes('-')) value = Number(value) - Number(this.term());
    return value;
  }

  term(): Value {
    const token = this.take();
    if (token.startsWith('"')) return token.slice(1, -1);
    if (/^\d/.test(token)) return Number(token);
    if (!this.takes('(')) return this.row[token];
    const given: Value[] = [];
    for (; !this.takes(')'); this.takes(',')) given.push(this.value());
    if (token === 'coalesce') return given.find((one) => one !== undefined);
    if (token === 'strcontains') return String(given[0] ?? '').includes(String(given[1])) ? 1 : 0;
    throw new Error(`no function ${token}`);
  }
}

function aggregate(text: string, rows: readonly Row[]): Value {
  const [, name = '', inner = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  const [field = '', share = ''] = inner.split(',').map((part) => part.trim());
  const values = rows.flatMap((row) => row[field] ?? []);
  const sorted = values.map(Number).sort((a, b) => a - b);
  switch (name) {
    case 'count':
      return rows.length;
    case 'count_distinct':
      return new Set(values).size;
    case 'sum':
      return sorted.reduce((sum, one) => sum + one, 0);
    case 'max':
      return sorted.at(-1);
    case 'pct':
      return sorted[Math.max(0, Math.ceil((Number(share) / 100) * sorted.length) - 1)];
    case 'latest':
      return values.at(-1);
    default:
      throw new Error(`no aggregate ${text}`);
  }
}

function stats(rest: string, rows: readonly Row[]): Row[] {
  const [columns = '', by = ''] = rest.split(/ by /);
  const names = by.split(',').map((name) => name.trim());
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(names.map((name) => row[name] ?? null));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => ({
    ...Object.fromEntries(names.map((name) => [name, group[0]?.[name]])),
    ...Object.fromEntries(
      [...columns.matchAll(/(\w+\([^)]*\)) as (\w+)/g)].map(([, text = '', as = '']) => [
        as,
        aggregate(text, group),
      ]),
    ),
  }));
}

const compare = (a: Value, b: Value): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1;

/** What a query shows of lines. */
export function ask(query: readonly string[], lines: readonly Line[]): Row[] {
  return query.reduce(
    (rows, clause) => {
      const [, command = '', rest = ''] = /^(\w+) (.*)$/.exec(clause) ?? [];
      switch (command) {
        case 'filter':
          return rows.filter((row) => new Clause(rest, row).either());
        case 'fields': {
          const [expression = '', as] = rest.split(' as ');
          if (as === undefined) return rows;
          return rows.map((row) => ({ ...row, [as]: new Clause(expression, row).value() }));
        }
        case 'stats':
          return stats(rest, rows);
        case 'sort': {
          const keys = rest.split(',').map((part) => part.trim().split(' '));
          return rows.toSorted((a, b) => {
            const [field = '', order] =
              keys.find(([name = '']) => a[name] !== b[name]) ?? keys[0] ?? [];
            return compare(a[field], b[field]) * (order === 'desc' ? -1 : 1);
          });
        }
        case 'limit':
          return rows.slice(0, Number(rest));
        default:
          throw new Error(`no command ${clause}`);
      }
    },
    lines.map((line) => flat(line)),
  );
}
