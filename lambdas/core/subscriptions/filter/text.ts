// The operators of content filters that look at strings only.
import { endsWithAnyCase, equalsAnyCase, readAnyCase, startsWithAnyCase } from './ignore-case.ts';
import { below, isText, type LeafTest, type Report } from './leaf.ts';
import { matchesWildcard, readWildcard } from './wildcard.ts';

export const TEXT_OPERATORS = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'] as const;
type TextOperator = (typeof TEXT_OPERATORS)[number];

const onStrings =
  (test: (text: string) => boolean): LeafTest =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);

export function readText(
  operator: TextOperator,
  operand: unknown,
  report: Report,
): LeafTest | undefined {
  if (!isText(operand, report)) return undefined;
  switch (operator) {
    case 'prefix':
      return onStrings((text) => text.startsWith(operand));
    case 'suffix':
      return onStrings((text) => text.endsWith(operand));
    case 'equals-ignore-case': {
      const anyCase = readAnyCase(operand);
      return onStrings((text) => equalsAnyCase(anyCase, text));
    }
    case 'wildcard': {
      const wildcard = readWildcard(operand);
      if (typeof wildcard !== 'string') return onStrings((text) => matchesWildcard(wildcard, text));
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
): LeafTest | undefined {
  const [member, ...more] = Object.entries(operand);
  if (member?.[0] !== 'equals-ignore-case' || more.length > 0) {
    report([], 'must be a string, or have exactly equals-ignore-case');
    return undefined;
  }
  const text: unknown = member[1];
  if (!isText(text, below(report, 'equals-ignore-case'))) return undefined;
  const anyCase = readAnyCase(text);
  const matches = operator === 'prefix' ? startsWithAnyCase : endsWithAnyCase;
  return onStrings((leaf) => matches(anyCase, leaf));
}
