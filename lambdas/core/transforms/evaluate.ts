// Evaluates a checked expression, as JSONata 2 does: https://docs.jsonata.org/processing. Recursion goes no deeper than
// the expression, whose depth is bounded; loops and what they keep are counted.
import { TransformFailure } from './failure.ts';
import { FUNCTIONS } from './functions/all.ts';
import { grouped } from './group.ts';
import { calculated, compared, equalityOf, isIn } from './operators.ts';
import { evaluatePath } from './path.ts';
import { add, descendantsOf, filtered, memberOf, membersOf } from './select.ts';
import { unwrapped, WholeArray } from './sequence.ts';
import type { Evaluate, Expression, Operator, Setting } from './syntax/expression.ts';
import { isNumber, isTrue, joinedText, textOf } from './values.ts';
import type { Work } from './work.ts';

/** @throws OverBudgetError, TransformFailure */
export const evaluate: Evaluate = (expression, context, setting) => {
  setting.work.take();
  let result = formOf(expression, context, setting);
  for (const predicate of expression.predicates ?? []) {
    result = filtered(predicate, result, evaluate, setting);
  }
  if (expression.group && expression.kind !== 'path') {
    result = grouped(expression.group, result, evaluate, setting);
  }
  return unwrapped(result, expression.keepsArray === true);
};

function formOf(expression: Expression, context: unknown, setting: Setting): unknown {
  const { work } = setting;
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return memberOf(context, expression.name, work);
    case 'wildcard':
      return membersOf(context, work);
    case 'descendants':
      return descendantsOf(context, work);
    case 'variable':
      return expression.of === 'context' ? context : setting[expression.of];
    case 'path':
      return evaluatePath(expression, context, evaluate, setting);
    case 'binary':
      return binary(expression, context, setting);
    case 'negative':
      return negated(evaluate(expression.operand, context, setting));
    case 'array':
      return array(expression, context, setting);
    case 'object':
      return grouped(expression.pairs, context, evaluate, setting);
    case 'condition': {
      const { condition, then, otherwise } = expression;
      if (isTrue(evaluate(condition, context, setting), work)) {
        return evaluate(then, context, setting);
      }
      return otherwise && evaluate(otherwise, context, setting);
    }
    case 'default': {
      const first = evaluate(expression.first, context, setting);
      const isTaken = expression.wants === 'truth' ? isTrue(first, work) : first !== undefined;
      return isTaken ? first : evaluate(expression.second, context, setting);
    }
    case 'block':
      return expression.parts.reduce<unknown>(
        (_, part) => evaluate(part, context, setting),
        undefined,
      );
    case 'call': {
      const parameters = expression.parameters.map((parameter) =>
        parameter.kind === 'regex' ? parameter.regex : evaluate(parameter, context, setting),
      );
      // Only names of the table are let through when a transformation is saved.
      return FUNCTIONS[expression.name]?.(parameters, context, work);
    }
    case 'regex':
      return undefined;
    default:
      return expression satisfies never;
  }
}

type Form<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>;

function binary({ operator, left, right }: Form<'binary'>, context: unknown, setting: Setting) {
  const { work } = setting;
  const first = evaluate(left, context, setting);
  const second = () => evaluate(right, context, setting);
  return judged(operator, first, second, work);
}

function judged(operator: Operator, first: unknown, second: () => unknown, work: Work): unknown {
  switch (operator) {
    case 'and':
      return isTrue(first, work) && isTrue(second(), work);
    case 'or':
      return isTrue(first, work) || isTrue(second(), work);
    case '&':
      return joinedText(textOf(first, work), textOf(second(), work), work);
    case 'in':
      return isIn(first, second(), work);
    case '=':
    case '!=':
      return equalityOf(operator, first, second(), work);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compared(operator, first, second(), work);
    default:
      return calculated(operator, first, second());
  }
}

function negated(value: unknown): unknown {
  if (value === undefined) return undefined;
  if (!isNumber(value)) throw new TransformFailure('the operator - needs a number');
  return -value;
}

function array({ items, isWhole }: Form<'array'>, context: unknown, setting: Setting) {
  const { work } = setting;
  const list: unknown[] = isWhole ? new WholeArray() : [];
  for (const item of items) {
    const value = evaluate(item, context, setting);
    if (value === undefined) continue;
    work.take();
    // A written array in it stays one value of it; what a path gives becomes as many as there are.
    if (item.kind === 'array') list.push(value);
    else add(list, value, work);
  }
  return list;
}
