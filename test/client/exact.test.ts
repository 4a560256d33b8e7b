// What is read is what is stored: numbers, escapes and white space of an answer, as the service wrote them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JsonText, Posthorn, sourceOf } from '../../client/src/index.ts';
import { jsonOf } from '../../client/src/json-text.ts';
import { documented, type FakeService, startFakeService } from './fake-service.ts';

let service: FakeService;
let posthorn: Posthorn;
beforeEach(async () => {
  service = await startFakeService();
  posthorn = new Posthorn({ url: service.url, key: 'k-1', retries: { maxRetries: 0 } });
});
afterEach(() => service.close());

/** What parsing loses or changes, and what a scanner of texts could stumble over. */
const TEXTS = [
  '{"n":12345678901234567890}',
  '{"n":1.00,"m":1.0e0,"k":-0}',
  '{"e":1e400,"f":-1E-400}',
  '{"n":0.1000000000000000055511151231257827}',
  '{"n":9007199254740993,"m":-9007199254740993}',
  '{ "spaced" :\t1.10 , "list": [ 1.0 ,2 ] }',
  '{"text":"a\\"}],{b: \\\\","data":{"data":1.0}}',
  '{"escapes":"\\u00e9\\/\\ud83d\\ude00"}',
  '{"b":1.0,"a":2.0,"10":1,"2":1}',
  '{"__proto__":{"n":1.0}}',
  '{}',
];

describe.each(TEXTS)('an event of %s', (data) => {
  const body = `{ "type":"a", "id":"evt_1" ,"data":${data}, "deliveries":[] }`;
  const READS: Readonly<Record<string, () => Promise<{ readonly dataText: string }>>> = {
    get: () => posthorn.events.get('evt_1'),
    latest: () => posthorn.events.latest('s'),
    redact: () => posthorn.events.redact('evt_1'),
  };
  it.each(Object.keys(READS))('has it beside what was parsed: %s', async (name) => {
    service.answer = () => ({ status: 200, body });
    const event = await READS[name]?.();
    expect(event).toMatchObject({ id: 'evt_1', data: JSON.parse(data), dataText: data });
    expect(sourceOf(event ?? {})).toBe(body);
  });

  it('has it in a feed, and as an entry of any listing', async () => {
    const list = `{"data": [ ${body},{"data":{},"id":"b"} ] ,"next":null, "more":true}`;
    service.answer = () => ({ status: 200, body: list });
    const [first, second] = await posthorn.endpoints.list().toArray();
    expect([sourceOf(first ?? {}), sourceOf(second ?? {})]).toEqual([body, '{"data":{},"id":"b"}']);
    service.answer = () => ({ status: 200, body: list.replace('null', '"n"') });
    for await (const { events } of posthorn.endpoints.feed('ep_1')) {
      expect(events.map(({ dataText }) => dataText)).toEqual([data, '{}']);
      break;
    }
  });

  it('has it in the answer of any route', async () => {
    service.answer = () => ({ status: 200, body });
    const answer = await posthorn.call('GET', '/v1/events/evt_1');
    expect(sourceOf(Object(answer))).toBe(body);
  });
});

it('redacted data is null, and its text too', async () => {
  service.answer = () => ({ status: 200, body: '{"id":"evt_1","data":null}' });
  expect(await posthorn.events.get('evt_1')).toMatchObject({ data: null, dataText: 'null' });
});

describe('what is sent', () => {
  const boxed = [new Number(5), new String('ab'), new Boolean(false), Object('x')];
  const VALUES: readonly unknown[] = [
    ...boxed,
    boxed,
    { boxed: new Number(1.5), text: new String('é') },
    { f() {}, s: Symbol('x'), u: undefined, n: null },
    [() => {}, Symbol('x'), undefined, null],
    new Array(3),
    Object.assign(new Array(3), { 1: 'x' }),
    [Number.NaN, Number.POSITIVE_INFINITY, -0],
    new Date(0),
    { at: new Date(0), bad: { toJSON: () => undefined }, good: { toJSON: (key: string) => key } },
    new Map([['a', 1]]),
    new Set([1]),
    /x/,
    new Error('x'),
    Object.create({ inherited: 1 }),
    Object.create(null),
    new (class {
      readonly own = 1;
      get computed() {
        return 2;
      }
    })(),
    new Uint8Array([1, 2]),
    JSON.parse('{"__proto__":{"a":1},"b":"\\ud800"}'),
    { '': 1, 2: 'b', 1: 'a' },
    'ü\u2028\ud800',
    Object.assign([1, 2], { more: 3 }),
    true,
    null,
  ];
  it.each(VALUES.map((value, at) => [at, value]))('is as JSON.stringify: value %i', (_, value) => {
    expect(jsonOf(value)).toBe(JSON.stringify(value));
    expect(jsonOf({ deep: [value] })).toBe(JSON.stringify({ deep: [value] }));
  });

  it.each([[10n], [{ n: 10n }], [Object(10n)]])('throws as JSON.stringify does: %s', (value) => {
    expect(() => jsonOf(value)).toThrow(TypeError);
  });

  it('throws for what holds itself', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => jsonOf(circle)).toThrow(TypeError);
  });

  it.each(TEXTS)('is JsonText byte for byte at any depth: %s', (text) => {
    const exact = new JsonText(text);
    const given = { toJSON: () => exact };
    expect(jsonOf({ a: exact, b: [exact, given], c: '$&' })).toBe(
      `{"a":${text},"b":[${text},${text}],"c":"$&"}`,
    );
    expect(jsonOf(exact)).toBe(text);
  });

  it.each(['{', '', 'undefined', '{"a":"\ud800"}', '{"\udc00":1}', '\ufeff{}'])(
    'is no JsonText that could not arrive: %j',
    (text) => {
      expect(() => new JsonText(text)).toThrow(SyntaxError);
    },
  );
});

describe('a key of its own for each event of a batch', () => {
  it.each([
    ['undefined', { idempotencyKey: undefined }],
    ['none', {}],
  ])('is made where it is %s', async (_, given) => {
    service.answer = (asked, nth) => (nth === 1 ? 'hang up' : documented(asked));
    const patient = new Posthorn({ url: service.url, retries: { firstDelayMs: 0 } });
    const event = { type: 'a', data: {}, ...given } as { type: string; data: object };
    await patient.events.sendBatch([event, event]);
    const [first, second] = service.asked.map(({ body }) => JSON.parse(body).events);
    const keys = first.map((one: { idempotencyKey: string }) => one.idempotencyKey);
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toEqual(first);
  });
});
