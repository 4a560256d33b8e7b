// Records event-ruler's verdicts: node test/core/subscriptions/filter/ruler/record.ts <class path>. See README.md here.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { brokenPatternArbitrary, dataArbitrary, patternArbitrary } from './arbitraries.ts';

const seed = 6;
const MAX_LENGTH = 250;
/** The first so many that differ and are short. */
function sample<T>(arbitrary: fc.Arbitrary<T>, count: number): T[] {
  const all = fc
    .sample(arbitrary, { seed, numRuns: count * 4 })
    .map((value) => JSON.stringify(value));
  const short = [...new Set(all)].filter((text) => text.length <= MAX_LENGTH);
  return short.slice(0, count).map((text) => JSON.parse(text));
}

const patterns = [...sample(patternArbitrary, 450), ...sample(brokenPatternArbitrary, 120)];
const events = sample(dataArbitrary, 150);

const lines = [...patterns, ...events].map((value) => JSON.stringify(value));
const output = execFileSync(
  'java',
  ['-cp', process.argv[2] ?? '', new URL('Verdicts.java', import.meta.url).pathname],
  { input: [patterns.length, ...lines].join('\n'), encoding: 'utf8', maxBuffer: 2 ** 27 },
);
const verdicts = output.trimEnd().split('\n');
const cases = patterns.map((pattern, index) => ({ pattern, verdicts: verdicts[index] }));
const text = [
  '{"events":[',
  events.map((event) => JSON.stringify(event)).join(',\n'),
  '],"cases":[',
  cases.map((entry) => JSON.stringify(entry)).join(',\n'),
  ']}\n',
].join('\n');
writeFileSync(new URL('../recorded/event-ruler.json', import.meta.url), text);
const matches = verdicts.join('').replaceAll(/[^1]/g, '').length;
console.log(`${cases.length} patterns, ${events.length} events, ${matches} matches`);
