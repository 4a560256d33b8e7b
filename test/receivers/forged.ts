// What is sent to the server of each way beside true deliveries, and what it must answer.
import type { SignedContractName } from '../../lambdas/core/contracts/all.ts';
import { messageSignatureSchema } from '../../lambdas/core/signing/http-message.ts';
import { WAYS, type Way } from '../../scripts/receivers/ways.ts';
import { TOKEN } from '../builders/contracts.ts';
import { anEvent } from '../builders/events.ts';
import bynnVector from '../core/contracts/fixtures/bynn.json' with { type: 'json' };
import { form, type Wish, withFlippedByte, withHeader } from '../core/contracts/form.ts';
import { header, type Received } from '../core/contracts/independent-verifiers.ts';
import { casesOf, KEYS, LIKE_OURS } from '../core/contracts/receivers/cases.ts';
import { forgedMessages } from '../hostile/attacks/signed.ts';
import { encryptionAt, pairOf, secretsOf } from './live.ts';

export interface Row {
  readonly about: string;
  readonly received: Received;
  /** Whether it is refused, or taken for one that came before, or for a new one. */
  readonly expected: 'refused' | 'repeat' | 'new';
}

/** The contract under each way. */
const CONTRACTS: Readonly<Record<Way, SignedContractName>> = {
  'standard-webhooks': 'standard-webhooks',
  bynn: 'bynn',
  'kyc-hmac': 'kyc-hmac',
  bronid: 'bronid',
  idnow: 'idnow',
  'http-message': 'standard-webhooks',
  jwe: 'standard-webhooks',
};
/** Seconds after which one is too old, and for which a clock may be off. */
const TOO_OLD: Readonly<Record<Way, number | undefined>> = {
  'standard-webhooks': 300,
  bynn: 24 * 3600 + 300,
  'kyc-hmac': undefined,
  bronid: 300,
  idnow: 300 + 120,
  'http-message': 300,
  jwe: 300,
};
const CLOCK_OFF: Readonly<Record<Way, number>> = {
  'standard-webhooks': 240,
  bynn: 240,
  'kyc-hmac': 240,
  bronid: 240,
  idnow: 100,
  'http-message': 240,
  jwe: 240,
};

/** A true one by the keys and secrets of the tests, of its own id. */
export function formed(way: Way, url: string, n: number, wish: Wish = {}): Promise<Received> {
  const event = anEvent({
    id: `evt_01h455vb4pex5vsknk084s${String(n).padStart(4, '0')}`,
    data: `{"resource":{"id":"d-${n}"},"sessionId":"ses_${n}"}`,
  });
  return form(CONTRACTS[way], {
    event,
    ...wish,
    moment: { nowMs: Date.now(), secrets: [secretsOf(way)[1]], ...wish.moment },
    endpoint: { ...settingsOf(way, url), ...wish.endpoint },
  });
}

function settingsOf(way: Way, url: string): NonNullable<Wish['endpoint']> {
  if (way === 'http-message') return { url, ownSignature: false, signatures: [SIGNATURE] };
  return way === 'jwe' ? { url, encryption: encryptionAt(url) } : { url };
}

const SIGNATURE = messageSignatureSchema.parse({ scheme: 'http-message' });

/** @param live one that the server has accepted */
export async function rowsOf(way: Way, live: Received): Promise<Row[]> {
  return [
    { about: 'the same again', received: live, expected: 'repeat' },
    ...changesOf(way, live),
    ...(await trueRows(way, live.url)),
    ...(await caseRows(way, live)),
  ];
}

/** Every header that means something is changed: either it is signed, or it has no effect. */
function changesOf(way: Way, live: Received): Row[] {
  const signed: readonly string[] = {
    'standard-webhooks': ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    bynn: ['X-Webhook-Token'],
    'kyc-hmac': ['X-Webhook-Signature'],
    bronid: ['X-BronID-Signature-SHA'],
    idnow: ['Authorization'],
    'http-message': ['webhook-id', 'webhook-timestamp', 'Content-Digest', 'Signature'],
    jwe: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  }[way];
  const unsigned: readonly string[] = {
    'standard-webhooks': [],
    bynn: ['Idempotency-Key', 'X-Test-Mode'],
    'kyc-hmac': ['X-Webhook-ID', 'X-Webhook-Timestamp'],
    bronid: ['X-BronID-Signature-version'],
    idnow: [],
    'http-message': [],
    jwe: [],
  }[way];
  // In bynn what counts is the JWT.
  const at = way === 'bynn' ? live.body.indexOf('"jwt":"') + 100 : live.body.length >> 1;
  return [
    {
      about: 'with a changed body',
      received: withFlippedByte(live, at, 1),
      expected: 'refused',
    },
    ...[...signed, ...unsigned].map((name): Row => {
      const value = header(live, name);
      return {
        about: `with another ${name}`,
        received: withHeader(live, name, otherThan(value)),
        expected: signed.includes(name) ? 'refused' : 'repeat',
      };
    }),
    ...signed.map((name): Row => {
      const rawHeaders = live.rawHeaders.filter(
        ([one]) => one.toLowerCase() !== name.toLowerCase(),
      );
      return {
        about: `without ${name}`,
        received: { ...live, rawHeaders },
        expected: 'refused',
      };
    }),
    ...(way === 'bynn' ? [withOuterId(live)] : []),
  ];
}

