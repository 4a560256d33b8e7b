// IDnow. The vendor's page names a JWT in a header and a secret key; which claims the JWT has is our reading,
// documented in docs/contracts.md.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { occurredAtMs } from '../events/event.ts';
import { headerNameSchema } from '../headers/names.ts';
import { signWithSecret } from '../signing/json-web-token.ts';
import { randomSecret } from '../signing/secret.ts';
import type { Contract } from './contract.ts';
import { thinFieldsOf } from './thin-fields.ts';

/** A JWT is good for five minutes from its making. */
const TOKEN_SECONDS = 5 * 60;

const optionsSchema = z.strictObject({
  /** The header that carries the JWT. */
  headerName: headerNameSchema.default('Authorization'),
  /** The text before the JWT, followed by a space; nothing if empty. */
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,32}$/, 'must be up to 32 letters, digits, _ and -')
    .default('Bearer'),
});

/**
 * A thin body: identifiers and links, never personal data. The JWT has one signature, so while a
 * rotation overlaps the newest secret signs, and receivers accept both.
 */
export const idnow: Contract<z.infer<typeof optionsSchema>> = {
  name: 'idnow',
  optionsSchema,
  defaultRetryPolicy: 'idnow',
  headerOptions: optionsSchema.shape,
  createSecret: randomSecret,
  algorithms: () => [],
  headerNames: ({ headerName }) => [headerName.toLowerCase()],

  shape({ event }) {
    const body = {
      eventId: event.id,
      eventType: event.type,
      createdAt: new Date(occurredAtMs(event)).toISOString(),
      ...thinFieldsOf(event.data),
    };
    return { kind: 'shaped', body: Buffer.from(JSON.stringify(body), 'utf8') };
  },

  identify: () => [],
  sign(body, { event }, { headerName, prefix }, { nowMs, secrets }) {
    const issuedAt = Math.floor(nowMs / 1000);
    const claims = JSON.stringify({
      iat: issuedAt,
      exp: issuedAt + TOKEN_SECONDS,
      jti: event.id,
      body_sha256: createHash('sha256').update(body).digest('hex'),
    });
    const jwt = signWithSecret(claims, secrets[0]);
    return [[headerName, prefix === '' ? jwt : `${prefix} ${jwt}`]];
  },
  describe: () => [],
};
