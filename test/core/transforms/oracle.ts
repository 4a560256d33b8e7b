// The same expression evaluated here and by the package jsonata: what each gives, as JSON.
import jsonata from 'jsonata';
import { evaluate } from '../../../lambdas/core/transforms/evaluate.ts';
import { TransformFailure } from '../../../lambdas/core/transforms/failure.ts';
import { SyntaxFault } from '../../../lambdas/core/transforms/syntax/fault.ts';
import { parse } from '../../../lambdas/core/transforms/syntax/parse.ts';
import { Work } from '../../../lambdas/core/transforms/work.ts';
import { withoutFaults } from './package-faults.ts';

/** The result as JSON, `nothing`, or how it failed. */
type Verdict = string;

const LIMIT_MS = 500;
const EVENT = { id: 'evt_1', type: 'a.b', a: 1, list: [1, 2] };

export function ours(source: string, data: unknown): Verdict {
  try {
    const setting = { root: data, event: EVENT, work: new Work() };
    return asJson(evaluate(parse(source), data, setting));
  } catch (error) {
    if (error instanceof SyntaxFault) return `refused: ${error.message}`;
    if (error instanceof TransformFailure) return 'failed';
    if (error instanceof Error && error.name === 'OverBudgetError') return 'over';
    throw error;
  }
}

/** @returns `left out` where it had not the time, or where its own faults decide */
export async function theirs(source: string, data: unknown): Promise<Verdict> {
  const startedMs = performance.now();
  const repaired = withoutFaults({ data, event: EVENT });
  let verdict: Verdict;
  try {
    // A case that is too much for it is too much for a comparison.
    const expression = jsonata(source, { timeout: LIMIT_MS, sequence: 20_000 });
    repaired.watch(expression);
    const { data: input, event } = repaired.given;
    verdict = asJson(await expression.evaluate(input, { event }));
  } catch {
    verdict = performance.now() - startedMs < LIMIT_MS ? 'failed' : 'left out';
  }
  return repaired.isLeftOut(verdict === 'failed') ? 'left out' : verdict;
}

/** A number that JSON cannot hold is a failure here, and null there. */
function asJson(value: unknown): Verdict {
  let isExact = true;
  const text = JSON.stringify(value, (_, one) => {
    if (typeof one === 'number' && !Number.isFinite(one)) isExact = false;
    return one;
  });
  return isExact ? (text ?? 'nothing') : 'failed';
}
