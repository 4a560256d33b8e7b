// The language of transformations by examples: most are from JSONata’s documentation, https://docs.jsonata.org.
import { describe, expect, it } from 'vitest';
import { faultOfSource, transformData } from '../../../lambdas/core/transforms/engine.ts';
import { ours, theirs } from './oracle.ts';

const INVOICE = {
  'Account Name': 'Firefly',
  Order: [
    {
      OrderID: 'order103',
      Product: [
        {
          'Product Name': 'Bowler Hat',
          Price: 34.45,
          Quantity: 2,
          Description: { Colour: 'Purple' },
        },
        {
          'Product Name': 'Trilby hat',
          Price: 21.67,
          Quantity: 1,
          Description: { Colour: 'Orange' },
        },
      ],
    },
    {
      OrderID: 'order104',
      Product: [
        {
          'Product Name': 'Bowler Hat',
          Price: 34.45,
          Quantity: 4,
          Description: { Colour: 'Purple' },
        },
        { 'Product Name': 'Cloak', Price: 107.99, Quantity: 1, Description: { Colour: 'Black' } },
      ],
    },
  ],
};

const EXAMPLES: readonly (readonly [source: string, result: unknown])[] = [
  ['`Account Name`', 'Firefly'],
  ['Order[0].OrderID', 'order103'],
  ['Order.OrderID', ['order103', 'order104']],
  ['Order[-1].Product[0].Price', 34.45],
  ['Order.Product[0].Price', [34.45, 34.45]],
  ['(Order.Product)[0].Price', 34.45],
  ['Order.Product[Description.Colour = "Black"].`Product Name`', 'Cloak'],
  ['Order.Product[Price > 100].Price', 107.99],
  ['Order.Product[Price > 100].Price[]', [107.99]],
  ['$sum(Order.Product.(Price * Quantity))', 336.36],
  [
    'Order.{"id": OrderID, "n": $count(Product)}',
    [
      { id: 'order103', n: 2 },
      { id: 'order104', n: 2 },
    ],
  ],
  ['Order.Product{`Product Name`: $sum(Quantity)}', { 'Bowler Hat': 6, 'Trilby hat': 1, Cloak: 1 }],
  ['Order.[OrderID]', [['order103'], ['order104']]],
  ['Order.*[0]', ['order103', 'order104']],
  ['**.Colour', ['Purple', 'Orange', 'Purple', 'Black']],
  ['"a" & 1 & true & null & missing', 'a1truenull'],
  ['Order.Product.Price[$ < 30]', 21.67],
  ['$distinct(Order.Product.`Product Name`)', ['Bowler Hat', 'Trilby hat', 'Cloak']],
  ['missing ? 1 : 2', 2],
  ['missing ?? "none"', 'none'],
  ['"" ?: "empty"', 'empty'],
  ['"order103" in Order.OrderID', true],
  ['10 % 4 + 2 * 3', 8],
  ['-(5 - 7)', 2],
  ['$substring("hello world", 3, 5)', 'lo wo'],
  ['$substring("hello world", -4)', 'orld'],
  ['$substringBefore("hello world", " ")', 'hello'],
  ['$substringAfter("hello world", " ")', 'world'],
  ['$uppercase("Hello") & $lowercase("World")', 'HELLOworld'],
  ['$trim("   Hello    \\n World  ")', 'Hello World'],
  ['$contains("abracadabra", /a.*a/)', true],
  ['$split("so, many, words", ", ")', ['so', 'many', 'words']],
  ['$split("this   is  text", /\\s+/)', ['this', 'is', 'text']],
  ['$join(["a", "b"], "-")', 'a-b'],
  ['$match("ababbabbcc", /a(b+)/)[1]', { match: 'abb', index: 2, groups: ['bb'] }],
  ['$replace("John Smith", /(\\w+)\\s(\\w+)/, "$2, $1")', 'Smith, John'],
  ['$replace("265USD", /([0-9]+)USD/, "$$$1")', '$265'],
  ['$replace("John Smith and John Jones", "John", "Mr", 1)', 'Mr Smith and John Jones'],
  ['$number("1e3") + $number("0x10") + $number(true)', 1017],
  [
    '[$round(11.5), $round(12.5), $round(-0.5), $round(125, -1), $round(1.005, 2)]',
    [12, 12, 0, 120, 1],
  ],
  ['[$floor(-5.3), $ceil(5.3), $abs(-5)]', [-6, 6, 5]],
  ['[$max([1, 5, 3]), $min([1, 5, 3]), $average([1, 5, 3])]', [5, 1, 3]],
  ['$append([1], 2)', [1, 2]],
  ['$reverse([1, 2, 3])', [3, 2, 1]],
  ['$sort(["b", "a"])', ['a', 'b']],
  [
    '$zip([1, 2], [3, 4])',
    [
      [1, 3],
      [2, 4],
    ],
  ],
  ['$keys({"a": 1, "b": 2})', ['a', 'b']],
  ['$lookup({"a": 1}, "a")', 1],
  ['$spread({"a": 1, "b": 2})', [{ a: 1 }, { b: 2 }]],
  ['$merge([{"a": 1}, {"b": 2}])', { a: 1, b: 2 }],
  [
    '[$type(1), $type("a"), $type(null), $type([]), $type({})]',
    ['number', 'string', 'null', 'array', 'object'],
  ],
  ['$fromMillis(1510067557121)', '2017-11-07T15:12:37.121Z'],
  ['$toMillis("2017-11-07T15:12:37.121Z")', 1510067557121],
  ['$string({"a": [1, 2.50]})', '{"a":[1,2.5]}'],
  ['$boolean([0, 1]) and $not(0) and $exists(Order)', true],
  ['/* what is shown */ $event.type', 'a.b'],
];

