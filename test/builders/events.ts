// Events for tests: a plain one to vary, and arbitrary ones for properties.
import fc from 'fast-check';
import type { Event } from '../../lambdas/core/events/event.ts';

export const EVENT_ID = 'evt_01h455vb4pex5vsknk084sn02q';
export const ENDPOINT_ID = 'ep_01h455vb4pex5vsknk084sn02r';
/** 2026-01-31T09:30:00.000Z */
export const NOON_MS = 1_769_851_800_000;

/** The example of W3C Trace Context. */
export const TRACE = {
  parent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  state: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
};

export function anEvent(changes: Partial<Event> = {}): Event {
  return {
    id: EVENT_ID,
    tenant: 'acme',
    environment: 'live',
    type: 'dossier.created',
    acceptedAtMs: NOON_MS,
    channels: [],
    data: '{"dossier":"d-1"}',
    ...changes,
  };
}

/** Any text that JSON may carry, lone surrogates left out: they travel escaped. */
export const text = (maxLength = 40) =>
  fc.string({ unit: 'grapheme', maxLength }).map((value) => value.toWellFormed());

/** Source texts of JSON objects, with white space and lone surrogates (escaped) in them. */
export const dataText: fc.Arbitrary<string> = fc
  .tuple(
    fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }),
    ),
    fc.constantFrom(0, 1, 2, '\t'),
  )
  .map(([value, space]) => JSON.stringify(value, null, space));

const segment = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
export const eventType: fc.Arbitrary<string> = fc
  .array(segment, { minLength: 1, maxLength: 5 })
  .map((segments) => segments.join('.'));

export const arbitraryEvent: fc.Arbitrary<Event> = fc
  .record(
    {
      id: fc.constant(EVENT_ID),
      tenant: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      environment: fc.constantFrom('live' as const, 'test' as const),
      type: eventType,
      acceptedAtMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
      channels: fc.array(fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/), { maxLength: 5 }),
      data: dataText,
      occurredAt: fc.constantFrom('2026-01-31T09:30:00Z', '2026-01-31T09:30:00.123456+02:00'),
      subject: text(60),
      trace: fc.constantFrom(TRACE, { parent: TRACE.parent }),
      salt: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
    },
    { requiredKeys: ['id', 'tenant', 'environment', 'type', 'acceptedAtMs', 'channels', 'data'] },
  )
  .map((event) => event as Event); // fast-check types absent keys as possibly undefined
