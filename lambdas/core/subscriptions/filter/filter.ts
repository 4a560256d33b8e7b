// Content filters: the event-pattern language of Amazon EventBridge over an event's data. A filter is
// checked when it is saved, and compiled into branches of conditions, of which one branch must hold.
import * as z from 'zod';
import { below, type Leaf, type LeafTest, type Report } from './leaf.ts';
import { OPERATORS, readEntry } from './operators.ts';

/** Of a filter as compact JSON, in bytes of UTF-8. */
export const MAX_FILTER_BYTES = 4096;
/** What the alternatives of all `$or` multiply to. */
export const MAX_BRANCHES = 100;
const MAX_CONDITIONS = 200;
const MAX_WILDCARDS = 20;
export const MAX_FILTER_DEPTH = 20;

export type FilterPattern = Readonly<Record<string, unknown>>;

/** What one path of the data must be. */
export interface Condition {
  readonly path: readonly string[];
  /** Its path in the filter, including `$or` and the indexes of its list. */
  readonly source: readonly PropertyKey[];
  readonly test: LeafTest;
  /** Whether it also holds where there is no value. */
  readonly allowsAbsence: boolean;
}

export interface Filter {
  /** Each sorted by path: an absence counts within the elements that the conditions before it chose. */
  readonly branches: readonly (readonly Condition[])[];
}

const EXAMPLE = { country: ['DE', 'AT'], risk: { score: [{ numeric: ['>', 80] }] } };

export const filterSchema = z
  .custom<FilterPattern>(isObject, 'must be a JSON object')
  .superRefine((pattern, context) => {
    if (!isObject(pattern)) return;
    readFilter(pattern, (path, message) =>
      context.addIssue({ code: 'custom', path: [...path], message }),
    );
  })
  .meta({
    id: 'Filter',
    type: 'object',
    minProperties: 1,
    description: 'A pattern over the data, in the event-pattern language of Amazon EventBridge.',
    example: EXAMPLE,
  });

/** Compiles a filter that was checked when it was saved. */
export function compileFilter(pattern: FilterPattern): Filter {
  return readFilter(pattern, () => undefined);
}

/** Compiles what can be compiled, and reports every fault. */
export function readFilter(pattern: FilterPattern, report: Report): Filter {
  const bytes = new TextEncoder().encode(JSON.stringify(pattern)).length;
  if (bytes > MAX_FILTER_BYTES) {
    report([], `must be at most ${MAX_FILTER_BYTES} bytes of JSON, and has ${bytes}`);
    return { branches: [] };
  }
  const reading: Reading = { conditions: 0, wildcards: 0, hasTooManyBranches: false, report };
  const branches = readObject(pattern, { path: [], source: [], isInOr: false }, reading);
  if (reading.conditions > MAX_CONDITIONS) {
    report([], `must have at most ${MAX_CONDITIONS} lists of conditions`);
  }
  if (reading.wildcards > MAX_WILDCARDS) {
    report([], `must have at most ${MAX_WILDCARDS} wildcard operators`);
  }
  if (reading.hasTooManyBranches) {
    report([], `must have at most ${MAX_BRANCHES} combinations of $or`);
  }
  return { branches: branches.map((branch) => branch.toSorted(byPath)) };
}

type Branch = readonly Condition[];

interface Reading {
  conditions: number;
  wildcards: number;
  hasTooManyBranches: boolean;
  readonly report: Report;
}

interface Position {
  readonly path: readonly string[];
  /** The way to it in the filter, `$or` included. */
  readonly source: readonly PropertyKey[];
  readonly isInOr: boolean;
}

function readObject(object: object, position: Position, reading: Reading): Branch[] {
  const { path, source, isInOr } = position;
  const members: [string, unknown][] = Object.entries(object);
  if (members.length === 0) reading.report(source, 'must not be empty');
  if (path.length > MAX_FILTER_DEPTH) {
    reading.report(source, `is nested deeper than ${MAX_FILTER_DEPTH} levels`);
    return [];
  }
  let branches: Branch[] = [[]];
  for (const [name, value] of members) {
    const at = { path: [...path, name], source: [...source, name], isInOr };
    if (name === '$or') {
      branches = product(
        branches,
        readOr(value, { ...position, source: at.source }, reading),
        reading,
      );
    } else if (isInOr && OPERATORS.some((operator) => operator === name)) {
      // As in EventBridge: a mistake that would otherwise be taken for a field of the event.
      reading.report(at.source, 'is an operator, and may not name a field within $or');
    } else if (Array.isArray(value)) {
      branches = product(branches, [[readCondition(value, at, reading)]], reading);
    } else if (isObject(value)) {
      branches = product(branches, readObject(value, at, reading), reading);
    } else {
      reading.report(at.source, 'must be a list of conditions, or an object');
    }
  }
  return branches;
}

function readOr(value: unknown, position: Position, reading: Reading): Branch[] {
  const { source } = position;
  if (!Array.isArray(value) || value.length < 2) {
    reading.report(source, 'must be a list of two or more objects');
    return [[]];
  }
  return value.flatMap((alternative: unknown, index) => {
    const at = { ...position, source: [...source, index], isInOr: true };
    if (isObject(alternative)) return readObject(alternative, at, reading);
    reading.report(at.source, 'must be a JSON object');
    return [];
  });
}

function readCondition(
  list: readonly unknown[],
  { path, source }: Position,
  reading: Reading,
): Condition {
  if (list.length === 0) reading.report(source, 'must not be empty');
  reading.conditions++;
  const values = new Set<Leaf>();
  const tests: LeafTest[] = [];
  let allowsAbsence = false;
  for (const [index, value] of list.entries()) {
    reading.wildcards += wildcardsIn(value);
    const entry = readEntry(value, below(reading.report, ...source, index));
    if (entry?.kind === 'value') values.add(entry.value);
    else if (entry?.kind === 'test') tests.push(entry.test);
    else if (entry?.kind === 'absent') allowsAbsence = true;
  }
  const test: LeafTest = (leaf) => values.has(leaf) || tests.some((passes) => passes(leaf));
  return { path, source, test, allowsAbsence };
}

/** How many operands of `wildcard` an entry has: these alone take time with a text's length each. */
function wildcardsIn(entry: unknown): number {
  if (!isObject(entry)) return 0;
  const { wildcard, 'anything-but': excluded } = entry;
  if (wildcard !== undefined) return 1;
  return isObject(excluded) && excluded.wildcard !== undefined
    ? [excluded.wildcard].flat().length
    : 0;
}

/** Both must hold: every branch of the one with every branch of the other. */
function product(left: readonly Branch[], right: readonly Branch[], reading: Reading): Branch[] {
  if (left.length * right.length > MAX_BRANCHES) {
    reading.hasTooManyBranches = true;
    return [...left];
  }
  const paths = new Set(left.flat().map(dotted));
  for (const condition of new Set(right.flat())) {
    if (!paths.has(dotted(condition))) continue;
    reading.report(condition.source, 'is a second condition on a path, beside one outside its $or');
  }
  return left.flatMap((first) => right.map((second) => [...first, ...second]));
}

/** How event-ruler names and sorts paths. */
const dotted = ({ path }: Condition): string => path.join('.');

function byPath(one: Condition, other: Condition): number {
  return dotted(one) < dotted(other) ? -1 : 1;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
