// How the parts of an expression become one, as JSONata’s own parser arranges them: what stands behind a step of a path
// belongs to the step, and what stands behind anything else to its whole result.
import type { Expression, Form, Pairs } from './expression.ts';
import { notTaken, SyntaxFault } from './fault.ts';

/** How deep expressions may be nested: evaluating one takes some frames of the stack for each level. */
export const MAX_DEPTH = 100;

/** Each makes a path anew, which is as much work as it has steps. */
const MAX_PATH_STEPS = 100;

/** An expression of a form, with its depth. @throws SyntaxFault */
export function made<F extends Form>(form: F, more: Partial<Expression> = {}): F & Expression {
  const whole = { ...form, ...more };
  const parts = Object.values(whole).flatMap(partsOf);
  const depth = 1 + Math.max(0, ...parts.map((part) => part.depth));
  if (depth > MAX_DEPTH) throw new SyntaxFault(`is nested deeper than ${MAX_DEPTH} levels`, 0);
  return { ...whole, depth } as F & Expression; // with all that a form may have beside
}

function partsOf(value: unknown): Expression[] {
  if (isExpression(value)) return [value];
  return Array.isArray(value) ? value.flatMap(partsOf) : [];
}

const isExpression = (value: unknown): value is Expression =>
  typeof value === 'object' && value !== null && 'kind' in value && 'depth' in value;

/** A path of one step, or a path that goes on. */
export function pathOf(left: Expression, right?: Expression, at = 0): Expression {
  if (!right) return made({ kind: 'path', steps: [left], keepsSingle: false });
  const before = left.kind === 'path' ? left.steps : [left];
  // What filtered its whole result filters each value’s of the step.
  const { predicates, ...step } = right;
  const after =
    right.kind === 'path' ? right.steps : [predicates ? { ...step, stages: predicates } : right];
  if (left.kind === 'path' && left.group) throw notTaken('a step behind a grouping', at);
  if (before.length + after.length > MAX_PATH_STEPS) {
    throw new SyntaxFault(`has a path of more than ${MAX_PATH_STEPS} steps`, at);
  }
  const steps = [...before, ...after].map((one) => asStep(one, at));
  const ends = [0, steps.length - 1];
  const whole = steps.map((one, index) =>
    ends.includes(index) && one.kind === 'array' ? { ...one, isWhole: true } : one,
  );
  const keepsSingle =
    (left.kind === 'path' && left.keepsSingle) || whole.some((one) => one.keepsArray === true);
  const keepsArray = left.kind === 'path' && left.keepsArray ? { keepsArray: true as const } : {};
  return made({ kind: 'path', steps: whole, keepsSingle }, keepsArray);
}

/** A text in a path is a name. */
function asStep(step: Expression, at: number): Expression {
  if (step.kind !== 'literal') return step;
  if (typeof step.value !== 'string') throw new SyntaxFault('has a value as a step of a path', at);
  const { value: name, ...rest } = step;
  return { ...rest, kind: 'name', name };
}

export function filteredBy(left: Expression, predicate: Expression, at: number): Expression {
  if (left.group) throw notTaken('a predicate behind a grouping', at);
  if (left.kind !== 'path') {
    return made(left, { predicates: [...(left.predicates ?? []), predicate] });
  }
  const last = left.steps.at(-1);
  if (!last) return left;
  const step = made(last, { stages: [...(last.stages ?? []), predicate] });
  return made({ ...left, steps: [...left.steps.slice(0, -1), step] });
}

export function groupedBy(left: Expression, group: Pairs, at: number): Expression {
  if (left.group) throw notTaken('a second grouping', at);
  return made(left, { group });
}

/** `[]` behind an expression. */
export function keptAsArray(left: Expression): Expression {
  if (left.kind !== 'path') return made(left, { keepsArray: true });
  const last = left.steps.at(-1);
  // Of a path that was just begun; of a longer one in parentheses, there is no step to keep.
  const steps = last ? [...left.steps.slice(0, -1), made(last, { keepsArray: true })] : left.steps;
  return made({ ...left, steps, keepsSingle: true }, { keepsArray: true });
}
