// Forgeries of what a key of a tenant or of the stack signs beside a contract's own: `v1a` and HTTP message signatures.
import { createHmac } from 'node:crypto';
import { httpbis } from 'http-message-signatures';
import { type ContractName, contractOf } from '../../../lambdas/core/contracts/all.ts';
import type { ExtraSignature } from '../../../lambdas/core/contracts/further-signatures.ts';
import type { MessageSignature } from '../../../lambdas/core/signing/http-message.ts';
import { publicPem } from '../../builders/contracts.ts';
import { anEvent, NOON_MS } from '../../builders/events.ts';
import { form, withFlippedByte, withHeader } from '../../core/contracts/form.ts';
import { header, type Received } from '../../core/contracts/independent-verifiers.ts';
import { keysOf, STRANGERS } from '../../core/contracts/receivers/forgeries.ts';

export interface Attempt {
  readonly about: string;
  readonly received: Received;
}

type Changes = NonNullable<Parameters<typeof form>[1]>;

export const OWN_URL = 'https://receiver.example.com/hooks/1?a=b';
export const TAG = 'posthorn-webhook';
const formed = (signature: ExtraSignature, changes: Changes = {}): Promise<Received> =>
  formedBy('kyc-hmac', signature, changes);
const formedBy = (
  contract: ContractName,
  signature: ExtraSignature,
  changes: Changes,
): Promise<Received> =>
  form(contract, {
    ...changes,
    event: changes.event ?? anEvent(),
    endpoint: { ownSignature: false, signatures: [signature], ...changes.endpoint },
  });

export const genuine = (signature: ExtraSignature): Promise<Received> => formed(signature);

/** By whoever has keys of its own, for this event and under the same ids. */
const byStrangers = (
  signature: ExtraSignature,
  as = (changes: Changes) => formed(signature, changes),
): Promise<Attempt[]> =>
  Promise.all(
    STRANGERS.map(async (stranger) => {
      const { tenant, environment } = stranger;
      const event = anEvent({ tenant, environment });
      const received = await as({ event, moment: { keys: keysOf(stranger) } });
      return { about: `signed for ${stranger.name}`, received };
    }),
  );

const changed = (received: Received, names: readonly string[], to: (value: string) => string) =>
  names.map((name) => ({
    about: `with another ${name}`,
    received: withHeader(received, name, to(header(received, name))),
  }));

export async function forgedV1a(): Promise<Attempt[]> {
  const good = await formed({ scheme: 'v1a' });
  const other = await formed(
    { scheme: 'v1a' },
    { event: anEvent({ data: '{"resource":{"id":"other"}}' }) },
  );
  const old = await formed({ scheme: 'v1a' }, { moment: { nowMs: NOON_MS - 301_000 } });
  const signed = (signature: string): Received => withHeader(good, 'webhook-signature', signature);
  const given = header(good, 'webhook-signature');
  const head = `${header(good, 'webhook-id')}.${header(good, 'webhook-timestamp')}.`;
  const hmac = (key: string | Buffer): string =>
    createHmac('sha256', key).update(head).update(good.body).digest('base64');
  const rawKey = Buffer.from(publicPem('Ed25519').split('\n')[1] ?? '', 'base64').subarray(-32);
  return [
    ...(await byStrangers({ scheme: 'v1a' })),
    { about: 'with the body of another delivery', received: { ...good, body: other.body } },
    { about: 'with a changed body', received: withFlippedByte(good, 12, 1) },
    ...changed(good, ['webhook-id'], (id) => `${id}x`),
    ...changed(good, ['webhook-timestamp'], (at) => String(Number(at) + 1)),
    { about: 'that is too old', received: old },
    { about: 'without a signature', received: signed('') },
    { about: 'with an empty signature', received: signed('v1a,') },
    { about: 'with zeros for a signature', received: signed(`v1a,${'A'.repeat(86)}==`) },
    { about: 'with its signature as an HMAC', received: signed(given.replace('v1a,', 'v1,')) },
    { about: 'with an HMAC by the public key', received: signed(`v1,${hmac(rawKey)}`) },
    { about: 'with that HMAC as its signature', received: signed(`v1a,${hmac(rawKey)}`) },
    { about: 'with an HMAC by an empty key', received: signed(`v1,${hmac('')}`) },
  ];
}

