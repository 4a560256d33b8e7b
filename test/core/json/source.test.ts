import { describe, expect, it } from 'vitest';
import { MAX_JSON_DEPTH, readJson } from '../../../lambdas/core/json/source.ts';

const read = (text: string) => {
  const reading = readJson(Buffer.from(text, 'utf8'));
  if (reading.kind !== 'read') throw new Error(reading.detail);
  return reading;
};
const dataOf = (text: string, path = '') => read(text).source.dataTexts.get(path);
const faultsOf = (text: string) => read(text).source.faults;
const refusal = (body: Uint8Array | string) => {
  const reading = readJson(typeof body === 'string' ? Buffer.from(body, 'utf8') : body);
  return reading.kind === 'unreadable' ? reading.detail : 'read';
};

describe('the slice of data', () => {
  it.each([
    ['keeps the order of keys', '{"b":1,"a":2,"10":3,"2":4}'],
    [
      'keeps the spelling of numbers',
      '{"n":[1.0e+2,1E2,-0,-0.0,100.000,1e-7,123456789012345678901234567890]}',
    ],
    ['keeps escapes as they are', String.raw`{"s":"\u0041\/\n\t\"\\ \u00e9"}`],
    ['keeps non-ASCII letters', '{"näme":"Zoë 李小龍 👩‍🚀 ﷽"}'],
    ['keeps noncharacters', '{"s":"\ufffe\uffff\u{1fffe}\u{10ffff}"}'],
    ['keeps a byte order mark inside a string', '{"s":"\ufeff"}'],
    ['keeps line and paragraph separators', '{"s":"\u2028\u2029\u0085"}'],
    ['keeps DEL and C1 controls', '{"s":"\u007f\u0080\u009f"}'],
    ['keeps escaped lone surrogates', String.raw`{"s":"\ud800 \udc00 \udfff\ud83d"}`],
    ['keeps escaped nulls', String.raw`{"\u0000":"\u0000"}`],
    ['keeps white space', '{ \t\r\n "a" :\n[ 1 ,\r\n2 ] }'],
    ['keeps braces and brackets in strings', String.raw`{"s":"}]{[\"}","t":{"u":"]"}}`],
    ['keeps what looks like a comment', '{"url":"https://a.example//x/*y*/"}'],
  ])('%s', (_, data) => {
    expect(dataOf(`{"type":"a","data":${data},"subject":"s"}`)).toBe(data);
    expect(dataOf(`{ "data" : ${data} }`)).toBe(data);
    expect(dataOf(`{"events":[{},{"data":${data}}]}`, '/events/1')).toBe(data);
  });

  it.each(['1.50', '"text"', 'true', 'null', '[1, 2]'])('is found when data is %s', (data) => {
    expect(dataOf(`{"data":${data},"x":[1]}`)).toBe(data);
    expect(dataOf(`{"x":[1],"data":${data}}`)).toBe(data);
  });

  it('is found under a key that is spelled with escapes', () => {
    expect(dataOf(String.raw`{"\u0064at\u0061":{"a":1}}`)).toBe('{"a":1}');
  });

  it('is that of the body and not of what data holds', () => {
    expect(dataOf('{"data":{"data":{"data":1}},"other":{"data":2}}')).toBe('{"data":{"data":1}}');
  });

  it('is missing when there is no data', () => {
    expect(dataOf('{"other":{"data":1}}')).toBeUndefined();
    expect(dataOf('"data"')).toBeUndefined();
    expect(dataOf('["data",1]')).toBeUndefined();
  });

  it('is found for every event of a batch', () => {
    const body = '{"events":[{"data":{"n":1.0}},{"type":"x"},{"data":{"n":2.00}}]}';
    expect([0, 1, 2].map((index) => dataOf(body, `/events/${index}`))).toEqual([
      '{"n":1.0}',
      undefined,
      '{"n":2.00}',
    ]);
  });
});

