// Expressions that were written to take the most: memory, time, depth, output, searches, and ways out of the language. One
// that is refused when it is saved has nothing in its data.
import { text } from './parts.ts';

export interface TransformAttack {
  readonly source: string;
  readonly data?: object;
}

const many = Array.from({ length: 5_000 }, (_, n) => ({ n, t: `text ${n}` }));
const numbers = Array.from({ length: 40_000 }, (_, n) => n);
const LARGE = { a: text('a'), b: 'b', many: [], numbers: [] };
const LISTS = { a: 'x', many, numbers: numbers.slice(0, 20_000) };
/** An object with many members, and a list that is walked with it. */
const WIDE = {
  wide: Object.fromEntries(Array.from({ length: 12_000 }, (_, n) => [`m${n}`, 0])),
  list: Array.from({ length: 20_000 }, () => 0),
};
const half = (of: string): string => of.repeat(100_000);
/** Found only after all of it was compared, at each place. */
const PERIODIC = { a: 'a'.repeat(160_000), b: `b${'a'.repeat(80_000)}` };
const nested = (open: string, inner: string, close: string, count: number): string =>
  open.repeat(count) + inner + close.repeat(count);
const deep = (count: number): object => {
  let value: object = { a: 1 };
  for (let at = 0; at < count; at++) value = { a: value };
  return value;
};

