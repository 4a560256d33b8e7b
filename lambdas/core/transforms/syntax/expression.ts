// The expressions that a transformation is made of: the part of JSONata that is evaluated here. Whatever else the
// language has is refused when a transformation is saved: see parse.ts.
import type { Regex } from '../regex.ts';
import type { Work } from '../work.ts';

export const OPERATORS = [
  ...['+', '-', '*', '/', '%'],
  ...['=', '!=', '<', '<=', '>', '>='],
  ...['&', 'and', 'or', 'in'],
] as const;
export type Operator = (typeof OPERATORS)[number];

export type Pairs = readonly (readonly [key: Expression, value: Expression])[];

export type Expression = Form & {
  /** How deep it is nested, itself included. */
  readonly depth: number;
  /** Filters of the expression’s own result, one after the other. */
  readonly predicates?: readonly Expression[];
  /** Filters of a step, for each value that it starts from. */
  readonly stages?: readonly Expression[];
  /** What `{...}` behind an expression groups its result by. */
  readonly group?: Pairs;
  /** `[]`: a single value stays in an array. */
  readonly keepsArray?: true;
};

export type Form =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descendants' }
  /** `$`, `$$` and `$event`. */
  | { readonly kind: 'variable'; readonly of: 'context' | 'root' | 'event' }
  | { readonly kind: 'path'; readonly steps: readonly Expression[]; readonly keepsSingle: boolean }
  | {
      readonly kind: 'binary';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'negative'; readonly operand: Expression }
  /** @property isWhole whether a path that begins or ends with it keeps it as one value */
  | { readonly kind: 'array'; readonly items: readonly Expression[]; readonly isWhole: boolean }
  | { readonly kind: 'object'; readonly pairs: Pairs }
  | {
      readonly kind: 'condition';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise?: Expression;
    }
  /** `?:` and `??`: the second where the first is not true, or nothing. */
  | {
      readonly kind: 'default';
      readonly wants: 'truth' | 'existence';
      readonly first: Expression;
      readonly second: Expression;
    }
  | { readonly kind: 'block'; readonly parts: readonly Expression[]; readonly isWhole: boolean }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Expression[] }
  | { readonly kind: 'regex'; readonly regex: Regex };

/** What does not change in an evaluation. */
export interface Setting {
  readonly root: unknown;
  readonly event: unknown;
  readonly work: Work;
}

export type Evaluate = (expression: Expression, context: unknown, setting: Setting) => unknown;
