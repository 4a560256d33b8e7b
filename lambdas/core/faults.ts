// Turns zod's issues into the faults that an answer lists.
import type { z } from 'zod';
import { type Fault, pointer } from './problem.ts';

/** More of them help nobody, and an answer has a largest size. */
export const MAX_FAULTS = 100;

/** Every issue as a fault: unknown fields each by their own path, unions by their closest branch. */
export function faultsOf(error: z.ZodError, base: readonly PropertyKey[] = []): Fault[] {
  const issues = error.issues.slice(0, MAX_FAULTS);
  return issues.flatMap((issue) => faultsOfIssue(issue, base)).slice(0, MAX_FAULTS);
}

function faultsOfIssue(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): Fault[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_FAULTS).map((key) => ({
      path: pointer([...path, key]),
      message: 'is not a known field',
    }));
  }
  if (issue.code === 'invalid_union') {
    // The branch that matched the most of the value explains the fault best.
    const branch = issue.errors.find((issues) =>
      issues.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
    );
    if (branch) return branch.flatMap((inner) => faultsOfIssue(inner, path));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.flatMap((inner) => faultsOfIssue({ ...inner, path: [] }, path));
  }
  // zod leaves the input out of its issues: only the message tells a missing value from a wrong one.
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return [{ path: pointer(path), message: 'is missing' }];
  }
  return [{ path: pointer(path), message: lowerFirst(issue.message) }];
}

function lowerFirst(message: string): string {
  return message.replace(/^Invalid input: /, '').replace(/^./, (first) => first.toLowerCase());
}