/** As long as it was, and different in its middle. */
export function otherThan(value: string): string {
  if (value === '') throw new Error('the header is not there');
  const at = value.length >> 1;
  return `${value.slice(0, at)}${value[at] === '1' ? '2' : '1'}${value.slice(at + 1)}`;
}

function withOuterId(live: Received): Row {
  const body = live.body.toString().replace(/"event_id":"./, '"event_id":"x');
  return {
    about: 'with another event_id beside the JWT',
    received: { ...live, body: Buffer.from(body) },
    expected: 'repeat',
  };
}

/** The vendor's own delivery. Its key is in every key set of the tests, as one that is pinned. */
export const vendors: Received = {
  method: 'POST',
  url: 'https://receiver.example.com/webhooks',
  rawHeaders: [['X-Webhook-Token', TOKEN]],
  body: Buffer.from(JSON.stringify(bynnVector.body)),
};

/** True ones of other times, secrets and keys, and one that is too old. */
async function trueRows(way: Way, url: string): Promise<Row[]> {
  const [off, tooOld] = [CLOCK_OFF[way], TOO_OLD[way]];
  const signedAt = (n: number, seconds: number) =>
    formed(way, url, n, { moment: { nowMs: Date.now() + seconds * 1000 } });
  const rows: Row[] = [
    { about: 'of a clock that is slow', received: await signedAt(1, -off), expected: 'new' },
    { about: 'of a clock that is fast', received: await signedAt(2, off), expected: 'new' },
  ];
  const [secret] = secretsOf(way);
  if (WAYS[way].environment.some((name) => name === 'WEBHOOK_SECRETS')) {
    const rotated = await formed(way, url, 4, { moment: { secrets: [secret] } });
    rows.push({ about: 'signed by the new secret', received: rotated, expected: 'new' });
  }
  if (way === 'standard-webhooks') {
    const both = await formed(way, url, 5, { moment: { secrets: [pairOf('one'), secret] } });
    rows.push({ about: 'signed by a new key too', received: both, expected: 'new' });
  }
  if (way === 'http-message') {
    const signatures = [{ ...SIGNATURE, algorithm: 'rsa-v1_5-sha256' as const }];
    const byRsa = await formed(way, url, 4, { endpoint: { signatures } });
    rows.push({ about: 'signed by the RSA key', received: byRsa, expected: 'new' });
  }
  if (way === 'bynn') {
    const withKid = await formed(way, url, 4, { options: { kid: true } });
    rows.push({ about: 'that names its key', received: withKid, expected: 'new' });
    rows.push({ about: 'that the vendor published', received: vendors, expected: 'refused' });
  }
  if (tooOld === undefined) return rows;
  const old = await signedAt(3, -tooOld - 5);
  return [...rows, { about: 'that is too old', received: old, expected: 'refused' }];
}

/** The forgeries that every verifier of a contract is tried with. */
async function caseRows(way: Way, { url }: Received): Promise<Row[]> {
  const nowMs = Date.now();
  const contract = CONTRACTS[way];
  if (way === 'http-message') {
    const forged = await forgedMessages('ed25519', { contract, url, nowMs });
    // By our own key, of a contract that has no such header: somebody put one beside it.
    const other = await form('kyc-hmac', {
      endpoint: settingsOf(way, url),
      moment: { nowMs, ownSignature: false },
    });
    const rawHeaders = [...other.rawHeaders, ['webhook-id', 'evt_other'] as const];
    const unsigned = { about: 'with an id that is not signed', received: { ...other, rawHeaders } };
    return [...forged, unsigned].map((one) => ({ ...one, expected: 'refused' }));
  }
  const cases = (await casesOf(contract, nowMs)).filter(
    ({ keys, token, now, about, headers }) =>
      keys === KEYS[contract] &&
      token === TOKEN &&
      now === Math.floor(nowMs / 1000) &&
      about !== 'as it came' &&
      // No server reads longer ones.
      JSON.stringify(headers).length < 16_000,
  );
  return cases.map(({ about, headers, body, expected }) => {
    const rawHeaders = Object.entries(headers);
    const received = { method: 'POST', url, rawHeaders, body: Buffer.from(body, 'base64') };
    // What is signed and not encrypted is for nobody who asked for encryption.
    const isTaken = expected && way !== 'jwe';
    if (expected && about !== LIKE_OURS) throw new Error(`what is ${about}?`);
    return { about, received, expected: isTaken ? 'new' : 'refused' };
  });
}
