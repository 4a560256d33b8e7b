// Equality of JSON values (JSON Schema core, 4.2.2) by one text for all values that are equal, so that many values
// are compared in one pass.
import type { Steps } from '../../steps.ts';

const CHARACTERS_PER_STEP = 16;

/** Members in the order of their names, so that equal values have one text. */
export function canonical(value: unknown, steps: Steps): string {
  steps.take(2);
  if (typeof value === 'string') steps.take(Math.floor(value.length / CHARACTERS_PER_STEP));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, steps)).join()}]`;
  const names = Object.keys(value).sort();
  steps.take(4 * names.length);
  const of = (name: string): unknown => Object(value)[name];
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(of(name), steps)}`).join()}}`;
}

/** A number is a multiple of another if their decimal forms say so, as 0.3 is of 0.1. */
export function isMultipleOf(value: number, divisor: number): boolean {
  const [whole, places] = decimalOf(value);
  const [part, partPlaces] = decimalOf(divisor);
  const most = Math.max(places, partPlaces);
  return (whole * 10n ** BigInt(most - places)) % (part * 10n ** BigInt(most - partPlaces)) === 0n;
}

/** A whole number, and how many decimal places it was moved by. */
function decimalOf(value: number): [bigint, number] {
  const [digits = '', exponent = '0'] = Math.abs(value).toString().split('e');
  const [, fraction = ''] = digits.split('.');
  return [BigInt(digits.replace('.', '')), fraction.length - Number(exponent)];
}
