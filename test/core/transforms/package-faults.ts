// Faults of the package jsonata: where one can be taken back while it evaluates, it is; else the case is left out.
import type { Environment, Expression } from 'jsonata';

interface Node {
  readonly type: string;
  /** An array is written at the start or end of a path, or in a block there. */
  readonly consarray?: true;
}

interface Given {
  readonly data: unknown;
  readonly event: unknown;
}

export interface Repaired {
  /** A copy: the package writes into what it is given. */
  readonly given: Given;
  readonly watch: (expression: Expression) => void;
  readonly isLeftOut: (hasFailed: boolean) => boolean;
}

export function withoutFaults(given: Given): Repaired {
  const emptyLists = new Set<unknown[]>();
  const noteEmpty = (value: unknown): void => {
    if (Array.isArray(value) && value.length === 0) emptyLists.add(value);
  };
  /** A grouping of an empty array leaves a value in it, which whatever reads the array later then finds. */
  const emptyAgain = (): void => {
    for (const list of emptyLists) list.length = 0;
  };
  const copy: Given = JSON.parse(JSON.stringify(given), (_, value) => {
    noteEmpty(value);
    return value;
  });
  let isOfOne = false;
  let isOutOfRange = false;
  const entered = ({ type }: Node, input: unknown): void => {
    emptyAgain();
    if (type === 'wildcard' && Array.isArray(input)) hideMarks(input);
  };
  const left = ({ consarray }: Node, _input: unknown, _in: unknown, result: unknown): void => {
    emptyAgain();
    noteEmpty(result);
    isOfOne ||= consarray === true && !isListOfSome(result);
    isOutOfRange ||= typeof result === 'number' && !Number.isFinite(result);
  };
  return {
    given: copy,
    watch: ({ assign }) => {
      const hook = assign as Environment['bind']; // takes symbols as well
      hook(Symbol.for('jsonata.__evaluate_entry'), entered);
      hook(Symbol.for('jsonata.__evaluate_exit'), left);
    },
    // What cannot be a number fails here wherever it is used. Its type there is `object`, its time is `0NaN-NaN-NaN`.
    isLeftOut: (hasFailed) => isOfOne || (isOutOfRange && !hasFailed),
  };
}

/** It marks lists with properties of theirs, as many as its options have it set, and `*` takes them for values. */
function hideMarks(list: readonly unknown[]): void {
  for (const mark of Object.keys(list).slice(list.length)) {
    Object.defineProperty(list, mark, { enumerable: false });
  }
}

/**
 * Where the first step of a path is such an array and gives a single value, that value is not taken as a list of one:
 * of a text come its characters, of all else nothing, and of nothing an error of the program.
 */
function isListOfSome(result: unknown): boolean {
  return Array.isArray(result) && (result.length > 1 || !('sequence' in result));
}
