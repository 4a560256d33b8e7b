import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointInputSchema } from '../../../lambdas/core/endpoints/endpoint.ts';
import {
  batchEventInputSchema,
  eventInputSchema,
  idempotencyKeySchema,
  occurredAtMs,
} from '../../../lambdas/core/events/event.ts';
import { faultsOf } from '../../../lambdas/core/faults.ts';
import { anEvent } from '../../builders/events.ts';

const SOUND = { type: 'dossier.created', data: {} };

function faults(schema: typeof eventInputSchema | typeof endpointSchema, input: unknown) {
  const parsed = schema.safeParse(input);
  return parsed.success
    ? {}
    : Object.fromEntries(faultsOf(parsed.error).map((f) => [f.path, f.message]));
}

describe('an event', () => {
  it('needs a type and data only', () => {
    expect(eventInputSchema.parse(SOUND)).toEqual(SOUND);
  });

  it.each<[string, unknown]>([
    ['a dotted type', { type: 'a.b-c.d_e.F1' }],
    ['a type of 128 characters', { type: 'a'.repeat(128) }],
    ['a time with an offset and fractions', { occurredAt: '2026-01-31T09:30:00.123456+05:30' }],
    ['five channels', { channels: ['a', 'b', 'c:d', 'e.f', 'g-h_i'] }],
    ['a subject in any script', { subject: 'セッション 42 👩‍🚀' }],
    ['a tenant', { tenant: 'acme_corp-1' }],
  ])('may have %s', (_, more) => {
    expect(faults(eventInputSchema, { ...SOUND, ...Object(more) })).toEqual({});
  });

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['no type', { type: undefined }, { '/type': 'is missing' }],
    ['a type that is a number', { type: 5 }, { '/type': 'expected string, received number' }],
    ['a type that is null', { type: null }, { '/type': 'expected string, received null' }],
    ['data that is a list', { data: [] }, { '/data': 'must be a JSON object' }],
    ['data that is null', { data: null }, { '/data': 'must be a JSON object' }],
    ['data that is a text', { data: '{}' }, { '/data': 'must be a JSON object' }],
    ['an unknown field', { kind: 'x' }, { '/kind': 'is not a known field' }],
    [
      'two unknown fields',
      { a: 1, b: 2 },
      { '/a': 'is not a known field', '/b': 'is not a known field' },
    ],
    ['a channel twice', { channels: ['a', 'a'] }, { '/channels': 'must not repeat a channel' }],
    ['six channels', { channels: [...'abcdef'] }, { '/channels': 'must be at most 5' }],
    [
      'channels that are a text',
      { channels: 'a' },
      { '/channels': 'expected array, received string' },
    ],
    [
      'a channel that is a number',
      { channels: ['a', 1] },
      { '/channels/1': 'expected string, received number' },
    ],
    ['an empty subject', { subject: '' }, { '/subject': 'must not be empty' }],
    [
      'a line feed in the subject',
      { subject: 'a\nb' },
      { '/subject': 'must not hold control characters' },
    ],
    [
      'half a character in the subject',
      { subject: '\ud83d' },
      { '/subject': 'must be well-formed Unicode' },
    ],
    [
      'a subject that is too long',
      { subject: 'x'.repeat(257) },
      { '/subject': 'must be at most 256 characters' },
    ],
    [
      'a tenant that is none',
      { tenant: 'a/b' },
      { '/tenant': 'must be 1 to 64 letters, digits, _ and -' },
    ],
  ])('may not have %s', (_, change, expected) => {
    expect(faults(eventInputSchema, { ...SOUND, ...change })).toEqual(expected);
  });

  it.each(['', ' ', 'a.', '.a', 'a..b', 'a b', 'a/b', 'ä', 'a*', '*', 'a\n', 'a'.repeat(129)])(
    'may not be of type %j',
    (type) => {
      expect(Object.keys(faults(eventInputSchema, { ...SOUND, type }))).toEqual(['/type']);
    },
  );

  it.each([
    '',
    'now',
    '2026-01-31',
    '2026-01-31T09:30:00',
    '2026-02-30T09:30:00Z',
    '2026-01-31T25:00:00Z',
    '1769851800',
  ])('may not have happened at %j', (occurredAt) => {
    expect(Object.keys(faults(eventInputSchema, { ...SOUND, occurredAt }))).toEqual([
      '/occurredAt',
    ]);
  });

  it('lists all its faults together', () => {
    const input = { type: 'a b', data: 1, occurredAt: 'x', subject: '', channels: ['ü'], more: 1 };
    expect(Object.keys(faults(eventInputSchema, input)).sort()).toEqual([
      '/channels/0',
      '/data',
      '/more',
      '/occurredAt',
      '/subject',
      '/type',
    ]);
  });

  it('names a field by a pointer that its characters do not break', () => {
    expect(faults(eventInputSchema, { ...SOUND, 'a/b~c': 1 })).toEqual({
      '/a~1b~0c': 'is not a known field',
    });
  });

  it('happened at a time that can be told, whatever was accepted', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
        fc.constantFrom('Z', '+00:00', '-23:59', '+14:00'),
        (date, zone) => {
          const occurredAt = date.toISOString().replace('Z', zone);
          expect(faults(eventInputSchema, { ...SOUND, occurredAt })).toEqual({});
          const ms = occurredAtMs(anEvent({ occurredAt }));
          expect(() => new Date(ms).toISOString()).not.toThrow();
        },
      ),
    );
  });

  it('happened when it was accepted if nobody says otherwise', () => {
    expect(occurredAtMs(anEvent({ acceptedAtMs: 42 }))).toBe(42);
  });
});

