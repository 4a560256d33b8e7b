// Verifies AWS Signature Version 4 of a request that was received, over the headers that it signed.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface SignedRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | string;
}

/** Of `Authorization: AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, ...`. */
const FORM =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/;
const MAX_KEYS = 100;

/** Keys of a day, region and service, which are the same for every request. */
const derived = new Map<string, KeyObject>();

export function isSignedWith(secret: string, { method, url, headers, body }: SignedRequest) {
  const [, , scope = '', names = '', signature = ''] = FORM.exec(headers.authorization ?? '') ?? [];
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const query = [...searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const canonical = [
    method,
    // A segment is encoded once more than it was sent, but for S3.
    scope.split('/')[2] === 's3' ? pathname : pathname.split('/').map(encoded).join('/'),
    query.sort().join('&'),
    ...names.split(';').map((name) => `${name}:${headerText(headers[name])}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const text = `AWS4-HMAC-SHA256\n${headerText(headers['x-amz-date'])}\n${scope}\n${sha256(canonical)}`;
  const expected = hmac(keyOf(secret, scope), text);
  const given = Buffer.from(signature, 'hex');
  // Without the host among what is signed it could have been meant for another place.
  return names.split(';').includes('host') && given.length > 0 && timingSafeEqual(expected, given);
}

/** As a key object: to make one of bytes takes ten times as long as the signature itself. */
function keyOf(secret: string, scope: string): KeyObject {
  const name = `${secret} ${scope}`;
  const known = derived.get(name);
  if (known) return known;
  const bytes = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  const key = createSecretKey(bytes);
  if (derived.size >= MAX_KEYS) derived.clear();
  derived.set(name, key);
  return key;
}

const hmac = (key: Buffer | KeyObject, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
const sha256 = (data: Buffer | string): string => hash('sha256', data);
const headerText = (value: string | readonly string[] | undefined): string =>
  String(value ?? '')
    .trim()
    .replaceAll(/ +/g, ' ');
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
