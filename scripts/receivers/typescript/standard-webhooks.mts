import type { IncomingHttpHeaders } from 'node:http';
import { isSigned } from './signature.mts';

/** @returns nothing unless one of the secrets signed it within the last five minutes */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  if (!isSigned(headers, body)) return undefined;
  return { id: String(headers['webhook-id']), event: JSON.parse(body.toString('utf8')) };
}
