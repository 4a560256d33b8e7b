// bronID, as docs/receivers/bronid.md shows it to receivers; test/core/contracts/fixtures/bronid.json is the vendor's
// runnable example.
import { createHash } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';
import * as z from 'zod';
import { membersOf, withoutMember } from '../json/members.ts';
import { withoutSpace } from '../json/walk.ts';
import { keyBytesOf, randomSecret } from '../signing/secret.ts';
import type { Contract } from './contract.ts';

const VERSION = '1';

const optionsSchema = z.strictObject({
  /**
   * The vendor's example checks `JSON.stringify` of the parsed body where the raw text is not at
   * hand, so white space between tokens is left out; `keep` sends the data's exact bytes.
   */
  whitespace: z.enum(['compact', 'keep']).default('compact'),
  /** The deprecated signature in the body, which the vendor still sends. */
  bodySignature: z.boolean().default(true),
});

/**
 * The body is the event's data with `timestamp` of sending (Unix seconds) and the deprecated in-body
 * `signature` last. The headers sign the raw body with it, as the runnable example does; the in-body
 * one signs the payload without it. Each is a hash of content and key, not an HMAC, and there is room
 * for one: while a rotation overlaps the newest secret signs, and receivers accept both.
 */
export const bronid: Contract<z.infer<typeof optionsSchema>> = {
  name: 'bronid',
  optionsSchema,
  defaultRetryPolicy: 'forty-days',
  headerOptions: {},
  createSecret: randomSecret,
  algorithms: () => [],
  headerNames: () => [
    'x-bronid-signature-version',
    'x-bronid-signature-keccak',
    'x-bronid-signature-sha',
  ],

  shape({ event }, { whitespace, bodySignature }, { nowMs, secrets, ownSignature }) {
    const data = whitespace === 'compact' ? withoutSpace(event.data) : event.data;
    const payload = withTimestamp(withoutMember(data, 'signature'), Math.floor(nowMs / 1000));
    if (!bodySignature || !ownSignature) {
      return { kind: 'shaped', body: Buffer.from(payload, 'utf8') };
    }
    const { sha, keccak } = signaturesOf(Buffer.from(payload, 'utf8'), secrets[0]);
    const signature = `"signature":{"version":"${VERSION}","sha256":"${sha}","keccak256":"${keccak}"}`;
    const end = payload.lastIndexOf('}');
    const body = `${payload.slice(0, end)},${signature}${payload.slice(end)}`;
    return { kind: 'shaped', body: Buffer.from(body, 'utf8') };
  },

  identify: () => [],
  sign(body, _facts, _options, { secrets }) {
    const { sha, keccak } = signaturesOf(body, secrets[0]);
    return [
      ['X-BronID-Signature-version', VERSION],
      ['X-BronID-Signature-KECCAK', keccak],
      ['X-BronID-Signature-SHA', sha],
    ];
  },
  describe: () => [],
};

/** In its own place if the data has one, otherwise as the last member. */
function withTimestamp(data: string, seconds: number): string {
  const members = membersOf(data);
  const own = members.find(({ key }) => key === 'timestamp');
  if (own) return `${data.slice(0, own.valueFrom)}${seconds}${data.slice(own.to)}`;
  const last = members.at(-1);
  if (!last) return `{"timestamp":${seconds}}`;
  return `${data.slice(0, last.to)},"timestamp":${seconds}${data.slice(last.to)}`;
}

/** SHA3-256 (FIPS 202) and Keccak-256 (its padding before FIPS 202) of content and key. */
function signaturesOf(content: Buffer, secret: string): { sha: string; keccak: string } {
  const signed = Buffer.concat([content, keyBytesOf(secret)]);
  return {
    sha: `bronid_sec_sha256_${createHash('sha3-256').update(signed).digest('hex')}`,
    keccak: `bronid_sec_keccak256_${Buffer.from(keccak_256(signed)).toString('hex')}`,
  };
}
