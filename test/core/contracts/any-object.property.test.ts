// Every contract forms or refuses any JSON object and never throws; idnow never carries what is personal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTRACT_NAMES } from '../../../lambdas/core/contracts/all.ts';
import { thinFieldsOf } from '../../../lambdas/core/contracts/thin-fields.ts';
import { membersOf, memberText, withoutMember } from '../../../lambdas/core/json/members.ts';
import { withoutSpace } from '../../../lambdas/core/json/walk.ts';
import { publicPem, SECRET } from '../../builders/contracts.ts';
import { anEvent, arbitraryEvent, dataText, text } from '../../builders/events.ts';
import { formattedJson } from '../../builders/json.ts';
import { form, tryForm } from './form.ts';
import { bynnClaims, verifiesBronid, verifiesBronidBody } from './independent-verifiers.ts';

const objectText = formattedJson.filter(({ source }) => source.startsWith('{'));
const NAMES = [
  'resource',
  'organization',
  'timestamp',
  'signature',
  'jwt',
  'reference',
  'links',
  'sessionId',
];
/** Objects with the members that contracts look for, of any kind. */
const meddlesome = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), formattedJson), {
    selector: ([name]) => name,
    maxLength: 5,
  })
  .map(
    (members) => `{ ${members.map(([name, { source }]) => `"${name}" : ${source}`).join(' ,\n')} }`,
  );
const data = fc.oneof(
  objectText.map(({ source }) => source),
  meddlesome,
);

