import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { jwtVerify } from 'jose';
import { SECRETS } from './secrets.mts';

const TOLERANCE_SECONDS = 2 * 60;
/** The endpoint's options `headerName` and `prefix`. */
const HEADER = (process.env.WEBHOOK_HEADER || 'Authorization').toLowerCase();
const PREFIX = `${process.env.WEBHOOK_PREFIX || 'Bearer'} `;

/** @returns nothing unless one of the secrets signed it, for this body and within the last minutes */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  const given = String(headers[HEADER] ?? '');
  const token = given.startsWith(PREFIX) ? given.slice(PREFIX.length) : given;
  const digest = createHash('sha256').update(body).digest('hex');
  for (const secret of SECRETS) {
    try {
      const { payload } = await jwtVerify(token, Buffer.from(secret), {
        algorithms: ['HS256'],
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['iat', 'exp'],
      });
      // The JWT speaks of one body only: without this check it could be put beside any other.
      if (payload.body_sha256 !== digest) return undefined;
      const event = JSON.parse(body.toString('utf8'));
      return { id: String(event.eventId), event };
    } catch {
      // Perhaps it was the other secret.
    }
  }
  return undefined;
}
