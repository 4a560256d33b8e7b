import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { jwtVerify } from 'jose';
import { withKeys } from './keys.mts';

/** The endpoint's own: others of your endpoints verify with the same keys. */
const TOKEN = Buffer.from(process.env.WEBHOOK_TOKEN ?? '');
if (TOKEN.length < 8) throw new Error('WEBHOOK_TOKEN: the endpoint’s token is missing');
const TOLERANCE_SECONDS = 5 * 60;

/** @returns nothing unless one of the keys signed it within the last day */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  const given = Buffer.from(String(headers['x-webhook-token']));
  if (given.length !== TOKEN.length || !timingSafeEqual(given, TOKEN)) return undefined;
  const jwt = jwtOf(body);
  // By default the JWT has no `kid`, so each RSA key of the set may be the one.
  const event = await withKeys(async (keys) => {
    for (const key of keys.values()) {
      if (key.asymmetricKeyType !== 'rsa') continue;
      try {
        const { payload } = await jwtVerify(jwt, key, {
          algorithms: ['RS256'],
          clockTolerance: TOLERANCE_SECONDS,
          requiredClaims: ['iat', 'exp'],
        });
        return payload.data as { event_id: string };
      } catch {
        // Perhaps it was another key.
      }
    }
    return undefined;
  });
  // What is beside the JWT is not signed, and neither is any header.
  return event && { id: event.event_id, event };
}

function jwtOf(body: Buffer): string {
  try {
    return String(JSON.parse(body.toString('utf8')).jwt);
  } catch {
    return '';
  }
}