describe('repeated keys', () => {
  it.each([
    ['{"a":1,"a":2}', '/a'],
    ['{"data":{"a":{"b":1,"b":1}}}', '/data/a/b'],
    [String.raw`{"data":{"a":1,"\u0061":2}}`, '/data/a'],
    ['{"data":[0,{"x":[{"k":1,"k":2}]}]}', '/data/1/x/0/k'],
    ['{"data":{"a/b~c":1,"a/b~c":2}}', '/data/a~1b~0c'],
    ['{"data":{"__proto__":1,"__proto__":2}}', '/data/__proto__'],
    ['{"data":{"":1,"":2}}', '/data/'],
  ])('are reported by their path: %s', (body, path) => {
    expect(faultsOf(body)).toEqual([{ path, message: 'is repeated in its object' }]);
  });

  it('are reported at the depth limit', () => {
    const open = '{"a":'.repeat(MAX_JSON_DEPTH - 1);
    const close = '}'.repeat(MAX_JSON_DEPTH - 1);
    expect(faultsOf(`${open}{"b":1,"b":2}${close}`)).toHaveLength(1);
  });

  it('do not make siblings or other levels suspicious', () => {
    expect(faultsOf('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}],"c":"a","d":"a"}')).toEqual([]);
  });

  it('are reported a hundred times at most', () => {
    const members = Array.from({ length: 500 }, () => '"k":1').join(',');
    expect(faultsOf(`{${members}}`)).toHaveLength(100);
  });
});

describe('nesting', () => {
  const nested = (depth: number) => `{"data":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

  it('may be 100 levels deep', () => {
    expect(MAX_JSON_DEPTH).toBe(100);
    expect(faultsOf(nested(100))).toEqual([]);
  });

  it('may not be 101 levels deep', () => {
    expect(faultsOf(nested(101))).toEqual([
      { path: '/data/0/0/0', message: 'is nested deeper than 100 levels' },
    ]);
  });

  it('of a hundred thousand levels is a fault and not a crash', () => {
    expect(faultsOf(nested(100_000))).toHaveLength(1);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a bare word', 'hello'],
    ['single quotes', "{'a':1}"],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{"a":1/* x */}'],
    ['two values', '{} {}'],
    ['NaN', '{"a":NaN}'],
    ['a raw control character in a string', '{"a":"\u0001"}'],
    ['a raw line feed in a string', '{"a":"\n"}'],
    ['a leading byte order mark', '\ufeff{}'],
    ['a leading zero', '{"a":01}'],
    ['an unfinished escape', String.raw`{"a":"\u12"}`],
    ['an unknown escape', String.raw`{"a":"\x41"}`],
  ])('is refused as invalid JSON: %s', (_, body) => {
    expect(refusal(body)).toMatch(/^The body is not valid JSON/);
  });

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a cut-off sequence', [0xe2, 0x82]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe9]],
  ])('is refused as invalid UTF-8: %s', (_, bytes) => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(refusal(body)).toBe('The body is not valid UTF-8.');
  });

  it('is never quoted in the answer', () => {
    expect(refusal('{"secret":"hunter2" oops}')).not.toContain('hunter2');
    expect(refusal('hunter2')).not.toContain('hunter2');
  });
});

describe('half a character', () => {
  it.each([
    [String.raw`{"a":"\ud800"}`, '/a'],
    [String.raw`{"a":"x\uDFFFy"}`, '/a'],
    [String.raw`{"a":"\udc00\ud800"}`, '/a'],
    [String.raw`{"a":["b",{"c":"\uD83D"}]}`, '/a/1/c'],
    [String.raw`{"a":{"\ud800":1}}`, '/a/\ud800'],
    [String.raw`{"a":[{"b":{"\udfff":{}}}]}`, '/a/0/b/\udfff'],
    [String.raw`"\ud800"`, ''],
    [String.raw`["\ud83d","\ude00"]`, '/0'],
  ])('is refused in %s', (text, path) => {
    expect(faultsOf(text)[0]).toEqual({ path, message: 'must be well-formed Unicode' });
  });
  it.each([
    String.raw`{"a":"\ud83d\ude00"}`,
    String.raw`{"a":"\\ud800"}`,
    '{"a":"😀 \ufffd"}',
    String.raw`{"data":{"a":"\ud800","\udc00":["\ud800"]}}`,
    String.raw`{"events":[{"data":{"a":"\ud800"}}]}`,
  ])('is not in %s, or in data, which is kept as text', (text) => {
    expect(faultsOf(text)).toEqual([]);
  });
});

describe('a member named __proto__', () => {
  it.each([
    ['{"__proto__":1}', '/__proto__'],
    ['{"headers":{"__proto__":"x"}}', '/headers/__proto__'],
    [String.raw`{"headers":{"\u005f_proto__":"x"}}`, '/headers/__proto__'],
  ])('is refused in %s', (text, path) => {
    expect(faultsOf(text)).toEqual([{ path, message: 'is not a name that can be used' }]);
  });
  it('is kept in data', () => {
    const data = '{"__proto__":{"__proto__":1}}';
    expect(faultsOf(`{"data":${data}}`)).toEqual([]);
    expect(dataOf(`{"data":${data}}`)).toBe(data);
    expect(faultsOf(`{"events":[{"data":${data}}]}`)).toEqual([]);
  });
});
