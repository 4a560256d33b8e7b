// What the lists are made of that paths give: their values, and no mark of the evaluator’s.
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { ours, theirs } from './oracle.ts';

const DATA = { text: 'ab', list: [{ x: 1 }, { x: [2, 3] }], none: [] };
const ALL = [DATA, 'ab', { x: 1 }, 1, { x: [2, 3] }, 2, 3];

it.each([
  ['[*].[$]', [DATA]],
  ['[**].[$]', ALL.map((one) => [one])],
  ['[*].{"k": 1}', { k: 1 }],
  ['[$count(*)].$', 1],
  ['[*{"k": text}].$', { k: 'ab' }],
  ['[*].(list[-1]{"k": x}).**', [{ k: [2, 3] }, 2, 3]],
  ['[*].([text{"k": 1}, none{"k": 1}]).**', [{ k: 1 }, 1, { k: 1 }, 1]],
  ['{"k": text[]}.*', ['ab']],
  ['{"k": text[]}.**', [{ k: ['ab'] }, 'ab']],
  ['{"k": (text)[]}.**', [{ k: 'ab' }, 'ab']],
  ['{"k": list.x[]}.**', [{ k: [1, 2, 3] }, 1, 2, 3]],
  ['{"k": $keys($)[0][]}.**', [{ k: ['text'] }, 'text']],
  ['{"k": text[]}{"all": **}', { all: [{ k: ['ab'] }, 'ab'] }],
  ['[{"k": text[]}].**', [{ k: ['ab'] }, 'ab']],
  ['[[text[]]]{"all": *}', { all: 'ab' }],
  ['$spread({"k": text[]}).**', [{ k: ['ab'] }, 'ab']],
  ['$merge([{"k": text[]}]).**', [{ k: ['ab'] }, 'ab']],
  ['$zip([{"k": text[]}], [text[]]).**', [{ k: ['ab'] }, 'ab', 'ab']],
  ['{"k": text[]} = {"k": [text]}', true],
  ['none{"k": 1}', { k: 1 }],
  ['missing{"k": 1}', { k: 1 }],
  ['[none{"k": 1}, none]', [{ k: 1 }]],
  ['[$.none{"k": 1}, $count(none)]', [{ k: 1 }, 0]],
])('%s holds nothing but values', async (source, result) => {
  expect(JSON.parse(ours(source, DATA))).toEqual(result);
  expect(JSON.parse(await theirs(source, DATA))).toEqual(result);
});

it.each([
  ['$boolean(none[].x["a"])', 'nothing'],
  ['$boolean([text[].x["a"]])', 'nothing'],
  ['$boolean([[text[].x["a"]]])', 'nothing'],
  ['$boolean([text[].x["a"], text[].x["a"]])', 'false'],
  ['$not(text[].x["a"])', 'true'],
  ['text[].x["a"] ? 1 : 2', '2'],
  ['$spread(text[].x["a"])', 'nothing'],
  ['$spread([text[].x["a"], text[].x["a"]])', 'nothing'],
  ['$spread([[text[].x["a"]]])', '[]'],
  ['$spread([text[].x["a"], 1])', '[1]'],
  ['$count(text[].x["a"])', '1'],
])('%s is of a list that holds nothing', async (source, result) => {
  expect(ours(source, DATA)).toBe(result);
  expect(await theirs(source, DATA)).toBe(result);
});

/** As the package gives it without the oracle’s repairs. When it mends one, package-faults.ts loses it. */
async function packages(source: string): Promise<unknown> {
  const limited = jsonata(source, { sequence: 20_000 });
  return limited.evaluate(structuredClone(DATA)).catch(() => 'failed');
}

describe('a fault of the package is not one of ours', () => {
  it.each([
    ['[*].{"k": 1}', { k: 1 }, [{ k: 1 }, { k: 1 }, { k: 1 }]],
    ['[none{"k": 1}, $count(none)]', [{ k: 1 }, 0], [{ k: 1 }, 1]],
    ['{"k": []}.[k{"of": 1}, $count(k)]', [{ of: 1 }, 0], [{ of: 1 }, 1]],
  ])('%s, which is taken back', async (source, result, itsOwn) => {
    expect(JSON.parse(ours(source, DATA))).toEqual(result);
    expect(JSON.parse(await theirs(source, DATA))).toEqual(result);
    expect(JSON.parse(JSON.stringify(await packages(source)))).toEqual(itsOwn);
  });

  it.each([
    ['[{"x": 1}][0].x', 1, undefined],
    ['[list][x = 1].x', 1, undefined],
    ['[text][0].$uppercase()', 'AB', ['A', 'B']],
    ['([1].x; text).$', 'ab', ['a', 'b']],
    ['([1].x; list[0]).x', 1, undefined],
  ])('%s, which is left out', async (source, result, itsOwn) => {
    expect(JSON.parse(ours(source, DATA))).toEqual(result);
    expect(await theirs(source, DATA)).toBe('left out');
    const found = await packages(source);
    expect(found && JSON.parse(JSON.stringify(found))).toEqual(itsOwn);
  });

  it.each(['text[0 / 0]', '$type(0 / 0)', '$fromMillis(1 / 0)', '$abs(1 / 0) = 1'])(
    '%s is out of range',
    async (source) => {
      expect(ours(source, DATA)).toBe('failed');
      expect(await theirs(source, DATA)).toBe('left out');
      expect(await packages(source)).not.toBe('failed');
    },
  );

  it('of nothing comes nothing', async () => {
    expect(ours('[list][5].x[]', DATA)).toBe('nothing');
    expect(await theirs('[list][5].x[]', DATA)).toBe('left out');
    expect(await packages('[list][5].x[]')).toBe('failed');
  });

  it('it writes into what it is given', async () => {
    const given = structuredClone(DATA);
    await jsonata('none{"k": 1}').evaluate(given);
    expect(given.none).toEqual([undefined]);
    await theirs('none{"k": 1}', DATA);
    ours('none{"k": 1}', DATA);
    expect(DATA.none).toEqual([]);
  });
});