/** A receiver of HTTP message signatures. */
export interface Addressee {
  readonly contract: ContractName;
  readonly url: string;
  readonly nowMs: number;
}
const ADDRESSEE: Addressee = { contract: 'kyc-hmac', url: OWN_URL, nowMs: NOON_MS };

export async function forgedMessages(
  algorithm: MessageSignature['algorithm'],
  { contract, url, nowMs }: Addressee = ADDRESSEE,
): Promise<Attempt[]> {
  const signature: MessageSignature = {
    scheme: 'http-message',
    algorithm,
    label: 'posthorn',
    tag: TAG,
    headers: [],
  };
  const as = (changes: Changes, other = signature) =>
    formedBy(contract, other, {
      ...changes,
      endpoint: { url, ...changes.endpoint },
      moment: { nowMs, ...changes.moment },
    });
  const good = await as({});
  const other = await as({ event: anEvent({ data: '{"other":true}' }) });
  const elsewhere = await as({ endpoint: { url: 'https://globex.example/hook' } });
  const covered = contractOf(contract)
    .headerNames({})
    .filter((name) => /-(id|timestamp)$/.test(name));
  const [_, input = ''] = /^posthorn=(.*)$/.exec(header(good, 'Signature-Input')) ?? [];
  const withInput = (text: string): Received =>
    withHeader(good, 'Signature-Input', `posthorn=${text}`);
  const fromSecret = algorithm === 'hmac-sha256';
  return [
    ...(fromSecret ? [] : await byStrangers(signature, as)),
    ...(fromSecret ? [] : [await byPublicKey(good, input, nowMs)]),
    { about: 'with the body of another delivery', received: { ...good, body: other.body } },
    {
      about: 'with body and digest of another delivery',
      received: {
        ...withHeader(good, 'Content-Digest', header(other, 'Content-Digest')),
        body: other.body,
      },
    },
    { about: 'that was sent elsewhere', received: { ...elsewhere, url } },
    { about: 'with another method', received: { ...good, method: 'PUT' } },
    ...changed(good, ['Content-Type', ...covered], () => 'changed'),
    {
      about: 'that is too old',
      received: await as({ moment: { nowMs: nowMs - 305_000 } }),
    },
    { about: 'with another tag', received: await as({}, { ...signature, tag: 'another' }) },
    {
      about: 'whose signature covers nothing',
      received: withInput(input.replace(/^\(.*?\)/, '()')),
    },
    {
      about: 'whose signature does not cover the digest',
      received: withInput(input.replace('"content-digest" ', '')),
    },
    { about: 'with a later time', received: withInput(input.replace(/created=\d/, 'created=2')) },
    { about: 'by a key that there is not', received: withInput(input.replace('sk_', 'sk_other_')) },
    { about: 'without a signature', received: withHeader(good, 'Signature', '') },
    { about: 'with an empty signature', received: withHeader(good, 'Signature', 'posthorn=::') },
  ].filter(({ received }) => JSON.stringify(received) !== JSON.stringify(good));
}

/** An HMAC whose secret is what everybody knows, under the id of the key and instead of its signature. */
async function byPublicKey(good: Received, input: string, nowMs: number): Promise<Attempt> {
  const id = /keyid="([^"]+)"/.exec(input)?.[1] ?? '';
  const pem = publicPem(id === 'sk_rsa' ? 'RS256' : 'Ed25519');
  const { headers } = await httpbis.signMessage(
    {
      name: 'posthorn',
      fields: ['@method', '@target-uri', 'content-digest', 'content-type'],
      params: ['created', 'keyid', 'alg', 'nonce', 'tag'],
      paramValues: { created: new Date(nowMs), nonce: 'n', tag: TAG },
      key: {
        id,
        alg: 'hmac-sha256',
        sign: async (data: Buffer) => createHmac('sha256', pem).update(data).digest(),
      },
    },
    {
      method: good.method,
      url: good.url,
      // Without the true signature, so that the forged one takes its label.
      headers: Object.fromEntries(
        good.rawHeaders.filter(([name]) => !/^signature(-input)?$/i.test(name)),
      ),
    },
  );
  const received = ['Signature-Input', 'Signature'].reduce(
    (so, name) => withHeader(so, name, String(headers[name])),
    good,
  );
  return { about: 'with an HMAC by the public key', received };
}
