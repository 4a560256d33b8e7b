// Against the package jsonata, which shares no code with what is here.
import { expect, it } from 'vitest';
import { wholeOr } from '../../builders/share.ts';
import { generated } from './generated.ts';
import { ours, theirs } from './oracle.ts';

const CASES = wholeOr(10_000, 1_500);
const SEED = 25;

/**
 * The package parses `a ?: b` by copying `a` as JSON: nested, the copies double with each level, and a regular
 * expression in it is lost, so that a search never ends.
 */
function isTooMuchForIt(source: string): boolean {
  const defaults = source.match(/\?[:?]/g)?.length ?? 0;
  return defaults > 2 || (defaults > 0 && source.includes('/'));
}

it('generated expressions give what the package gives', { timeout: 300_000 }, async () => {
  const counts = { failed: 0, nothing: 0, results: 0 };
  let left = CASES;
  for (const { source, data } of generated(SEED)) {
    if (left === 0) break;
    if (isTooMuchForIt(source)) continue;
    const found = ours(source, data);
    if (found === 'over') continue;
    const wanted = await theirs(source, data);
    if (wanted === 'left out') continue;
    left--;
    const isRefusedByBoth = found.startsWith('refused') && wanted === 'failed';
    if (!isRefusedByBoth) expect(found, `${source} of ${JSON.stringify(data)}`).toBe(wanted);
    counts[wanted === 'failed' || wanted === 'nothing' ? wanted : 'results']++;
  }
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(CASES / 5);
});