describe.each(CONTRACT_NAMES)('%s', (name) => {
  it('forms or refuses any JSON object, and its body is JSON', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryEvent, data, async (event, source) => {
        const formed = await tryForm(name, { event: { ...event, data: source } });
        if (formed.kind === 'unshapeable') {
          expect(formed.reason).toMatch(/^The contract \S+ cannot form this: /);
        } else {
          expect(() => JSON.parse(formed.body.toString('utf8'))).not.toThrow();
          for (const [, value] of formed.headers) expect(value).toMatch(/^[\x20-\x7e]*$/);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('an event that bynn cannot form', () => {
  it.each(['"text"', '[]', '1', 'null'])('has a resource that is %s', async (resource) => {
    const event = anEvent({ data: `{"resource":${resource}}` });
    expect(await tryForm('bynn', { event })).toMatchObject({ kind: 'unshapeable' });
  });
  it('has an organization that is no object', async () => {
    const event = anEvent({ data: '{"organization":"acme"}' });
    expect(await tryForm('bynn', { event })).toMatchObject({ kind: 'unshapeable' });
  });
});

describe('bynn’s JWT', () => {
  it('says what the body says, whatever the numbers and escapes', async () => {
    await fc.assert(
      fc.asyncProperty(objectText, async ({ source, value }) => {
        const event = anEvent({ data: `{"resource":${source}}` });
        const { body } = await form('bynn', { event, options: { jwtReference: 'include' } });
        const { jwt, ...rest } = JSON.parse(body.toString('utf8'));
        expect(bynnClaims(body, publicPem('RS256'), 1_769_851_800)?.data).toEqual(rest);
        expect(rest.resource).toEqual(value);
        expect(body.toString('utf8')).toContain(`"resource":${source},"organization":`);
      }),
      { numRuns: 60 },
    );
  });
});

describe('bronid’s body', () => {
  it('is the data with the time of sending, its numbers and escapes as they came', async () => {
    const source = String.raw`{ "b" : 1.0e+2, "timestamp": 5, "a":"\u00e9 é", "n":12345678901234567890 }`;
    const { body } = await form('bronid', {
      event: anEvent({ data: source }),
      options: { bodySignature: false },
    });
    expect(body.toString('utf8')).toBe(
      String.raw`{"b":1.0e+2,"timestamp":1769851800,"a":"\u00e9 é","n":12345678901234567890}`,
    );
  });

  it('has a deprecated signature that a receiver finds who parses and writes out again', async () => {
    await fc.assert(
      fc.asyncProperty(dataText, async (source) => {
        const received = await form('bronid', { event: anEvent({ data: source }) });
        expect(verifiesBronidBody(received, SECRET)).toBe(true);
      }),
    );
  });

  it('keeps white space on request', async () => {
    const { body } = await form('bronid', {
      event: anEvent({ data: '{ "a" : [ 1 ] }' }),
      options: { whitespace: 'keep', bodySignature: false },
    });
    expect(body.toString('utf8')).toBe('{ "a" : [ 1 ],"timestamp":1769851800 }');
  });

  it('verifies over the raw bytes and has the data’s values, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(objectText, async ({ source, value }) => {
        const received = await form('bronid', { event: anEvent({ data: source }) });
        expect(verifiesBronid(received, SECRET)).toBe(true);
        const { signature, timestamp, ...rest } = JSON.parse(received.body.toString('utf8'));
        const { signature: _, timestamp: __, ...given } = value as Record<string, unknown>;
        expect(rest).toEqual(given);
        expect(timestamp).toBe(1_769_851_800);
        expect(signature.version).toBe('1');
      }),
    );
  });
});

describe('idnow’s thin body', () => {
  const PERSONAL = [
    'Erika Mustermann',
    'erika@example.com',
    '1964-08-12',
    '+49 170 1234567',
    '491701234567',
    'DE89370400440532013000',
    'C01X00T47',
    'Mustermann',
    'https://example.com/?name=Erika',
    'https://erika:secret@example.com/',
    'https://example.com/#Erika',
  ];
  const FIELDS = [
    'sessionId',
    'flowId',
    'transactionId',
    'links',
    'session',
    'self',
    'name',
    'eventId',
    'createdAt',
    'email',
  ];
  const field = fc.oneof(fc.constantFrom(...FIELDS), text(10));
  const personal = fc.constantFrom(...PERSONAL);
  const planted = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      personal,
      fc.dictionary(field, tie('any'), { maxKeys: 5 }),
      fc.array(tie('any'), { maxLength: 3 }),
    ),
  })).any;

  it('never carries what is personal, wherever the event holds it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(field, planted, { maxKeys: 6 }), async (value) => {
        const { body } = await form('idnow', { event: anEvent({ data: JSON.stringify(value) }) });
        const sent = body.toString('utf8');
        for (const one of PERSONAL) expect(sent).not.toContain(one);
      }),
      { numRuns: 500 },
    );
  });

  it('has the allowed fields only, whatever the event', async () => {
    const allowed =
      /^(eventId|eventType|createdAt|links|(session|flow|step|transaction|process|document|dataBlock|result)Id)$/;
    await fc.assert(
      fc.asyncProperty(arbitraryEvent, async (event) => {
        const { body } = await form('idnow', { event });
        for (const key of Object.keys(JSON.parse(body.toString('utf8'))))
          expect(key).toMatch(allowed);
      }),
    );
  });

  it('carries identifiers and links', () => {
    const fields = {
      sessionId: '0b6f6f0e-6f0c-4f57-9f0e-3a4f3d1f8c21',
      flowId: 'flow_7',
      links: {
        session: 'https://api.idnow.example/v1/sessions/0b6f6f0e-6f0c-4f57-9f0e-3a4f3d1f8c21',
      },
    };
    expect(thinFieldsOf(JSON.stringify({ ...fields, name: 'Erika' }))).toEqual(fields);
  });
});

describe('members of an object as source text', () => {
  it('are those that JSON.parse finds', () => {
    fc.assert(
      fc.property(objectText, ({ source, value }) => {
        const found = membersOf(source).map(({ key, valueFrom, to }) => [
          key,
          JSON.parse(source.slice(valueFrom, to)),
        ]);
        expect(Object.fromEntries(found)).toEqual(value);
        expect(JSON.parse(withoutSpace(source))).toEqual(value);
        expect(withoutSpace(source)).toBe(withoutSpace(withoutSpace(source)));
      }),
    );
  });
  it('can be taken out and looked up', () => {
    const source = String.raw`{ "a\u0062" : [1, {"x":"}"}] , "c":"\"," }`;
    expect(memberText(source, 'ab')).toBe('[1, {"x":"}"}]');
    expect(withoutMember(source, 'ab')).toBe(String.raw`{"c":"\","}`);
    expect(withoutMember(source, 'none')).toBe(source);
  });
});
