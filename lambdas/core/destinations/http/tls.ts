// An endpoint's own certificates: an authority that is trusted instead of the public ones, and a client
// certificate with its key (mTLS). Read and checked here; times are checked where they are known.
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { Steps } from '../../steps.ts';

const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

export const MAX_BUNDLE_LENGTH = 64 * 1024;
export const MAX_CERTIFICATES = 50;
/** A step is a search for the next marker. */
export const MAX_PEM_STEPS = 100;
export const MAX_CHAIN_LENGTH = 16 * 1024;
export const MAX_KEY_LENGTH = 16 * 1024;
const MIN_RSA_BITS = 2048;
const CURVES: readonly unknown[] = ['prime256v1', 'secp384r1', 'secp521r1'];
/** The largest that a connection signs with in some milliseconds. */
const MAX_RSA_BITS = 4096;
/** Of others' certificates: verifying is far cheaper than signing, and this is as far as OpenSSL goes. */
const MAX_VERIFIED_RSA_BITS = 16384;
const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** An endpoint's own certificates, as PEM. */
export interface EndpointTls {
  /** Trusted instead of the public authorities. */
  readonly ca?: string;
  /** The client's, with its chain. */
  readonly cert?: string;
  readonly key?: string;
  /** TLS 1.2 without it. */
  readonly minVersion?: TlsVersion;
}

/** What is too long is not looked at. */
const pemSchema = (maxLength: number, check: (pem: string, context: z.RefinementCtx) => void) =>
  z
    .string()
    .check(z.maxLength(maxLength, { abort: true }))
    .superRefine(check);

export const endpointTlsSchema = z
  .strictObject({
    /** PEM: one or more certificates, trusted instead of the public authorities. */
    ca: pemSchema(MAX_BUNDLE_LENGTH, checkCertificates).optional(),
    /** PEM: the client's certificate, and after it those that lead to its authority. */
    clientCertificate: pemSchema(MAX_CHAIN_LENGTH, checkCertificates).optional(),
    /** PEM, without a passphrase. */
    clientKey: pemSchema(MAX_KEY_LENGTH, checkKey).optional(),
    minVersion: z
      .enum(TLS_VERSIONS, `must be one of ${TLS_VERSIONS.join(', ')}`)
      .default('TLSv1.2'),
  })
  .superRefine(({ clientCertificate, clientKey }, context) => {
    const report = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (clientCertificate !== undefined && clientKey === undefined) {
      report('clientKey', 'is missing: clientCertificate needs it');
    }
    if (clientKey !== undefined && clientCertificate === undefined) {
      report('clientCertificate', 'is missing: clientKey needs it');
    }
    const [certificate] = certificatesIn(clientCertificate ?? '');
    const key = privateKeyIn(clientKey ?? '');
    if (certificate && key && !isSameKey(certificate.publicKey, key)) {
      report('clientKey', 'is not the key of clientCertificate');
    }
  });
export type EndpointTlsInput = z.infer<typeof endpointTlsSchema>;

/** As it is stored; absent members are not set. */
export interface KeptTls {
  readonly ca?: string;
  readonly clientCertificate?: string;
  /** Sealed. */
  readonly sealedClientKey?: string;
  readonly minVersion: TlsVersion;
}

interface TlsFault {
  readonly path: string;
  readonly message: string;
}

/** Certificates that are out of their time: they would fail at every connection. */
export function untimelyCertificates(
  { ca = '', clientCertificate = '' }: EndpointTlsInput,
  nowMs: number,
): TlsFault[] {
  const faultsIn = (path: string, pem: string): TlsFault[] =>
    certificatesIn(pem).flatMap((certificate) => {
      const name = nameOf(certificate);
      if (certificate.validToDate.getTime() <= nowMs) {
        return [{ path, message: `contains a certificate that has expired (${name})` }];
      }
      // An authority of tomorrow harms nobody today; a client that is refused does.
      const isEarly =
        path.endsWith('clientCertificate') && certificate.validFromDate.getTime() > nowMs;
      return isEarly
        ? [{ path, message: `contains a certificate that is not valid yet (${name})` }]
        : [];
    });
  return [...faultsIn('/tls/ca', ca), ...faultsIn('/tls/clientCertificate', clientCertificate)];
}

const shownCertificateSchema = z.strictObject({
  subject: z.string(),
  expiresAt: z.iso.datetime().meta({ example: '2026-01-31T09:30:00.000Z' }),
  fingerprint: z.string().meta({ description: 'SHA-256, in hexadecimal with colons.' }),
});
/** What answers show: who and until when, and what tells one certificate from another. */
export const shownTlsSchema = z
  .strictObject({
    ca: z.array(shownCertificateSchema),
    clientCertificate: shownCertificateSchema.nullable(),
    minVersion: z.enum(TLS_VERSIONS),
  })
  .meta({ id: 'EndpointTls' });

