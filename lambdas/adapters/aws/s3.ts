// The three calls of S3 that we make, without its SDK: half a megabyte less in the bundles. A call is tried again after a
// pause where S3 asks for it, or is not reached.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Env } from '../../environment.ts';
import { variable } from '../surroundings.ts';
import { defaultProvider } from './credentials.ts';
import type { Calls, Operation } from './direct-calls.ts';
import { type AwsRequest, sendToAws } from './requests.ts';
import { createRequestSigner } from './signature.ts';

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

interface Listed {
  readonly Contents: readonly { readonly Key: string; readonly Size: number }[];
  readonly NextContinuationToken?: string | undefined;
}

export interface S3Operations {
  PutObject: Operation<Place & { readonly Body: Uint8Array }, object>;
  GetObject: Operation<Place, { readonly Body: Uint8Array }>;
  ListObjectsV2: Operation<
    {
      readonly Bucket: string;
      readonly Prefix: string;
      readonly ContinuationToken?: string | undefined;
    },
    Listed
  >;
}

export type S3 = Calls<S3Operations>;

const ATTEMPTS = 4;
const PAUSE_MS = 100;

export class S3Error extends Error {
  override name = 'S3Error';
}

interface Request {
  readonly method: 'GET' | 'PUT';
  readonly bucket: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export function createS3(): S3 {
  let signer: ReturnType<typeof createRequestSigner> | undefined;
  const placeOf = createPlaces();

  async function attempt({ method, bucket, key = '', query = {}, body }: Request) {
    signer ??= createRequestSigner('s3', variable('AWS_REGION'), await defaultProvider()());
    const { origin, base } = placeOf(bucket);
    const path = `${base}/${key.split('/').map(encoded).join('/')}`;
    const search = Object.entries(query)
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&');
    const bytes = body ?? new Uint8Array();
    const headers = signer({
      method,
      path,
      search,
      headers: {
        host: origin.slice(origin.indexOf('//') + 2),
        'x-amz-content-sha256': hash('sha256', bytes),
      },
      bodyHash: hash('sha256', bytes),
      nowMs: Date.now(),
    });
    const request: AwsRequest = {
      origin,
      method,
      path: search === '' ? path : `${path}?${search}`,
      headers,
      ...(body && { body: Buffer.from(body) }),
    };
    return sendToAws(request);
  }

  async function send(request: Request): Promise<Buffer> {
    for (let made = 1; ; made++) {
      const answer = await attempt(request).catch((error: Error) => error);
      if (!(answer instanceof Error) && answer.status === 200) return answer.bytes;
      const isFinal = !(answer instanceof Error) && answer.status < 500 && answer.status !== 429;
      if (isFinal || made === ATTEMPTS) throw errorOf(request, answer);
      await delay(PAUSE_MS * 4 ** (made - 1));
    }
  }

  const operations: {
    readonly [Name in keyof S3Operations]: (
      input: S3Operations[Name]['input'],
    ) => Promise<S3Operations[Name]['output']>;
  } = {
    async PutObject({ Bucket: bucket, Key: key, Body: body }) {
      await send({ method: 'PUT', bucket, key, body });
      return {};
    },
    async GetObject({ Bucket: bucket, Key: key }) {
      return { Body: await send({ method: 'GET', bucket, key }) };
    },
    async ListObjectsV2({ Bucket: bucket, Prefix, ContinuationToken }) {
      const more =
        ContinuationToken === undefined ? {} : { 'continuation-token': ContinuationToken };
      const query = { 'list-type': '2', prefix: Prefix, ...more };
      return listed((await send({ method: 'GET', bucket, query })).toString());
    },
  };
  return { call: (operation, input) => operations[operation](input as never) as never }; // of the same name
}

/** AWS's endpoint with the bucket in its name, or the one that the SDK's variables name with the bucket in its path. */
function createPlaces(): (bucket: string) => { readonly origin: string; readonly base: string } {
  const given = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
  if (given) {
    const { origin } = new URL(given);
    return (bucket) => ({ origin, base: `/${bucket}` });
  }
  const isSet = (name: string): boolean => process.env[name] === 'true';
  const service = `s3${isSet('AWS_USE_FIPS_ENDPOINT') ? '-fips' : ''}${isSet('AWS_USE_DUALSTACK_ENDPOINT') ? '.dualstack' : ''}`;
  const host = `${service}.${variable('AWS_REGION')}.${variable(Env.urlSuffix)}`;
  return (bucket) => ({ origin: `https://${bucket}.${host}`, base: '' });
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The answer is XML that S3 makes: our keys have no sign in them that XML would change. */
function listed(xml: string): Listed {
  const Contents = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => ({
    Key: /<Key>(.*?)<\/Key>/s.exec(entry)?.[1] ?? '',
    Size: Number(/<Size>(\d+)<\/Size>/.exec(entry)?.[1]),
  }));
  const next = /<NextContinuationToken>(.*?)<\/NextContinuationToken>/s.exec(xml)?.[1];
  return { Contents, NextContinuationToken: next?.replaceAll('&amp;', '&') };
}

function errorOf(
  { method, key = '' }: Request,
  answer: Error | { readonly status: number; readonly bytes: Buffer },
): Error {
  if (answer instanceof Error) return answer;
  const code = /<Code>(\w+)<\/Code>/.exec(answer.bytes.toString())?.[1] ?? '';
  return new S3Error(`S3 answers ${answer.status} ${code} to ${method} ${key}`);
}
