// AWS Signature Version 4 for the one form that our frequent calls have: a POST of JSON to `/`. The SDK's signer takes
// any request, in three times the time.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { Credentials } from './credentials.ts';

interface SignedCall {
  /** With a port, if it is not the protocol's own. */
  readonly host: string;
  /** `X-Amz-Target`: which operation it is. */
  readonly target: string;
  readonly contentType: string;
  readonly body: string;
  readonly nowMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** @returns a function that gives a call's headers, names and values alternately */
export function createCallSigner(
  service: string,
  region: string,
  credentials: Credentials,
): (call: SignedCall) => string[] {
  const { accessKeyId, sessionToken } = credentials;
  const named = sessionToken === undefined ? [] : ['x-amz-security-token'];
  const signedHeaders = ['content-type', 'host', 'x-amz-date', ...named, 'x-amz-target'].join(';');
  const tokenLine = sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}\n`;
  /** The key is the same for a day. */
  let day = '';
  let key: KeyObject | undefined;

  return ({ host, target, contentType, body, nowMs }) => {
    const time = timeOf(nowMs);
    const today = time.slice(0, 8);
    if (key === undefined || today !== day) {
      day = today;
      key = signingKey(credentials.secretAccessKey, [today, region, service, 'aws4_request']);
    }
    const scope = `${today}/${region}/${service}/aws4_request`;
    const canonical = `POST\n/\n\ncontent-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n${tokenLine}x-amz-target:${target}\n\n${signedHeaders}\n${hash('sha256', body)}`;
    const signature = createHmac('sha256', key)
      .update(`${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`)
      .digest('hex');
    const headers = [
      'content-type',
      contentType,
      'x-amz-date',
      time,
      'x-amz-target',
      target,
      'authorization',
      `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    ];
    if (sessionToken !== undefined) headers.push('x-amz-security-token', sessionToken);
    return headers;
  };
}

interface SignedRequest {
  readonly method: string;
  /** As it is sent: S3 signs paths that are encoded once. */
  readonly path: string;
  readonly search: string;
  /** In lower case, the host among them: all are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256, hex. */
  readonly bodyHash: string;
  readonly nowMs: number;
}

/** The same for any request, such as S3's. @returns a function that gives its headers, the host left out */
export function createRequestSigner(
  service: string,
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
): (request: SignedRequest) => string[] {
  return ({ method, path, search, headers, bodyHash, nowMs }) => {
    const time = timeOf(nowMs);
    const today = time.slice(0, 8);
    const all = Object.entries({
      ...headers,
      'x-amz-date': time,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    }).sort(([a], [b]) => (a < b ? -1 : 1));
    const names = all.map(([name]) => name).join(';');
    const lines = all.map(([name, value]) => `${name}:${value}\n`).join('');
    const canonical = `${method}\n${path}\n${search}\n${lines}\n${names}\n${bodyHash}`;
    const scope = `${today}/${region}/${service}/aws4_request`;
    const key = signingKey(secretAccessKey, [today, region, service, 'aws4_request']);
    const signature = createHmac('sha256', key)
      .update(`${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`)
      .digest('hex');
    const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    const sent = [...all, ['authorization', authorization] as const];
    return sent.flatMap(([name, value]) => (name === 'host' ? [] : [name, value]));
  };
}

function signingKey(secret: string, steps: readonly string[]): KeyObject {
  let bytes = Buffer.from(`AWS4${secret}`);
  for (const step of steps) bytes = createHmac('sha256', bytes).update(step).digest();
  return createSecretKey(bytes);
}

/** `20260131T093000Z` */
function timeOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
