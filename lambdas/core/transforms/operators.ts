// The operators of JSONata on two values.
import { TransformFailure } from './failure.ts';
import { areEqual, isNumber } from './values.ts';
import type { Work } from './work.ts';

export function calculated(operator: string, left: unknown, right: unknown): number | undefined {
  for (const side of [left, right]) {
    if (side !== undefined && !isNumber(side)) {
      throw new TransformFailure(`the operator ${operator} needs numbers on both sides`);
    }
  }
  if (!isNumber(left) || !isNumber(right)) return undefined;
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return left % right;
  }
}

export function compared(
  operator: string,
  left: unknown,
  right: unknown,
  work: Work,
): boolean | undefined {
  for (const side of [left, right]) {
    if (side !== undefined && typeof side !== 'string' && typeof side !== 'number') {
      throw new TransformFailure(`the operator ${operator} compares numbers or strings`);
    }
  }
  if (left === undefined || right === undefined) return undefined;
  if (typeof left !== typeof right) {
    throw new TransformFailure(`the operator ${operator} compares two numbers or two strings`);
  }
  // The conditions above say that both are of one kind.
  const [one, other] = [left as number, right as number];
  if (typeof left === 'string') work.takeText(Math.min(left.length, String(right).length));
  switch (operator) {
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    default:
      return one >= other;
  }
}

/** Nothing equals nothing, and nothing differs from it. */
export function equalityOf(operator: string, left: unknown, right: unknown, work: Work): boolean {
  if (left === undefined || right === undefined) return false;
  return areEqual(left, right, work) === (operator === '=');
}

/** Objects and arrays are in what holds the very same ones. */
export function isIn(value: unknown, among: unknown, work: Work): boolean {
  if (value === undefined || among === undefined) return false;
  const entries: readonly unknown[] = Array.isArray(among) ? among : [among];
  work.take(entries.length);
  return entries.some((entry) => {
    if (typeof entry === 'string') work.takeText(entry.length);
    return entry === value;
  });
}
