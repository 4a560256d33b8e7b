// The operators of content filters that look at strings only.
import type { FieldTest } from './data.ts';
import { endsWithAnyCase, equalsAnyCase, readAnyCase, startsWithAnyCase } from './ignore-case.ts';
import { below, isText, type Report } from './leaf.ts';
import { matchesWildcard, readWildcard } from './wildcard.ts';

export const TEXT_OPERATORS = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'] as const;
type TextOperator = (typeof TEXT_OPERATORS)[number];

/** How many characters are compared in a step: the first are found by machine code, the others one by one. */
const CHARACTERS = { exact: 32, anyCase: 2, wildcard: 8 } as const;

/** @param longest how much of a text is looked at */
const onStrings =
  (kind: keyof typeof CHARACTERS, longest: number, test: (text: string) => boolean): FieldTest =>
  ({ value }, steps) => {
    if (typeof value !== 'string') return false;
    steps.take(1 + Math.floor(Math.min(value.length, longest) / CHARACTERS[kind]));
    return test(value);
  };

export function readText(
  operator: TextOperator,
  operand: unknown,
  report: Report,
): FieldTest | undefined {
  if (!isText(operand, report)) return undefined;
  switch (operator) {
    case 'prefix':
      return onStrings('exact', operand.length, (text) => text.startsWith(operand));
    case 'suffix':
      return onStrings('exact', operand.length, (text) => text.endsWith(operand));
    case 'equals-ignore-case': {
      const anyCase = readAnyCase(operand);
      return onStrings('anyCase', operand.length, (text) => equalsAnyCase(anyCase, text));
    }
    case 'wildcard': {
      const wildcard = readWildcard(operand);
      if (typeof wildcard !== 'string') {
        return onStrings('wildcard', Infinity, (text) => matchesWildcard(wildcard, text));
      }
      report([], wildcard);
      return undefined;
    }
  }
}

/** `{"prefix": {"equals-ignore-case": "a"}}`, and the same of suffix. */
export function readAffixAnyCase(
  operator: 'prefix' | 'suffix',
  operand: object,
  report: Report,
): FieldTest | undefined {
  const [member, ...more] = Object.entries(operand);
  if (member?.[0] !== 'equals-ignore-case' || more.length > 0) {
    report([], 'must be a string, or have exactly equals-ignore-case');
    return undefined;
  }
  const text: unknown = member[1];
  if (!isText(text, below(report, 'equals-ignore-case'))) return undefined;
  const anyCase = readAnyCase(text);
  const matches = operator === 'prefix' ? startsWithAnyCase : endsWithAnyCase;
  return onStrings('anyCase', text.length, (leaf) => matches(anyCase, leaf));
}
