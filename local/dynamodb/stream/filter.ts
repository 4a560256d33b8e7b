// Patterns of a Lambda event source's filter.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
import { isObject, type Json } from '../../json.ts';

/** Of the syntax: objects, and lists of values of which one must be there. */
export function matches(pattern: Json, value: Json | undefined): boolean {
  if (Array.isArray(pattern)) return value !== undefined && pattern.includes(value);
  return (
    isObject(pattern) &&
    isObject(value) &&
    Object.entries(pattern).every(([name, inner]) => matches(inner, value[name]))
  );
}
