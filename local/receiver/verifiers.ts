// How the built-in receiver checks a signature, by contract. Each verifier is independent of the code
// that signs: a library of others, or the vendor's published recipe.
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { keccak256, sha3_256 } from 'js-sha3';
import jsonwebtoken from 'jsonwebtoken';
import { Webhook } from 'standardwebhooks';

export interface ReceivedDelivery {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What an endpoint's receiver would hold. */
export interface ReceiverKeys {
  /** The newest secret; of an asymmetric one its public half, `whpk_...`. */
  secret: string;
  /** The published RSA keys of those who sign for it, PEM. */
  publicKeys: readonly string[];
  /** The endpoint's, which tells deliveries of one signer apart. */
  token: string | null;
  contractOptions: Readonly<Record<string, unknown>>;
}

type Verifier = (delivery: ReceivedDelivery, keys: ReceiverKeys) => boolean;

export const verifiers: Readonly<Record<string, Verifier>> = {
  'standard-webhooks': ({ headers, body }, { secret }) => {
    const signed = {
      'webhook-id': textOf(headers, 'webhook-id'),
      'webhook-timestamp': textOf(headers, 'webhook-timestamp'),
      'webhook-signature': textOf(headers, 'webhook-signature'),
    };
    if (secret.startsWith('whpk_')) return verifiesAsymmetric(signed, body, secret);
    return holds(() => new Webhook(secret).verify(body, signed, { jsonParse: false }));
  },

  bynn: ({ headers, body }, { publicKeys, token, contractOptions }) => {
    const isOfDelivery = contractOptions.webhookToken === 'delivery';
    const expected = isOfDelivery ? textOf(headers, 'idempotency-key') : (token ?? '');
    if (expected === '' || !isSame(textOf(headers, 'x-webhook-token'), expected)) return false;
    return publicKeys.some((key) =>
      holds(() => {
        const { jwt } = JSON.parse(body.toString('utf8'));
        return jsonwebtoken.verify(jwt, key, { algorithms: ['RS256'] });
      }),
    );
  },

  'kyc-hmac': ({ headers, body }, { secret, contractOptions }) => {
    const mac = createHmac('sha256', keyOf(secret));
    if (contractOptions.signedContent === 'timestamp.body') {
      mac.update(`${textOf(headers, 'x-webhook-timestamp')}.`);
    }
    const expected = `sha256=${mac.update(body).digest('hex')}`;
    return isSame(textOf(headers, 'x-webhook-signature'), expected);
  },

  bronid: ({ headers, body }, { secret }) => {
    const signed = Buffer.concat([body, keyOf(secret)]);
    const sha = `bronid_sec_sha256_${sha3_256(signed)}`;
    const keccak = `bronid_sec_keccak256_${keccak256(signed)}`;
    return (
      isSame(textOf(headers, 'x-bronid-signature-sha'), sha) &&
      isSame(textOf(headers, 'x-bronid-signature-keccak'), keccak)
    );
  },

  idnow: ({ headers, body }, { secret, contractOptions }) => {
    const name = String(contractOptions.headerName ?? 'Authorization').toLowerCase();
    const token = textOf(headers, name).split(' ').at(-1) ?? '';
    return holds(() => {
      const claims = jsonwebtoken.verify(token, keyOf(secret), { algorithms: ['HS256'] });
      const digest = createHash('sha256').update(body).digest('hex');
      return typeof claims === 'object' && isSame(String(claims.body_sha256), digest);
    });
  },
};

function verifiesAsymmetric(
  signed: Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>,
  body: Buffer,
  publicSecret: string,
): boolean {
  const head = `${signed['webhook-id']}.${signed['webhook-timestamp']}.`;
  const x = Buffer.from(publicSecret.slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return signed['webhook-signature'].split(' ').some((one) => {
    const signature = Buffer.from(one.replace(/^v1a,/, ''), 'base64');
    return (
      one.startsWith('v1a,') &&
      verify(null, Buffer.concat([Buffer.from(head), body]), key, signature)
    );
  });
}

/** A secret's bytes: of the `whsec_` form its base64, otherwise the text as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

function textOf(headers: IncomingHttpHeaders, name: string): string {
  return String(headers[name] ?? '');
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function holds(check: () => unknown): boolean {
  try {
    return check() !== false;
  } catch {
    return false;
  }
}
