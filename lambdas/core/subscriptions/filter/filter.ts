// Content filters: the event-pattern language of Amazon EventBridge over an event's data. A filter is
// checked when it is saved, and compiled into branches of conditions, of which one branch must hold.
import * as z from 'zod';
import type { FieldTest } from './data.ts';
import { below, type Leaf, type Report } from './leaf.ts';
import { OPERATORS, readEntry } from './operators.ts';

/** Of a filter as compact JSON, in bytes of UTF-8. */
export const MAX_FILTER_BYTES = 4096;
/** What the alternatives of all `$or` multiply to. */
export const MAX_BRANCHES = 100;
const MAX_CONDITIONS = 200;
const MAX_WILDCARDS = 20;
export const MAX_FILTER_DEPTH = 20;

export type FilterPattern = Readonly<Record<string, unknown>>;

type Branch = readonly Condition[];

/** What one path of the data must be. */
export interface Condition {
  readonly path: readonly string[];
  /** Its path in the filter, including `$or` and the indexes of its list. */
  readonly source: readonly PropertyKey[];
  readonly test: FieldTest;
  /** Whether it also holds where there is no value. */
  readonly allowsAbsence: boolean;
}

export interface Filter {
  /** Each sorted by path: an absence counts within the elements that the conditions before it chose. */
  readonly branches: readonly Branch[];
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

/** What compiling a filter takes at most, in steps: of a filter that was checked, its branches times its conditions. */
export function filterSize(pattern: FilterPattern): number {
  const { branches, conditions } = measured(pattern);
  return branches * conditions;
}

interface Measure {
  readonly branches: number;
  readonly conditions: number;
}

function measured(part: unknown): Measure {
  if (!isObject(part)) return { branches: 1, conditions: 1 };
  let [branches, conditions] = [1, 0];
  for (const [name, value] of Object.entries(part)) {
    const parts = name === '$or' && Array.isArray(value) ? value.map(measured) : [measured(value)];
    branches *= parts.reduce((sum, one) => sum + one.branches, 0);
    conditions += parts.reduce((sum, one) => sum + one.conditions, 0);
  }
  return { branches, conditions };
}

/** Compiles what can be compiled, and reports every fault. */
export function readFilter(pattern: FilterPattern, report: Report): Filter {
  const bytes = new TextEncoder().encode(JSON.stringify(pattern)).length;
  if (bytes > MAX_FILTER_BYTES) {
    report([], `must be at most ${MAX_FILTER_BYTES} bytes of JSON, and has ${bytes}`);
    return { branches: [] };
  }
  const reading: Reading = { conditions: 0, wildcards: 0, hasTooManyBranches: false, report };
  const read = readObject(pattern, { path: [], source: [], isInOr: false }, reading);
  if (reading.conditions > MAX_CONDITIONS) {
    report([], `must have at most ${MAX_CONDITIONS} lists of conditions`);
  }
  if (reading.wildcards > MAX_WILDCARDS) {
    report([], `must have at most ${MAX_WILDCARDS} wildcard operators`);
  }
  if (reading.hasTooManyBranches) {
    report([], `must have at most ${MAX_BRANCHES} combinations of $or`);
  }
  const sorted = read.conditions.toSorted(byPath);
  return {
    branches: read.branches.map((branch) => {
      const own = new Set(branch);
      return sorted.filter((condition) => own.has(condition));
    }),
  };
}

/** A part of a filter. */
interface Read {
  readonly branches: readonly Branch[];
  /** Of all branches, each once. */
  readonly conditions: readonly Condition[];
}

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

function readObject(object: object, position: Position, reading: Reading): Read {
  const { path, source, isInOr } = position;
  const members: [string, unknown][] = Object.entries(object);
  if (members.length === 0) reading.report(source, 'must not be empty');
  if (path.length > MAX_FILTER_DEPTH) {
    reading.report(source, `is nested deeper than ${MAX_FILTER_DEPTH} levels`);
    return NOTHING;
  }
  const parts = members.map(([name, value]): Read => {
    const at = { path: [...path, name], source: [...source, name], isInOr };
    if (name === '$or') return readOr(value, { ...position, source: at.source }, reading);
    if (isInOr && OPERATORS.some((operator) => operator === name)) {
      // As in EventBridge: a mistake that would otherwise be taken for a field of the event.
      reading.report(at.source, 'is an operator, and may not name a field within $or');
    } else if (Array.isArray(value)) {
      const condition = readCondition(value, at, reading);
      return { branches: [[condition]], conditions: [condition] };
    } else if (isObject(value)) {
      return readObject(value, at, reading);
    } else {
      reading.report(at.source, 'must be a list of conditions, or an object');
    }
    return NOTHING;
  });
  return together(parts, reading);
}

const NOTHING: Read = { branches: [[]], conditions: [] };

function readOr(value: unknown, position: Position, reading: Reading): Read {
  const { source } = position;
  if (!Array.isArray(value) || value.length < 2) {
    reading.report(source, 'must be a list of two or more objects');
    return NOTHING;
  }
  const alternatives = value.flatMap((alternative: unknown, index) => {
    const at = { ...position, source: [...source, index], isInOr: true };
    if (isObject(alternative)) return readObject(alternative, at, reading);
    reading.report(at.source, 'must be a JSON object');
    return [];
  });
  return {
    branches: alternatives.flatMap(({ branches }) => branches),
    conditions: alternatives.flatMap(({ conditions }) => conditions),
  };
}

function readCondition(
  list: readonly unknown[],
  { path, source }: Position,
  reading: Reading,
): Condition {
  if (list.length === 0) reading.report(source, 'must not be empty');
  reading.conditions++;
  const values = new Set<Leaf>();
  const addresses = new Set<string>();
  const tests: FieldTest[] = [];
  let allowsAbsence = false;
  for (const [index, value] of list.entries()) {
    reading.wildcards += wildcardsIn(value);
    const entry = readEntry(value, below(reading.report, ...source, index));
    if (entry?.kind === 'value') values.add(entry.value);
    else if (entry?.kind === 'address') addresses.add(entry.text);
    else if (entry?.kind === 'test') tests.push(entry.test);
    else if (entry?.kind === 'absent') allowsAbsence = true;
  }
  const test: FieldTest = (field, steps) =>
    values.has(field.value) ||
    (addresses.size > 0 && addresses.has(field.address(steps)?.text ?? '')) ||
    tests.some((passes) => {
      steps.take();
      return passes(field, steps);
    });
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

/** All must hold: every branch of each part with every branch of the others. */
function together(parts: readonly Read[], reading: Reading): Read {
  const conditions = parts.flatMap((part) => part.conditions);
  if (conditions.length > MAX_CONDITIONS) return NOTHING;
  const paths = new Set<string>();
  // What is in every branch is put in once, rather than at each multiplication.
  const common: Condition[] = [];
  let branches: readonly Branch[] = [[]];
  for (const part of parts) {
    for (const { path, source } of part.conditions) {
      if (!paths.has(dotted(path))) continue;
      reading.report(source, 'is a second condition on a path, beside one outside its $or');
    }
    for (const { path } of part.conditions) paths.add(dotted(path));
    const [only, ...more] = part.branches;
    if (only && more.length === 0) common.push(...only);
    else if (branches.length * part.branches.length > MAX_BRANCHES) {
      reading.hasTooManyBranches = true;
    } else {
      branches = branches.flatMap((one) => part.branches.map((other) => [...one, ...other]));
    }
  }
  return { branches: branches.map((branch) => [...common, ...branch]), conditions };
}

/** How event-ruler names paths: names may hold dots, and then two paths are one. */
const dotted = (path: readonly string[]): string => path.join('.');

/** By segments, so that paths with a common beginning are neighbours. */
function byPath({ path: one }: Condition, { path: other }: Condition): number {
  const at = one.findIndex((segment, index) => segment !== other[index]);
  if (at === -1) return one.length - other.length;
  return (one[at] ?? '') < (other[at] ?? '') ? -1 : 1;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
