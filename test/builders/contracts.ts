// What contracts are given, for tests: plain facts and a moment to vary, and keys made once.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { DeliveryFacts } from '../../lambdas/core/contracts/contract.ts';
import type { SigningKey, SigningKeys } from '../../lambdas/core/signing/keys.ts';
import type { SigningMoment } from '../../lambdas/core/signing/moment.ts';
import { anEvent, NOON_MS } from './events.ts';

export const JTI = 'c268e3c2-e816-46fa-b7d5-4d6baef96773';
export const TOKEN = 'wh_5YCo6VqqfNWjNbMu8q3NPjct';
export const IDEMPOTENCY_KEY = 'wh_0123456789ABCDEFGHIJKLMN';
/** 24 characters: bronID's own, the shortest that is accepted. */
export const SECRET = 'the_secret_signing_key@!';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
export const publicPem = (algorithm: 'RS256' | 'Ed25519'): string =>
  (algorithm === 'RS256' ? rsa : ed25519).publicKey
    .export({ format: 'pem', type: 'spki' })
    .toString();
export const privatePem = (algorithm: 'RS256' | 'Ed25519'): string =>
  (algorithm === 'RS256' ? rsa : ed25519).privateKey
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();

const signingKey = (algorithm: 'RS256' | 'Ed25519', id: string): SigningKey => ({
  id,
  algorithm,
  signsFromMs: 0,
  privateKey: createPrivateKey(privatePem(algorithm)),
});
export const KEYS = {
  RS256: signingKey('RS256', 'sk_rsa'),
  Ed25519: signingKey('Ed25519', 'sk_ed25519'),
} satisfies SigningKeys;

export function aDelivery(changes: Partial<DeliveryFacts> = {}): DeliveryFacts {
  return {
    event: anEvent(),
    tenantName: 'Acme',
    idempotencyKey: IDEMPOTENCY_KEY,
    token: TOKEN,
    issuer: 'posthorn',
    ...changes,
  };
}

export function aMoment(changes: Partial<SigningMoment> = {}): SigningMoment {
  return {
    nowMs: NOON_MS,
    secrets: [SECRET],
    jti: JTI,
    keys: KEYS,
    ownSignature: true,
    ...changes,
  };
}