describe('an idempotency key', () => {
  it.each(['a', 'A key with spaces', 'x'.repeat(255), '~!@#$%'])('may be %s', (key) => {
    expect(idempotencyKeySchema.safeParse(key).success).toBe(true);
  });

  it.each(['', 'x'.repeat(256), 'é', 'a\n', 'a\tb', '\u0000'])('may not be %j', (key) => {
    expect(idempotencyKeySchema.safeParse(key).success).toBe(false);
  });

  it('may stand in the body in a batch only', () => {
    const input = { ...SOUND, idempotencyKey: 'k' };
    expect(batchEventInputSchema.safeParse(input).success).toBe(true);
    expect(faults(eventInputSchema, input)).toEqual({ '/idempotencyKey': 'is not a known field' });
  });
});

const endpointSchema = endpointInputSchema({
  allowHttp: false,
  allowPrivate: false,
  allowedPorts: [443, 8443],
});

describe('an endpoint', () => {
  const url = 'https://hooks.example.com/x';

  it('needs a URL only', () => {
    expect(endpointSchema.parse({ url })).toMatchObject({
      url,
      contract: 'standard-webhooks',
      contractOptions: {},
      eventTypes: [],
      channels: [],
      method: 'POST',
      headers: {},
      timeoutMs: 10_000,
      description: '',
    });
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['no URL', { url: undefined }, ['/url']],
    ['a URL that is a number', { url: 5 }, ['/url']],
    ['an inner URL', { url: 'https://10.0.0.1/' }, ['/url']],
    ['an unknown contract', { contract: 'smoke-signals' }, ['/contract']],
    ['an unknown option of the contract', { contractOptions: { x: 1 } }, ['/contractOptions/x']],
    ['a pattern that is none', { eventTypes: ['a.*', 'a b'] }, ['/eventTypes/1']],
    ['a method that is not for deliveries', { method: 'GET' }, ['/method']],
    ['a header of the contract', { headers: { 'Webhook-Id': 'x' } }, ['/headers/Webhook-Id']],
    ['a header of the transport', { headers: { HOST: 'x' } }, ['/headers/HOST']],
    ['a header name that is none', { headers: { 'a b': 'x' } }, ['/headers/a b']],
    ['a header value with a line break', { headers: { a: 'x\r\ny: z' } }, ['/headers/a']],
    ['a header twice in two spellings', { headers: { 'X-A': '1', 'x-a': '2' } }, ['/headers']],
    ['a timeout below a second', { timeoutMs: 999 }, ['/timeoutMs']],
    ['a timeout above 30 seconds', { timeoutMs: 30_001 }, ['/timeoutMs']],
    [
      'a wrong step of its policy',
      { retryPolicy: { steps: [{ count: 0, seconds: 1 }] } },
      ['/retryPolicy/steps/0/count'],
    ],
    ['a short secret', { secret: 'abcdefghijklmnopqrstuvw' }, ['/secret']],
    ['a uniform secret', { secret: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa' }, ['/secret']],
    [
      'a whsec_ secret that is not base64',
      { secret: 'whsec_not+base64!!!!!!!!!!!!!' },
      ['/secret'],
    ],
    ['an unknown field', { uri: url }, ['/uri']],
  ])('with %s is refused by the path of it', (_, change, paths) => {
    expect(Object.keys(faults(endpointSchema, { url, ...change }))).toEqual(paths);
  });
});