describe('the language', () => {
  it.each(EXAMPLES)('%s', async (source, result) => {
    expect(JSON.parse(ours(source, INVOICE))).toEqual(result);
    expect(JSON.parse(await theirs(source, INVOICE))).toEqual(result);
  });

  it.each([
    ...['$match(OrderID, no)', '$match(no, no)', '$match(no, no, 0)', '`Account Name`.$match(no)'],
    ...['`Account Name`.$split(no, 1)', '$split(`Account Name`, no)'],
    ...['$replace(`Account Name`, no, "x")', '$replace(`Account Name`, no, "x", 1)'],
  ])('%s fails: there is nothing to search for', async (source) => {
    expect(ours(source, INVOICE)).toBe('failed');
    expect(await theirs(source, INVOICE)).toBe('failed');
  });

  it.each([
    ['$split(`Account Name`, no, 0)', '[]'],
    ['`Account Name`.$split(no, -(0))', '[]'],
    ['$replace(`Account Name`, no, "x", 0)', '"Firefly"'],
    ['$replace(no, no, "x")', 'nothing'],
    ['$split(no, no)', 'nothing'],
    ['$match(no, /x/)', 'nothing'],
  ])('%s searches for nothing', async (source, result) => {
    expect(ours(source, INVOICE)).toBe(result);
    expect(await theirs(source, INVOICE)).toBe(result);
  });

  it.each([
    ['$now()', 'must not have the function $now (at character 0)'],
    ['$map(a, $f)', 'must not have the function $map (at character 0)'],
    ['{"a": function($x){$x}}', 'must not have functions of its own (at character 6)'],
    ['[1..3]', 'must not have ranges (at character 2)'],
    ['a := 1', 'must not have assignments (at character 2)'],
    ['a ~> $sum', 'must not have the operator ~> (at character 2)'],
    ['a^(b)', 'must not have the operator ^ (at character 1)'],
    ['$x', 'must not have the variable $x: there are $, $$ and $event (at character 0)'],
    ['{"a": 1', 'ends where } is expected (at character 7)'],
    ['a.', 'ends too early (at character 2)'],
    ['a b', 'has b where it is not expected (at character 2)'],
    ['[1,]', 'has ] where it is not expected (at character 3)'],
    ['$contains(a, /(?=a)/)', expect.stringContaining('the syntax of RE2')],
    ['$contains(a, /a/m)', expect.stringContaining('may have the flag i only')],
    [`${'('.repeat(200)}a${')'.repeat(200)}`, expect.stringContaining('nested deeper than 100')],
    [Array(150).fill('a').join('+'), expect.stringContaining('nested deeper than 100')],
    [
      `${'{"a":'.repeat(60)}${Array(60).fill('a').join('+')}${'}'.repeat(60)}`,
      expect.stringContaining('nested deeper than 100'),
    ],
    [Array(101).fill('a').join('.'), expect.stringContaining('more than 100 steps')],
    [
      `(${Array(60).fill('a').join('.')}).${Array(101).fill('a').join('.')}`,
      expect.stringContaining('more than 100 steps'),
    ],
    [`[$match(a, /x{600}/), $match(a, /y{600}/)]`, expect.stringContaining('too large together')],
  ])('%s is refused', (source, message) => {
    expect(faultOfSource(source)).toEqual(message);
  });
});

describe('a transformation', () => {
  const event = { id: 'evt_1', type: 'a.b', acceptedAtMs: 1_000, channels: ['eu'], subject: 's-1' };
  const of = (source: string, data = '{ "n": 1.50, "t": "ä", "list": [{"a": 1}] }') =>
    transformData(source, { ...event, data });

  it('sees the data and the event, and gives compact JSON', () => {
    const source =
      '{"n": n, "of": $event.(subject & "/" & type), "at": $event.time, "to": $event.channels}';
    const data = '{"n":1.5,"of":"s-1/a.b","at":"1970-01-01T00:00:01.000Z","to":["eu"]}';
    expect(of(source)).toEqual({ kind: 'transformed', data });
  });

  it.each([
    ['n', 'the result is no object'],
    ['missing', 'the result is no object'],
    ['list', 'the result is no object'],
    ['{"a": n / 0}', 'a number is out of range'],
    ['{"a": t * 2}', 'the operator * needs numbers on both sides'],
    ['{t: 1, "ä": 2}', 'two members of an object have the same key'],
    ['{n: 1}', 'the key of an object is no string'],
    ['{"a": $sum(t)}', '$sum takes an array of numbers'],
    ['{"a": $number(t)}', '$number is called with a text that is no number'],
    ['{"a": $uppercase(n)}', '$uppercase is called with what it does not take'],
  ])('%s fails, and says why without the data', (source, reason) => {
    expect(of(source)).toEqual({ kind: 'failed', reason });
  });

  it('gives the same bytes each time, members named like digits first as JSON.parse has them', () => {
    const results = Array.from({ length: 3 }, () => of('$', '{"b":1,"2":2,"1":3,"__proto__":4}'));
    expect(new Set(results.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(results[0]).toEqual({ kind: 'transformed', data: '{"1":3,"2":2,"b":1,"__proto__":4}' });
  });
});
