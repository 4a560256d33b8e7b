// The operator `numeric` of content filters: =, one bound, or a lower and then an upper bound.
import type { FieldTest } from './data.ts';
import { below, isNumber, type Report } from './leaf.ts';

const COMPARISONS: ReadonlyMap<unknown, (value: number, bound: number) => boolean> = new Map([
  ['=', (value, bound) => value === bound],
  ['<', (value, bound) => value < bound],
  ['<=', (value, bound) => value <= bound],
  ['>', (value, bound) => value > bound],
  ['>=', (value, bound) => value >= bound],
]);
const LOWER: readonly unknown[] = ['>', '>='];
const UPPER: readonly unknown[] = ['<', '<='];

export function readNumeric(operand: unknown, report: Report): FieldTest | undefined {
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [];
  const [operator, bound, upperOperator, upper] = list;
  const compare = COMPARISONS.get(operator);
  const isRange = list.length === 4 && LOWER.includes(operator) && UPPER.includes(upperOperator);
  if (!compare || (list.length !== 2 && !isRange)) {
    report([], 'must be [operator, number], or [">" or ">=", number, "<" or "<=", number]');
    return undefined;
  }
  if (!isNumber(bound, below(report, 1))) return undefined;
  const compareUpper = COMPARISONS.get(upperOperator);
  if (!compareUpper) return ({ value }) => typeof value === 'number' && compare(value, bound);
  if (!isNumber(upper, below(report, 3))) return undefined;
  if (bound >= upper) {
    report([], 'must have a lower bound below its upper bound');
    return undefined;
  }
  return ({ value }) =>
    typeof value === 'number' && compare(value, bound) && compareUpper(value, upper);
}
