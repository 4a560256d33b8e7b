import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import { standardWebhooks } from '../../../lambdas/core/contracts/standard-webhooks.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { aDelivery, aMoment } from '../../builders/contracts.ts';
import { anEvent, arbitraryEvent } from '../../builders/events.ts';
import { formWith } from './form.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OLDER = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

async function form(event: Event, nowMs = Date.now(), ...older: string[]) {
  const facts = aDelivery({ event });
  const moment = aMoment({ nowMs, secrets: [SECRET, ...older] });
  const formed = await formWith(standardWebhooks, facts, {}, moment);
  if (formed.kind !== 'formed') throw new Error('not formed');
  return { headers: Object.fromEntries(formed.headers), body: formed.body };
}

/** Both libraries, each with the secret: neither shares code with what signs. */
const verifiers = (secret: string) => [new StandardWebhook(secret), new SvixWebhook(secret)];

describe('the specification’s own example', () => {
  // spec/standard-webhooks.md, and the test vectors of the reference libraries
  it('is what the libraries sign', () => {
    const sentAt = new Date(1_614_265_330_000);
    const body = '{"test": 2432232314}';
    expect(new StandardWebhook(SECRET).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', sentAt, body)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });
});

describe('a delivery', () => {
  it('verifies with both libraries, whatever the event', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryEvent, async (event) => {
        const { headers, body } = await form(event);
        for (const verifier of verifiers(SECRET)) {
          expect(() => verifier.verify(body.toString('utf8'), headers)).not.toThrow();
        }
      }),
    );
  });

  it('carries type, time and the exact bytes of data, and nothing else', async () => {
    const data = String.raw`{ "b" : 1.0e+2, "a":"\u00e9 é ￾" }`;
    const { body } = await form(anEvent({ data }));
    expect(body.toString('utf8')).toBe(
      `{"type":"dossier.created","timestamp":"2026-01-31T09:30:00.000Z","data":${data}}`,
    );
  });

  it('carries the time at which the fact happened, if the producer said it', async () => {
    const { body } = await form(anEvent({ occurredAt: '2026-01-31T12:00:00+02:00' }));
    expect(JSON.parse(body.toString()).timestamp).toBe('2026-01-31T10:00:00.000Z');
  });

  it('has the event’s id and the moment of sending in its headers', async () => {
    expect((await form(anEvent(), 1_769_851_865_999)).headers).toMatchObject({
      'webhook-id': 'evt_01h455vb4pex5vsknk084sn02q',
      'webhook-timestamp': '1769851865',
    });
  });

  it('has the signature that was computed for it elsewhere', async () => {
    const { headers } = await form(anEvent(), 1_769_851_865_999);
    expect(headers['webhook-signature']).toBe('v1,mXxO2tuWgMBFyyrXAWYYXRk7B3w0t8GKEzU9gknREc8=');
  });

  it('is signed anew for another moment, with the same id', async () => {
    const first = (await form(anEvent(), 1_769_851_865_000)).headers;
    const second = (await form(anEvent(), 1_769_851_866_000)).headers;
    expect(second['webhook-id']).toBe(first['webhook-id']);
    expect(second['webhook-signature']).not.toBe(first['webhook-signature']);
  });

  it('verifies with the new and with the old secret while a rotation overlaps', async () => {
    const { headers, body } = await form(anEvent(), Date.now(), OLDER);
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/);
    for (const verifier of [...verifiers(SECRET), ...verifiers(OLDER)]) {
      expect(() => verifier.verify(body.toString(), headers)).not.toThrow();
    }
  });
});

describe('any changed byte', async () => {
  const { headers, body } = await form(anEvent({ data: '{"name":"Zoë"}' }));

  it('of the body fails both libraries', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: body.length - 1 }),
        fc.integer({ min: 1, max: 127 }),
        (at, flip) => {
          const changed = Buffer.from(body);
          changed[at] = (changed[at] ?? 0) ^ flip;
          for (const verifier of verifiers(SECRET)) {
            expect(() => verifier.verify(changed.toString('latin1'), headers)).toThrow();
            expect(() => verifier.verify(changed.toString('utf8'), headers)).toThrow();
          }
        },
      ),
    );
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('of %s fails both', (name) => {
    const value = headers[name] ?? '';
    fc.assert(
      fc.property(
        fc.nat({ max: value.length - 1 }),
        fc.constantFrom('0', 'A', 'b', '.'),
        (at, put) => {
          fc.pre(value[at] !== put);
          const changed = { ...headers, [name]: value.slice(0, at) + put + value.slice(at + 1) };
          for (const verifier of verifiers(SECRET)) {
            expect(() => verifier.verify(body.toString(), changed)).toThrow();
          }
        },
      ),
    );
  });

  it('of the secret fails both', () => {
    for (const verifier of verifiers(OLDER)) {
      expect(() => verifier.verify(body.toString(), headers)).toThrow();
    }
  });
});

it('an endpoint’s secret is used by both libraries as it is shown', () => {
  const secret = standardWebhooks.createSecret?.(Buffer.alloc(32, 0xfb), {}) ?? expect.fail();
  expect(secret).toBe('whsec_+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=');
  for (const verifier of verifiers(secret)) expect(verifier).toBeDefined();
});
