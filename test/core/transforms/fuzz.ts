// Throws sources at the parser and what it lets through at the evaluation. As a program, for so many seconds:
// node test/core/transforms/fuzz.ts 600

import { evaluate } from '../../../lambdas/core/transforms/evaluate.ts';
import { TransformFailure } from '../../../lambdas/core/transforms/failure.ts';
import { FUNCTIONS } from '../../../lambdas/core/transforms/functions/all.ts';
import { Regex } from '../../../lambdas/core/transforms/regex.ts';
import { SyntaxFault } from '../../../lambdas/core/transforms/syntax/fault.ts';
import { parse } from '../../../lambdas/core/transforms/syntax/parse.ts';
import { MAX_STEPS, Work } from '../../../lambdas/core/transforms/work.ts';
import { writeJson } from '../../../lambdas/core/transforms/write-json.ts';
import { randomFrom } from '../../../local/simulation/random.ts';
import { generated } from './generated.ts';

const PIECES = [
  ...'.[]{}(),@#;:?+-*/%|=<>^&!~`"\'$\\ \n',
  ...['..', ':=', '!=', '>=', '<=', '**', '~>', '?:', '??', 'and', 'or', 'in', 'true', 'null'],
  ...['a', 'b', '$', '$$', '$event', '$eval', '$now', '$pad', '$f', 'function', 'λ', '__proto__'],
  ...['constructor', '0', '1', '-1', '1e9', '1e999', '"x"', "'y'", '/a+/', '/(/i', '/*', '*/'],
  ...Object.keys(FUNCTIONS).map((name) => `$${name}(`),
];
/** What may stand in a tree, whatever was read. */
const KINDS = new Set([
  ...['literal', 'name', 'wildcard', 'descendants', 'variable', 'path', 'binary', 'negative'],
  ...['array', 'object', 'condition', 'default', 'block', 'call', 'regex'],
]);
const MAX_MS = 1_000;

/** @returns what was let through. @throws if a source does what it may not */
export function fuzz(seed: number, count: number): number {
  const random = randomFrom(seed);
  const upTo = (most: number): number => Math.floor(random() * most);
  const cases = generated(seed);
  let taken = 0;
  for (let at = 0; at < count; at++) {
    const { source: whole, data } = cases.next().value ?? { source: '', data: {} };
    const piece = (): string => PIECES[upTo(PIECES.length)] ?? '';
    let source = whole;
    if (random() < 0.3) source = Array.from({ length: upTo(40) }, piece).join('');
    else {
      for (let edits = upTo(4); edits > 0; edits--) {
        const place = upTo(source.length + 1);
        source = source.slice(0, place) + piece() + source.slice(place + upTo(3));
      }
    }
    if (runOne(source, data)) taken++;
  }
  return taken;
}

function runOne(source: string, data: unknown): boolean {
  const before = process.threadCpuUsage().user;
  const work = new Work();
  try {
    const tree = parse(source);
    checkTree(tree, source);
    writeJson(evaluate(tree, data, { root: data, event: {}, work }) ?? null, { work });
    return true;
  } catch (error) {
    const isExpected =
      error instanceof SyntaxFault ||
      error instanceof TransformFailure ||
      (error instanceof Error && error.name === 'OverBudgetError');
    if (!isExpected) throw new Error(`${JSON.stringify(source)}: ${error}`, { cause: error });
    return !(error instanceof SyntaxFault);
  } finally {
    const ms = (process.threadCpuUsage().user - before) / 1_000;
    if (ms > MAX_MS || work.steps.taken > MAX_STEPS) {
      console.error(`${JSON.stringify(source)} of ${JSON.stringify(data)} took ${ms} ms`);
      process.exitCode = 1;
    }
    if (Object.hasOwn(Object.prototype, 'polluted')) process.exitCode = 2;
  }
}

function checkTree(value: unknown, source: string): void {
  if (typeof value === 'function') throw new Error(`${source}: a function in its tree`);
  if (typeof value !== 'object' || value === null || value instanceof Regex) return;
  if ('kind' in value && !KINDS.has(String(value.kind)))
    throw new Error(`${source}: ${value.kind}`);
  for (const member of Object.values(value)) checkTree(member, source);
}

if (process.argv[1] === import.meta.filename) {
  const until = Date.now() + Number(process.argv[2] ?? 600) * 1_000;
  let [seed, all, taken] = [Date.now() % 1e9, 0, 0];
  while (Date.now() < until) {
    taken += fuzz(seed++, 1_000);
    all += 1_000;
  }
  console.log(`${all} sources, ${taken} let through, nothing found`);
}
