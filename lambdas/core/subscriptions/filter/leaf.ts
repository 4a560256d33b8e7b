// The plain values that content filters compare, and how faults of a filter are reported.

/** A value that has no parts. */
export type Leaf = string | number | boolean | null;
/** Reports a fault at a path below the current one. */
export type Report = (path: readonly PropertyKey[], message: string) => void;

/** The same report, for something below. */
export function below(report: Report, ...base: readonly PropertyKey[]): Report {
  return (path, message) => report([...base, ...path], message);
}

export function isText(value: unknown, report: Report): value is string {
  if (typeof value !== 'string') report([], 'must be a string');
  else if (!value.isWellFormed()) report([], 'must be well-formed Unicode');
  else return true;
  return false;
}

/** JSON readers may round a whole number beyond 2^53 to a neighbour. */
export function isNumber(value: unknown, report: Report): value is number {
  if (typeof value !== 'number') report([], 'must be a number');
  else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    report([], 'is too large to be compared exactly: send such numbers as strings');
  } else return true;
  return false;
}