export function tlsView(tls: KeptTls | undefined) {
  if (!tls) return null;
  const [client] = certificatesIn(tls.clientCertificate ?? '');
  return {
    ca: certificatesIn(tls.ca ?? '').map(certificateView),
    clientCertificate: client ? certificateView(client) : null,
    minVersion: tls.minVersion,
  };
}

/** When the client's certificate expires, Unix milliseconds; undefined where there is none. */
export function clientExpiryMs(tls: KeptTls | undefined): number | undefined {
  const [client] = certificatesIn(tls?.clientCertificate ?? '');
  return client?.validToDate.getTime();
}

function certificateView(certificate: X509Certificate) {
  return {
    subject: nameOf(certificate),
    expiresAt: certificate.validToDate.toISOString(),
    fingerprint: certificate.fingerprint256,
  };
}

/** One line, as `openssl x509 -subject` writes it. */
function nameOf({ subject }: X509Certificate): string {
  return (subject ?? '').split('\n').join(', ');
}

function checkCertificates(pem: string, context: z.RefinementCtx): void {
  const message = faultOfCertificates(pem);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}

function faultOfCertificates(pem: string): string | undefined {
  const blocks = blocksOf(pem);
  if (blocks.length === 0) return 'must be PEM: "-----BEGIN CERTIFICATE-----" and what follows';
  if (pem.includes('PRIVATE KEY-----')) return 'must not contain a private key';
  if (blocks.length > MAX_CERTIFICATES) return `must be at most ${MAX_CERTIFICATES} certificates`;
  for (const [index, block] of blocks.entries()) {
    const certificate = certificateIn(block);
    const which = blocks.length === 1 ? 'a certificate' : `certificate ${index + 1}`;
    if (!certificate) return `contains ${which} that cannot be read`;
    const weakness = weaknessOf(certificate.publicKey);
    if (weakness !== undefined) return `contains ${which} whose key ${weakness}`;
  }
  return undefined;
}

function checkKey(pem: string, context: z.RefinementCtx): void {
  const message = faultOfKey(pem);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}

function faultOfKey(pem: string): string | undefined {
  if (!pem.includes('PRIVATE KEY-----')) {
    return 'must be PEM: "-----BEGIN PRIVATE KEY-----" and what follows';
  }
  if (pem.includes('ENCRYPTED')) {
    return 'has a passphrase: openssl pkey -in <file> writes it without one';
  }
  const key = privateKeyIn(pem);
  return key ? weaknessOf(key, MAX_RSA_BITS) : 'cannot be read as a private key';
}

/** What OpenSSL would refuse at the first connection, or what would take it too long. */
function weaknessOf(
  { asymmetricKeyType, asymmetricKeyDetails }: KeyObject,
  maxRsaBits = MAX_VERIFIED_RSA_BITS,
): string | undefined {
  switch (asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss': {
      const bits = asymmetricKeyDetails?.modulusLength ?? 0;
      const isUsable = bits >= MIN_RSA_BITS && bits <= maxRsaBits;
      return isUsable ? undefined : `has ${bits} bits: RSA needs ${MIN_RSA_BITS} to ${maxRsaBits}`;
    }
    case 'ec':
      return CURVES.includes(asymmetricKeyDetails?.namedCurve)
        ? undefined
        : 'is on a curve that is not P-256, P-384 or P-521';
    case 'ed25519':
      return undefined;
    default:
      return `is of a kind that cannot be used (${asymmetricKeyType})`;
  }
}

function certificatesIn(pem: string): X509Certificate[] {
  return blocksOf(pem).flatMap((block) => certificateIn(block) ?? []);
}

/** In one pass, and no more of them than are too many. */
export function blocksOf(pem: string, steps = new Steps(MAX_PEM_STEPS)): string[] {
  const blocks: string[] = [];
  let from = pem.indexOf(BEGIN);
  while (from >= 0 && blocks.length <= MAX_CERTIFICATES) {
    steps.take();
    const to = pem.indexOf(END, from);
    if (to < 0) break;
    blocks.push(pem.slice(from, to + END.length));
    from = pem.indexOf(BEGIN, to);
  }
  return blocks;
}

function certificateIn(block: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(block);
    // Both are looked at later: what cannot be read fails here.
    return certificate.publicKey && !Number.isNaN(certificate.validToDate.getTime())
      ? certificate
      : undefined;
  } catch {
    return undefined;
  }
}

function privateKeyIn(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function isSameKey(publicKey: KeyObject, privateKey: KeyObject): boolean {
  return publicKey.equals(createPublicKey(privateKey));
}
