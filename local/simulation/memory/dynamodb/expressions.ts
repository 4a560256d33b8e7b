// DynamoDB's expressions, as far as the adapters use them: conditions, updates and conditions on keys, each compiled
// once. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../../../lambdas/adapters/aws/dynamodb/client.ts';
import { memoized } from '../../../../lambdas/core/recent.ts';

/** What the placeholders of an expression stand for. */
export interface Bindings {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

type Operand = (item: Item, bindings: Bindings) => AttributeValue | undefined;
type Condition = (item: Item, bindings: Bindings) => boolean;
/** Changes a copy. */
type Change = (copy: Item, before: Item, bindings: Bindings) => void;

export interface KeyRange {
  readonly hash: string;
  /** Whether a sort key belongs to it, and where to begin. */
  readonly from?: { readonly value: AttributeValue; readonly isExcluded: boolean };
  readonly to?: { readonly value: AttributeValue; readonly isExcluded: boolean };
  readonly prefix?: string;
}

const MAX_KEPT = 1_000;
const TOKEN = /\s*(<>|<=|>=|[()=<>,+-]|[#:]?[A-Za-z_]\w*)/y;

class Reader {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const found = TOKEN.exec(text);
      if (!found) throw new Error(`an expression that is not known here: ${text}`);
      this.tokens.push(found[1] ?? '');
    }
  }

  get isOver(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(ahead = 0): string {
    return this.tokens[this.at + ahead] ?? '';
  }

  next(): string {
    return this.tokens[this.at++] ?? '';
  }

  take(token: string): boolean {
    if (this.peek().toUpperCase() !== token) return false;
    this.at++;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw new Error(`${token} expected, not ${this.peek()}`);
  }
}

const nameOf = (token: string, { ExpressionAttributeNames: names }: Bindings): string =>
  token.startsWith('#') ? (names?.[token] ?? token) : token;

function bound(token: string, { ExpressionAttributeValues: values }: Bindings): AttributeValue {
  const value = values?.[token];
  if (!value) throw new Error(`there is no value ${token}`);
  return value;
}

/** Less than 0, 0 or more, as values of one type are ordered. */
export function compareValues(a: AttributeValue, b: AttributeValue): number {
  if (a.N !== undefined && b.N !== undefined) return Number(a.N) - Number(b.N);
  if (a.S !== undefined && b.S !== undefined) return a.S < b.S ? -1 : a.S > b.S ? 1 : 0;
  return Number.NaN;
}

const isEqual = (a: AttributeValue, b: AttributeValue): boolean =>
  a.BOOL === undefined ? compareValues(a, b) === 0 : a.BOOL === b.BOOL;

function readOperand(reader: Reader): Operand {
  const token = reader.next();
  if (token.startsWith(':')) return (_, bindings) => bound(token, bindings);
  return (item, bindings) => item[nameOf(token, bindings)];
}

const COMPARISONS: Readonly<Record<string, (a: AttributeValue, b: AttributeValue) => boolean>> = {
  '=': isEqual,
  '<>': (a, b) => !isEqual(a, b),
  '<': (a, b) => compareValues(a, b) < 0,
  '<=': (a, b) => compareValues(a, b) <= 0,
  '>': (a, b) => compareValues(a, b) > 0,
  '>=': (a, b) => compareValues(a, b) >= 0,
};

function readOr(reader: Reader): Condition {
  const parts = [readAnd(reader)];
  while (reader.take('OR')) parts.push(readAnd(reader));
  return (item, bindings) => parts.some((part) => part(item, bindings));
}

function readAnd(reader: Reader): Condition {
  const parts = [readOne(reader)];
  while (reader.take('AND')) parts.push(readOne(reader));
  return (item, bindings) => parts.every((part) => part(item, bindings));
}

function readOne(reader: Reader): Condition {
  if (reader.take('NOT')) {
    const inner = readOne(reader);
    return (item, bindings) => !inner(item, bindings);
  }
  if (reader.take('(')) {
    const inner = readOr(reader);
    reader.expect(')');
    return inner;
  }
  if (reader.peek(1) === '(') {
    const name = reader.next();
    reader.expect('(');
    const path = reader.next();
    reader.expect(')');
    const isWanted = name === 'attribute_exists';
    if (!isWanted && name !== 'attribute_not_exists') throw new Error(`${name} is not known here`);
    return (item, bindings) => (item[nameOf(path, bindings)] !== undefined) === isWanted;
  }
  const left = readOperand(reader);
  const operator = reader.next();
  if (operator.toUpperCase() === 'BETWEEN') {
    const low = readOperand(reader);
    reader.expect('AND');
    const high = readOperand(reader);
    return (item, bindings) => {
      const [value, from, to] = [left, low, high].map((one) => one(item, bindings));
      return value && from && to && compareValues(from, value) <= 0
        ? compareValues(value, to) <= 0
        : false;
    };
  }
  const compare = COMPARISONS[operator];
  if (!compare) throw new Error(`${operator} is not known here`);
  const right = readOperand(reader);
  return (item, bindings) => {
    const [a, b] = [left(item, bindings), right(item, bindings)];
    // Nothing holds of an attribute that is missing, except that it differs.
    return a && b ? compare(a, b) : operator === '<>';
  };
}

export const conditionOf: (text: string) => Condition = memoized(MAX_KEPT, (text) => {
  const reader = new Reader(text);
  const condition = readOr(reader);
  if (!reader.isOver) throw new Error(`an expression that goes on: ${text}`);
  return condition;
});

function readSummand(reader: Reader): Operand {
  if (!reader.take('IF_NOT_EXISTS')) return readOperand(reader);
  reader.expect('(');
  const path = reader.next();
  reader.expect(',');
  const otherwise = readOperand(reader);
  reader.expect(')');
  return (item, bindings) => item[nameOf(path, bindings)] ?? otherwise(item, bindings);
}

function readSet(reader: Reader): Change {
  const path = reader.next();
  reader.expect('=');
  const first = readSummand(reader);
  const sign = reader.take('+') ? 1 : reader.take('-') ? -1 : 0;
  const second = sign === 0 ? undefined : readSummand(reader);
  return (copy, before, bindings) => {
    const value = first(before, bindings);
    if (!value) throw new Error(`${path} is set to an attribute that is missing`);
    const added = second?.(before, bindings);
    copy[nameOf(path, bindings)] = second
      ? { N: String(Number(value.N) + sign * Number(added?.N)) }
      : value;
  };
}

const CLAUSES: Readonly<Record<string, (reader: Reader) => Change>> = {
  SET: readSet,
  REMOVE(reader) {
    const path = reader.next();
    return (copy, _, bindings) => {
      delete copy[nameOf(path, bindings)];
    };
  },
  ADD(reader) {
    const path = reader.next();
    const token = reader.next();
    return (copy, before, bindings) => {
      const name = nameOf(path, bindings);
      const sum = Number(before[name]?.N ?? 0) + Number(bound(token, bindings).N);
      copy[name] = { N: String(sum) };
    };
  },
};

/** @returns what makes of an item the item after the update */
export const updateOf: (text: string) => (before: Item, bindings: Bindings) => Item = memoized(
  MAX_KEPT,
  (text) => {
    const reader = new Reader(text);
    const changes: Change[] = [];
    while (!reader.isOver) {
      const read = CLAUSES[reader.next().toUpperCase()];
      if (!read) throw new Error(`an update that is not known here: ${text}`);
      do changes.push(read(reader));
      while (reader.take(','));
    }
    return (before, bindings) => {
      const copy = { ...before };
      for (const change of changes) change(copy, before, bindings);
      return copy;
    };
  },
);

/** `pk = :pk`, alone or with a condition on the sort key. */
export const keyRangeOf: (text: string) => (bindings: Bindings) => KeyRange = memoized(
  MAX_KEPT,
  (text) => {
    const reader = new Reader(text);
    reader.next();
    reader.expect('=');
    const hashToken = reader.next();
    const hash = (bindings: Bindings): string => bound(hashToken, bindings).S ?? '';
    if (reader.isOver) return (bindings) => ({ hash: hash(bindings) });
    reader.expect('AND');
    const edge = (token: string, bindings: Bindings, isExcluded = false) => ({
      value: bound(token, bindings),
      isExcluded,
    });
    if (reader.take('BEGINS_WITH')) {
      reader.expect('(');
      reader.next();
      reader.expect(',');
      const token = reader.next();
      return (bindings) => ({
        hash: hash(bindings),
        from: edge(token, bindings),
        prefix: bound(token, bindings).S ?? '',
      });
    }
    reader.next();
    const operator = reader.next();
    const token = reader.next();
    const isBetween = operator.toUpperCase() === 'BETWEEN';
    if (isBetween || operator === '=') {
      if (isBetween) reader.expect('AND');
      const last = isBetween ? reader.next() : token;
      return (bindings) => ({
        hash: hash(bindings),
        from: edge(token, bindings),
        to: edge(last, bindings),
      });
    }
    const isExcluded = !operator.endsWith('=');
    if (!/^[<>]=?$/.test(operator)) throw new Error(`a key that is not known here: ${text}`);
    const side = operator.startsWith('>') ? 'from' : 'to';
    return (bindings) => ({ hash: hash(bindings), [side]: edge(token, bindings, isExcluded) });
  },
);
