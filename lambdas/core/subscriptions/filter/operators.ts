// One entry of a content filter's list: a plain value, or an operator with its operand.
import { isInNetwork, readAddress, readNetwork } from './address.ts';
import type { FieldTest } from './data.ts';
import { below, isNumber, isText, type Leaf, type Report } from './leaf.ts';
import { readNumeric } from './numeric.ts';
import { readAffixAnyCase, readText, TEXT_OPERATORS } from './text.ts';

export const OPERATORS = [...TEXT_OPERATORS, 'anything-but', 'numeric', 'exists', 'cidr'] as const;

type Entry =
  | { readonly kind: 'value'; readonly value: Leaf }
  /** An address matches any spelling of itself. */
  | { readonly kind: 'address'; readonly text: string }
  | { readonly kind: 'test'; readonly test: FieldTest }
  /** `{"exists": false}`: holds where there is no value. */
  | { readonly kind: 'absent' };

/** Undefined if the entry has a fault. */
export function readEntry(entry: unknown, report: Report): Entry | undefined {
  switch (typeof entry) {
    case 'string':
      return isText(entry, report) ? exactly(entry) : undefined;
    case 'number':
      return isNumber(entry, report) ? { kind: 'value', value: entry } : undefined;
    case 'boolean':
      return { kind: 'value', value: entry };
    default:
  }
  if (entry === null) return { kind: 'value', value: entry };
  if (typeof entry !== 'object' || Array.isArray(entry)) {
    report([], 'must be a string, a number, true, false, null or an operator');
    return undefined;
  }
  const [member, ...more] = Object.entries(entry);
  const operator = OPERATORS.find((name) => name === member?.[0]);
  if (!member || operator === undefined || more.length > 0) {
    report([], `must have exactly one of ${OPERATORS.join(', ')}`);
    return undefined;
  }
  const operand: unknown = member[1];
  const at = below(report, operator);
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') at([], 'must be true or false');
    return operand === false ? { kind: 'absent' } : { kind: 'test', test: () => true };
  }
  const test = readTest(operator, operand, at);
  return test && { kind: 'test', test };
}

function exactly(value: string): Entry {
  const address = readAddress(value);
  return address ? { kind: 'address', text: address.text } : { kind: 'value', value };
}

function readTest(
  operator: Exclude<(typeof OPERATORS)[number], 'exists'>,
  operand: unknown,
  report: Report,
): FieldTest | undefined {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return typeof operand === 'object' && operand !== null
        ? readAffixAnyCase(operator, operand, report)
        : readText(operator, operand, report);
    case 'equals-ignore-case':
    case 'wildcard':
      return readText(operator, operand, report);
    case 'anything-but':
      return readAnythingBut(operand, report);
    case 'numeric':
      return readNumeric(operand, report);
    case 'cidr':
      return readCidr(operand, report);
  }
}

function readCidr(operand: unknown, report: Report): FieldTest | undefined {
  const network = typeof operand === 'string' ? readNetwork(operand) : undefined;
  if (!network) {
    report([], 'must be a network, such as 10.0.0.0/8 or 2001:db8::/32');
    return undefined;
  }
  return (field, steps) => {
    const address = field.address(steps);
    return address !== undefined && isInNetwork(network, address.bytes);
  };
}

/** Any value that is there, of whatever kind, but for those named. */
function readAnythingBut(operand: unknown, report: Report): FieldTest | undefined {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [member, ...more] = Object.entries(operand);
    const operator = TEXT_OPERATORS.find((name) => name === member?.[0]);
    if (member && operator !== undefined && more.length === 0) {
      const tests = listOf(member[1], below(report, operator), (value, at) => {
        // Every string begins and ends with it: nothing would match.
        if (value === '' && (operator === 'prefix' || operator === 'suffix')) {
          at([], 'must not be empty');
        }
        return readText(operator, value, at);
      });
      return (field, steps) => !tests.some((test) => test?.(field, steps));
    }
    report([], `must have exactly one of ${TEXT_OPERATORS.join(', ')}`);
    return undefined;
  }
  const kinds = new Set([operand].flat().map((value) => typeof value));
  if (kinds.size > 1) report([], 'must not mix strings and numbers');
  const excluded = new Set<unknown>(
    listOf(operand, report, (value, at) => {
      const isKnown = typeof value === 'number' ? isNumber(value, at) : isText(value, at);
      return isKnown ? value : undefined;
    }),
  );
  return ({ value }) => !excluded.has(value);
}

/** An operand that may be one value or a list of them. */
function listOf<T>(
  operand: unknown,
  report: Report,
  read: (value: unknown, report: Report) => T,
): T[] {
  if (!Array.isArray(operand)) return [read(operand, report)];
  if (operand.length === 0) report([], 'must not be empty');
  return operand.map((value: unknown, index) => read(value, below(report, index)));
}
