// Filters with operators ($eq, $in, $or ...), as Hookdeck and Convoy have them, in the language of our own: exactly, or
// not at all.
import { type Members, optional } from './plan.ts';

/**
 * What a condition on a field is that the data does not have: Hookdeck's does not match; Convoy skips it, as long as
 * another one matches.
 */
export type OnMissing = 'fails' | 'is skipped';

type Scalar = string | number | boolean | null;
interface Leaf {
  readonly path: readonly string[];
  /** One of them must match. */
  readonly conditions: readonly unknown[];
}
interface Tree {
  readonly filter: Record<string, unknown>;
  readonly paths: readonly string[];
}

class Inexpressible extends Error {}

const MOST_LEVELS = 20;
/** Each needs an alternative of its own where missing fields are skipped. */
const MOST_SKIPPED = 10;

export function operatorFilter(
  given: unknown,
  onMissing: OnMissing,
): { filter?: Record<string, unknown>; lost: string[] } {
  if (given === undefined || given === null) return { lost: [] };
  try {
    const members =
      Array.isArray(given) || typeof given !== 'object' ? undefined : optional(given, '');
    if (members === undefined) throw new Inexpressible('is no object');
    if (Object.keys(members).length === 0) return { lost: [] };
    return { filter: treeOf(members, onMissing, 0).filter, lost: [] };
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    return { lost: [`filter: ${error.message}`] };
  }
}

function treeOf(given: Members, onMissing: OnMissing, level: number): Tree {
  if (level > MOST_LEVELS) throw new Inexpressible(`more than ${MOST_LEVELS} levels`);
  const leaves: Leaf[] = [];
  let alternatives: Tree[] = [];
  for (const [key, value] of Object.entries(given)) {
    if (key !== '$or') {
      leaves.push(...leavesOf(key, value, onMissing, level));
      continue;
    }
    if (!Array.isArray(value) || value.length < 2) throw new Inexpressible('$or of fewer than two');
    alternatives = value.map((one) => treeOf(optional(one, '$or'), onMissing, level + 1));
  }
  const own = leaves.map(({ path }) => path.join('.'));
  const inside = alternatives.flatMap(({ paths }) => paths);
  if (new Set(own).size < own.length || own.some((path) => inside.includes(path))) {
    throw new Inexpressible('two conditions on one field');
  }
  const paths = [...own, ...inside];
  if (alternatives.length > 0) {
    const beside = onMissing === 'fails' ? leaves : leaves.map(orMissing);
    return { filter: { ...nested(beside), $or: alternatives.map(({ filter }) => filter) }, paths };
  }
  if (leaves.length === 0) throw new Inexpressible('an empty condition');
  if (onMissing === 'fails' || leaves.length === 1) return { filter: nested(leaves), paths };
  if (leaves.length > MOST_SKIPPED) throw new Inexpressible(`more than ${MOST_SKIPPED} conditions`);
  // One of them must be there and match; each other may be missing.
  const $or = leaves.map((_, present) =>
    nested(leaves.map((leaf, at) => (at === present ? leaf : orMissing(leaf)))),
  );
  return { filter: { $or }, paths };
}

const orMissing = ({ path, conditions }: Leaf): Leaf => ({
  path,
  conditions: [...conditions, { exists: false }],
});

function leavesOf(key: string, value: unknown, onMissing: OnMissing, level: number): Leaf[] {
  if (level > MOST_LEVELS) throw new Inexpressible(`more than ${MOST_LEVELS} levels`);
  if (key.startsWith('$')) throw new Inexpressible(key);
  // Convoy flattens both sides, and counts the elements of arrays.
  const path = onMissing === 'fails' ? [key] : key.split('.');
  if (onMissing !== 'fails' && path.some((part) => /^(\$|\d+)?$/.test(part))) {
    throw new Inexpressible(`elements of an array (${key})`);
  }
  if (isScalar(value)) return [{ path, conditions: [value] }];
  if (Array.isArray(value)) throw new Inexpressible(`a list as the value of ${key}`);
  const members = optional(value, key);
  const names = Object.keys(members);
  if (names.length === 0) throw new Inexpressible(`an empty object as the value of ${key}`);
  if (names.some((name) => name.startsWith('$') && !name.startsWith('$.'))) {
    return [{ path, conditions: conditionsOf(members) }];
  }
  return names.flatMap((name) =>
    leavesOf(name, members[name], onMissing, level + 1).map((leaf) => ({
      ...leaf,
      path: [...path, ...leaf.path],
    })),
  );
}

const LOWER = new Map([
  ['$gt', '>'],
  ['$gte', '>='],
]);
const UPPER = new Map([
  ['$lt', '<'],
  ['$lte', '<='],
]);

function conditionsOf(operators: Members): unknown[] {
  const entries = Object.entries(operators);
  const isRange = entries.every(([name]) => LOWER.has(name) || UPPER.has(name));
  if (isRange) return [{ numeric: [...boundsOf(LOWER, entries), ...boundsOf(UPPER, entries)] }];
  const [[name, value] = ['', undefined], ...others] = entries;
  if (others.length > 0) throw new Inexpressible(entries.map(([one]) => one).join(' with '));
  const list = Array.isArray(value) ? value : [value];
  const isText = list.every((one) => typeof one === 'string');
  const isAlike = list.length > 0 && (isText || list.every((one) => typeof one === 'number'));
  if (name === '$eq' && isScalar(value)) return [value];
  if (name === '$neq' && isAlike && !Array.isArray(value)) return [{ 'anything-but': value }];
  if (name === '$in' && isAlike && Array.isArray(value)) return value;
  if (name === '$nin' && isAlike && Array.isArray(value)) return [{ 'anything-but': value }];
  if (name === '$startsWith' && isText && isAlike) return list.map((prefix) => ({ prefix }));
  if (name === '$endsWith' && isText && isAlike) return list.map((suffix) => ({ suffix }));
  throw new Inexpressible(name);
}

function boundsOf(
  signs: ReadonlyMap<string, string>,
  entries: readonly [string, unknown][],
): unknown[] {
  const bounds = entries.filter(([name]) => signs.has(name));
  if (bounds.length > 1 || bounds.some(([, bound]) => typeof bound !== 'number')) {
    throw new Inexpressible(bounds.map(([name]) => name).join(' with '));
  }
  return bounds.flatMap(([name, bound]) => [signs.get(name), bound]);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** Paths as objects in objects. Made of entries, so that no name is special. */
function nested(leaves: readonly Leaf[]): Record<string, unknown> {
  const values = new Map<string, readonly unknown[]>();
  const objects = new Map<string, Leaf[]>();
  for (const { path, conditions } of leaves) {
    const [name = '', ...rest] = path;
    if (rest.length === 0) values.set(name, conditions);
    else objects.set(name, [...(objects.get(name) ?? []), { path: rest, conditions }]);
  }
  const both = [...objects.keys()].find((name) => values.has(name));
  if (both !== undefined) throw new Inexpressible(`${both} as a value and as an object`);
  const inner = [...objects].map(([name, own]) => [name, nested(own)] as const);
  return Object.fromEntries<unknown>([...values, ...inner]);
}
