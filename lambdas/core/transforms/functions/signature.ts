// How the functions of JSONata take their parameters: https://docs.jsonata.org/embedding-extending#function-signature-syntax.
// A parameter that may come from the context is taken from it where there is one too few; a single value is taken for an
// array of one; and nothing is a value of every kind.
import { TransformFailure } from '../failure.ts';
import { Regex } from '../regex.ts';
import { isNumber } from '../values.ts';
import type { Work } from '../work.ts';

export type Kind =
  | 'nothing'
  | 'string'
  | 'number'
  | 'boolean'
  | 'null'
  | 'array'
  | 'object'
  | 'regex';

export interface Parameter {
  /** Left out: any. */
  readonly kinds?: readonly Kind[];
  /** Of an array’s values. */
  readonly of?: Kind;
  readonly isOptional?: true;
  /** Only of the first. */
  readonly isContext?: true;
}

/** @param context what the function is called in */
export type Implementation = (
  parameters: readonly unknown[],
  context: unknown,
  work: Work,
) => unknown;

export interface Declared {
  readonly parameters: readonly Parameter[];
  /** With one value for each parameter that was given. */
  readonly run: (values: never, work: Work) => unknown;
}

export function declared(name: string, { parameters, run }: Declared): Implementation {
  return (given, context, work) => {
    const values = aligned(name, parameters, given, context);
    const read = values.map((value, index) => {
      const parameter = parameters[index];
      return parameter?.kinds?.[0] === 'array' ? listOf(name, value, parameter.of, work) : value;
    });
    // The kinds were checked.
    return run(read as never, work);
  };
}

function aligned(
  name: string,
  parameters: readonly Parameter[],
  given: readonly unknown[],
  context: unknown,
): readonly unknown[] {
  const needed = parameters.filter(({ isOptional }) => !isOptional).length;
  const fits = (values: readonly unknown[]): boolean =>
    values.length >= needed &&
    values.length <= parameters.length &&
    values.every((value, index) => isOfKind(value, parameters[index]?.kinds));
  if (fits(given)) return given;
  const withContext = [context, ...given];
  if (parameters[0]?.isContext && fits(withContext)) return withContext;
  throw new TransformFailure(`$${name} is called with what it does not take`);
}

function isOfKind(value: unknown, kinds: readonly Kind[] | undefined): boolean {
  if (value === undefined || kinds === undefined || kinds[0] === 'array') return true;
  return kinds.includes(kindOf(value));
}

export function kindOf(value: unknown): Kind {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isNumber(value)) return 'number';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  return value instanceof Regex ? 'regex' : 'object';
}

function listOf(name: string, value: unknown, of: Kind | undefined, work: Work): unknown {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  work.take(list.length);
  if (of === undefined || list.every((one) => kindOf(one) === of)) return list;
  throw new TransformFailure(`$${name} takes an array of ${of}s`);
}
