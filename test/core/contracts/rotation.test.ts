// Rotation under load: a receiver that refreshes keys and secrets as docs/receivers/ says rejects none.
import jsonwebtoken from 'jsonwebtoken';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { header } from './independent-verifiers.ts';
import { type Arrived, type Service, startService, within } from './service.ts';

const EVENTS = 1_000;
const BATCH = 50;
let service: Service;

beforeAll(async () => {
  service = await startService();
}, 120_000);
afterAll(() => service.stop());

/**
 * Posts at least a thousand events and rotates twice among them, each time going on until what the
 * rotation brought was seen at the receiver: dispatch may keep what it knows for some seconds.
 * @param seen how many rotations the receiver has seen the effect of
 */
async function underLoad(
  { path, type }: { path: string; type: string },
  rotate: () => Promise<void>,
  seen: () => number,
): Promise<void> {
  let posted = 0;
  const post = async (count: number) => {
    const events = Array.from({ length: count }, () => ({ type, data: { n: ++posted } }));
    const { status } = await service.ask('POST', '/v1/events/batch', { events });
    expect(status).toBe(202);
    await within(60, () => posted - distinct(path) < 2 * BATCH);
  };
  for (const rotations of [1, 2]) {
    while (posted < (rotations * EVENTS) / 3) await post(BATCH);
    await rotate();
    while (seen() < rotations) await post(3);
  }
  while (posted < EVENTS) await post(BATCH);
  await within(60, () => distinct(path) >= posted);
}

const distinct = (path: string) =>
  new Set(
    service.arrived
      .filter((one) => one.path === path)
      .map(({ body }) => body.toString().match(/"n":\d+/)?.[0]),
  ).size;

async function endpoint(contract: string) {
  const path = `/${contract}`;
  const type = `load.${contract}`;
  const wanted = { url: service.receiverUrl + path, contract, eventTypes: [type] };
  const { json } = await service.ask('POST', '/v1/endpoints', wanted);
  return { id: String(json.id), path, type };
}

describe('1,000 deliveries while what signs them is rotated twice', () => {
  it('of standard-webhooks: none is rejected by a receiver that never learns of the new secret', async () => {
    const to = await endpoint('standard-webhooks');
    const secretPath = `/v1/endpoints/${to.id}/secret`;
    const first = (await service.ask('GET', secretPath)).json.secret;
    let rejected = 0;
    let mostSignatures = 1;
    service.answer = (delivery) => {
      if (delivery.path !== to.path) return 200;
      const signatures = header(delivery, 'webhook-signature').split(' ').length;
      mostSignatures = Math.max(mostSignatures, signatures);
      if (accepted(delivery, first)) return 200;
      rejected++;
      return 401;
    };
    const newest: string[] = [];
    await underLoad(
      to,
      async () => {
        const rotated = await service.ask('POST', `/v1/endpoints/${to.id}/rotate-secret`, {});
        expect(rotated.status).toBe(200);
        newest.push(rotated.json.secret);
      },
      () => mostSignatures - 1,
    );
    expect(rejected).toBe(0);
    expect(mostSignatures).toBe(3);
    expect((await service.ask('GET', secretPath)).json.secret).toBe(newest[1]);
    const last = service.arrived.filter(({ path }) => path === to.path).at(-1);
    expect(last && accepted(last, newest[1] ?? '')).toBe(true);
  }, 300_000);

  it('of kyc-hmac: none is rejected by a receiver that fetches the secret when one does not verify', async () => {
    const { createHmac } = await import('node:crypto');
    const to = await endpoint('kyc-hmac');
    const read = async () =>
      String((await service.ask('GET', `/v1/endpoints/${to.id}/secret`)).json.secret);
    const known = [await read()];
    const isKnown = ({ body, rawHeaders }: Arrived) =>
      known.some(
        (secret) =>
          header({ rawHeaders }, 'X-Webhook-Signature') ===
          `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      );
    let rejected = 0;
    service.answer = async (delivery) => {
      if (delivery.path !== to.path || isKnown(delivery)) return 200;
      known.push(await read());
      if (isKnown(delivery)) return 200;
      rejected++;
      return 401;
    };
    await underLoad(
      to,
      async () => {
        const path = `/v1/endpoints/${to.id}/rotate-secret`;
        expect((await service.ask('POST', path)).status).toBe(200);
      },
      () => new Set(known).size - 1,
    );
    expect(rejected).toBe(0);
    expect(new Set(known).size).toBe(3);
  }, 300_000);

  it('of bynn: none is rejected by a receiver that keeps the JWKS and reads it anew when a JWT does not verify', async () => {
    const to = await endpoint('bynn');
    const read = async (): Promise<string[]> => {
      const { json } = await service.ask('GET', '/.well-known/acme/live/jwks.json');
      return json.keys
        .filter(({ kty }: { kty: string }) => kty === 'RSA')
        .map(({ kid }: { kid: string }) => kid);
    };
    const pems = new Map<string, string>();
    const refresh = async () => {
      for (const kid of await read()) {
        if (!pems.has(kid))
          pems.set(kid, (await service.ask('GET', `/.well-known/acme/live/keys/${kid}.pem`)).text);
      }
    };
    await refresh();
    const signers = new Set<string>();
    const isKnown = ({ body }: Arrived) => {
      const { jwt } = JSON.parse(body.toString());
      return [...pems].some(([kid, pem]) => {
        try {
          jsonwebtoken.verify(jwt, pem, { algorithms: ['RS256'] });
          signers.add(kid);
          return true;
        } catch {
          return false;
        }
      });
    };
    let rejected = 0;
    service.answer = async (delivery) => {
      if (delivery.path !== to.path || isKnown(delivery)) return 200;
      await refresh();
      if (isKnown(delivery)) return 200;
      rejected++;
      return 401;
    };
    await underLoad(
      to,
      async () => {
        const { json } = await service.ask('GET', '/v1/signing-keys?tenant=acme');
        const latest = json.data.findLast(
          (key: { algorithm: string; publishedUntil: string | null }) =>
            key.algorithm === 'RS256' && key.publishedUntil === null,
        );
        const rotated = await service.ask(
          'POST',
          `/v1/signing-keys/${latest.id}/rotate?tenant=acme`,
          {
            leadSeconds: 1,
          },
        );
        expect(rotated.status, rotated.text).toBe(201);
      },
      () => signers.size - 1,
    );
    expect(rejected).toBe(0);
    expect(signers.size).toBe(3);
  }, 300_000);
});

function accepted(delivery: Arrived, secret: string): boolean {
  const headers = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
      name,
      header(delivery, name),
    ]),
  );
  try {
    new Webhook(secret).verify(delivery.body.toString('utf8'), headers);
    return true;
  } catch {
    return false;
  }
}
