// Paths: each step is evaluated for every value that the step before it gave, and what it gives is one flat list.
import { grouped } from './group.ts';
import { filtered } from './select.ts';
import { isSequence, Sequence, sequenceOf, WholeArray } from './sequence.ts';
import type { Evaluate, Expression, Setting } from './syntax/expression.ts';
import type { Work } from './work.ts';

type Path = Extract<Expression, { readonly kind: 'path' }>;

export function evaluatePath(
  path: Path,
  context: unknown,
  evaluate: Evaluate,
  setting: Setting,
): unknown {
  const [first] = path.steps;
  const isRelative = first?.kind !== 'variable';
  let from: readonly unknown[] =
    Array.isArray(context) && isRelative ? context : sequenceOf(context);
  let result: unknown;
  for (const [index, step] of path.steps.entries()) {
    const isLast = index === path.steps.length - 1;
    result =
      index === 0 && 'isWhole' in step && step.isWhole
        ? evaluate(step, from, setting)
        : stepFrom(step, from, isLast, evaluate, setting);
    if (result === undefined) break;
    from = Array.isArray(result) ? result : sequenceOf(result);
    if (from.length === 0) break;
  }
  if (path.keepsSingle && Array.isArray(result)) {
    if (result instanceof WholeArray) result = sequenceOf(result);
    if (isSequence(result)) result.keepSingle();
  }
  return path.group ? grouped(path.group, result, evaluate, setting) : result;
}

function stepFrom(
  step: Expression,
  from: readonly unknown[],
  isLast: boolean,
  evaluate: Evaluate,
  setting: Setting,
): readonly unknown[] {
  const { work } = setting;
  const results: unknown[] = [];
  for (const value of from) {
    let result = evaluate(step, value, setting);
    for (const stage of step.stages ?? []) result = filtered(stage, result, evaluate, setting);
    if (result === undefined) continue;
    work.take();
    results.push(result);
  }
  const [only] = results;
  if (isLast && results.length === 1 && Array.isArray(only) && !isSequence(only)) return only;
  return flattened(results, work);
}

function flattened(results: readonly unknown[], work: Work): Sequence {
  const flat = new Sequence();
  for (const result of results) {
    if (!Array.isArray(result) || result instanceof WholeArray) {
      work.take();
      flat.push(result);
    } else {
      work.take(result.length);
      for (const value of result) flat.push(value);
    }
  }
  return flat;
}
