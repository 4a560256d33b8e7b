// How JSONata sees values: what counts as true, as a number, as equal, and as text.
import { TransformFailure } from './failure.ts';
import type { Work } from './work.ts';
import { writeJson } from './write-json.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object that has nothing but its own members, whatever their names. */
export const newObject = (): Record<string, unknown> => Object.create(null);

/** @throws TransformFailure for what no JSON can hold */
export function isNumber(value: unknown): value is number {
  if (typeof value !== 'number') return false;
  if (Number.isFinite(value)) return true;
  throw new TransformFailure('a number is out of range');
}

/** Whether a value counts as true; arrays do if one of theirs does. */
export function isTrue(value: unknown, work: Work): boolean {
  work.take();
  if (Array.isArray(value)) return value.some((one) => isTrue(one, work));
  if (isObject(value)) return namesOf(value, work).length > 0;
  if (typeof value === 'number') return isNumber(value) && value !== 0;
  return typeof value === 'string' ? value !== '' : value === true;
}

/** Of a large object, even to see whether there are any takes time. */
function namesOf(value: JsonObject, work: Work): readonly string[] {
  const names = Object.keys(value);
  work.take(names.length);
  return names;
}

export function areEqual(one: unknown, other: unknown, work: Work): boolean {
  work.take();
  if (typeof one === 'string' && typeof other === 'string') {
    if (one.length === other.length) work.takeText(one.length);
    return one === other;
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return (
      one.length === other.length && one.every((value, at) => areEqual(value, other[at], work))
    );
  }
  if (isObject(one) && isObject(other)) {
    const names = namesOf(one, work);
    return (
      names.length === namesOf(other, work).length &&
      names.every((name) => Object.hasOwn(other, name) && areEqual(one[name], other[name], work))
    );
  }
  return one === other;
}

/** As `$string` and `&` write it. */
export function textOf(value: unknown, work: Work): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  // Also where it would be refused in the end.
  if (typeof value === 'number') isNumber(value);
  const text = writeJson(value, { work, digits: 15 });
  return text;
}

export function joinedText(one: string, other: string, work: Work): string {
  work.takeText(one.length + other.length);
  return one + other;
}