/** By what they attack. */
export const TRANSFORM_ATTACKS: Readonly<Record<string, readonly TransformAttack[]>> = {
  folding: [
    { source: `$contains(a, /[${'B-\u{1e942}'.repeat(240)}]/i)` },
    { source: `$contains(a, /(?i:[${'B-\u{1e942}'.repeat(240)}])/)` },
    { source: `$contains(a, /[${'\\u0042-\\ud83a\\udd42'.repeat(60)}]/i)` },
    { source: `$contains(a, /${'\\p{L}'.repeat(150)}/i)` },
    { source: Array(60).fill('$contains(a, /[B-\uffff]/i)').join('&') },
    { source: nested('$replace(', 'a', ',/[B-\uffff]/i,"")', 60) },
  ],
  memory: [
    { source: '$pad("x", 200000000)' },
    { source: '[1..9000000]' },
    { source: '($a := "x"; $a & $a)' },
    { source: nested('$replace(', 'a', ',/./,"$0$0")', 80), data: { a: 'xx' } },
    { source: nested('$replace(', 'a', ',"x","xxxxxxxxxxxxxxxx")', 60), data: { a: 'xxxx' } },
    { source: Array(400).fill('a').join('&'), data: LARGE },
    { source: nested('$string(', '[a,a]', ')', 90), data: { a: '"\\"' } },
    { source: nested('$join([', 'a', ',"x"],a)', 90), data: LARGE },
    { source: nested('$append(', 'many', ',many)', 90), data: LISTS },
    { source: `[${Array(250).fill('numbers').join(',')}]`, data: LISTS },
    { source: 'many.{"a":$$}', data: LISTS },
    { source: '{"x": many.(many.(many.n))}', data: LISTS },
    { source: nested('$zip(numbers,', 'numbers', ')', 50), data: LISTS },
    { source: nested('$spread(', 'many', ')', 50), data: LISTS },
    { source: '{"x": $merge(many.(many))}', data: LISTS },
    { source: '{"x": $split(a, "")}', data: LARGE },
    { source: '{"x": $match(a, /a/)}', data: LARGE },
    { source: '{"x": $match(a, /(a)(a)(a)(a)(a)/).groups}', data: LARGE },
  ],
  time: [
    { source: '**.**.**', data: deep(95) },
    { source: '**.**.**', data: LISTS },
    { source: 'many[n in $$.many.n]', data: LISTS },
    { source: 'many[$$.many[n = $$.many[0].n]]', data: LISTS },
    { source: '{"x": $distinct(many)}', data: LISTS },
    { source: '{"x": $sort(many.t)}', data: LISTS },
    { source: '{"x": numbers[$$.numbers]}', data: LISTS },
    { source: 'many = many', data: LISTS },
    { source: '{"x": many{t: n}}', data: LISTS },
    { source: '{"x": many{"k": $sum(n)}}', data: LISTS },
    { source: '{"x": $substring(a, 1, 2) & $length(a)}', data: LARGE },
    { source: nested('$uppercase(', 'a', ')', 90), data: LARGE },
    { source: nested('$trim(', 'a', ')', 90), data: { a: ' '.repeat(200_000) } },
    { source: nested('$keys(', 'many', ')', 50), data: LISTS },
    { source: nested('(', 'a', '??b)', 90), data: LARGE },
    { source: nested('(', 'a', '?:b)', 90), data: LARGE },
    { source: 'list[$$.wide]', data: WIDE },
    { source: '{"x": list.$boolean($$.wide)}', data: WIDE },
    { source: 'list[{} = $$.wide]', data: WIDE },
    { source: '{"x": $contains(a, b)}', data: PERIODIC },
    { source: '{"x": $split(a, b)}', data: PERIODIC },
    { source: '{"x": $replace(a, b, "")}', data: PERIODIC },
    { source: '{"x": $substringBefore(a, b)}', data: PERIODIC },
    { source: '{"x": $substringAfter(a, b)}', data: PERIODIC },
    { source: '{"x": $toMillis(a)}', data: { a: `${half('TT')}Z` } },
    { source: '{"x": list.$number($$.a)}', data: { list: WIDE.list, a: `0.${half('0')}1` } },
    {
      source: '{"x": $distinct($append(list.$$.a, list.$$.b))}',
      data: { list: WIDE.list.slice(0, 5_000), a: half('a'), b: half('a') },
    },
    {
      source: '{"x": list{$ = 0 ? $$.a : $$.b: 1}}',
      data: { list: WIDE.list.map((_, n) => n % 2), a: half('a'), b: half('a') },
    },
    { source: '(function($x){$x($x)})(function($x){$x($x)})' },
    { source: '$map([1,2], function($x){$x})' },
    { source: '$eval("[1..9]")' },
    { source: '$now()' },
    { source: '$random()' },
    { source: '$shuffle([1,2])' },
  ],
  depth: [
    { source: nested('(', 'a', ')', 900) },
    { source: nested('[', 'a', ']', 900) },
    { source: nested('{"a":', '1', '}', 300) },
    { source: nested('-', '(a)', '', 1_500) },
    { source: `a${'[a'.repeat(600)}${']'.repeat(600)}` },
    { source: 'a?'.repeat(900) },
    { source: nested('$not(', 'a', ')', 300) },
    { source: `${'a+'.repeat(900)}a` },
    { source: nested('{"a":', '$', '}', 90), data: deep(90) },
    { source: nested('[', '$$', ']', 90), data: deep(90) },
    { source: `{"x": ${'a.'.repeat(900)}a}`, data: deep(95) },
  ],
  output: [
    { source: '{"x": many.{"a": $$.a, "b": $$.a}}', data: { ...LISTS, a: 'x'.repeat(1_000) } },
    { source: '{"x": a, "y": a}', data: { a: '\u0001'.repeat(40_000) } },
    { source: '{"x": a & "more"}', data: LARGE },
    { source: '{"x": $replace(a, /a+/, b)}', data: { a: 'a'.repeat(20_000), b: half('$0') } },
    { source: `{"x": [${Array(600).fill('$$').join(',')}]}`, data: LISTS },
    { source: `{${Array.from({ length: 100 }, (_, n) => `"k${n}": $$`).join(',')}}`, data: LISTS },
    { source: '$string($$.many) & $string($$.many)', data: LISTS },
  ],
  searches: [
    { source: '{"x": $match(a, /^(a+)+$/)}', data: LARGE },
    { source: '{"x": $contains(a, /(a|a)*b/)}', data: LARGE },
    { source: '{"x": $contains(a, /(a*)*b/)}', data: LARGE },
    { source: '{"x": $replace(a, /a.*b|a/, "c")}', data: LARGE },
    { source: '{"x": $split(a, /.*?b/)}', data: LARGE },
    { source: '{"x": $contains(a, /(?=(a+))a*b\\1/)}' },
    { source: '{"x": $contains(a, /((a{100}){100}){100}/)}' },
    { source: '{"x": $contains(a, /[\\p{L}]{500}x/i)}', data: LARGE },
    { source: `[${Array(90).fill('$contains(a,/x{900}/)').join(',')}]` },
    { source: `{"x": $contains(a, /${'('.repeat(900)}a${')'.repeat(900)}/)}` },
    { source: '{"x": $match(a, /x*/)}', data: LARGE },
    { source: '/(a+)+$/' },
    { source: 'a[/(a+)+$/]', data: LARGE },
  ],
  'ways out': [
    { source: 'constructor.constructor("return process")()' },
    { source: '{"x": __proto__, "y": constructor, "z": toString}', data: { a: 1 } },
    { source: '{"__proto__": {"polluted": true}, "x": polluted}', data: { a: 1 } },
    { source: '{"x": $lookup($$, "__proto__"), "y": $lookup($$, "constructor")}', data: { a: 1 } },
    {
      source: '{"x": $merge([{"__proto__": {"polluted": 1}}, {"constructor": 1}])}',
      data: { a: 1 },
    },
    { source: '{"x": a{__proto__: 1}}', data: { a: [JSON.parse('{"__proto__":"polluted"}')] } },
    { source: '{"x": $keys($$), "y": $spread($$)}', data: JSON.parse('{"__proto__":{"a":1}}') },
    { source: '$constructor("x")' },
    { source: '$__proto__' },
    { source: '$hasOwnProperty("a")' },
    { source: '$toString()' },
    { source: '$string.constructor' },
    { source: '{"x": $string($constructor)}' },
    { source: '$$$' },
    { source: '$event.__proto__.polluted' },
    { source: '|$|{"a": 1}|' },
    { source: '$ ~> $string' },
    { source: 'a@$x.b' },
    { source: 'a#$i.b' },
    { source: '%.a' },
    { source: 'a^(b)' },
    { source: '$substring(?, 1)' },
    { source: `${'/*'.repeat(500)}a` },
    { source: '"\\u12"' },
    { source: '`' },
    { source: '1e999' },
  ],
};
