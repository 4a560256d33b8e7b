// S3 for what Posthorn asks of it: objects are put, got and listed, by their bucket's name in the path.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { s3Call } from '../gate/aws-calls.ts';
import type { Gatekeeper } from '../gate/gatekeeper.ts';
import { close, listenOnLoopback, readBody } from '../gate/loopback-server.ts';
import { ServiceFault } from '../gate/service-fault.ts';
import { ObjectStore } from './store.ts';

const MAX_KEYS = 1_000;

interface S3Emulator {
  url: string;
  /** Only buckets of the stack are there. */
  serve(buckets: Iterable<string>): void;
  close(): Promise<void>;
}

export async function startS3(folder: string, gatekeeper: Gatekeeper): Promise<S3Emulator> {
  const store = new ObjectStore(folder);
  const buckets = new Set<string>();
  const server = createServer(async (request, response) => {
    try {
      await answer(request, response, { store, buckets, gatekeeper });
    } catch (error) {
      const { statusCode = 500, code = 'InternalError', message } = error as Partial<ServiceFault>;
      const xml = `<Error><Code>${code}</Code><Message>${escaped(message ?? '')}</Message></Error>`;
      response.writeHead(statusCode, { 'content-type': 'application/xml' }).end(xml);
    }
  });
  const url = await listenOnLoopback(server);
  return {
    url,
    serve: (names) => {
      for (const name of names) buckets.add(name);
    },
    close: () => close(server),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { store, buckets, gatekeeper }: S3Surroundings,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const body = await readBody(request);
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [bucket = '', ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const prefix = searchParams.get('prefix') ?? '';
  const isList = key === '' && method === 'GET';
  const call = s3Call(isList ? 'ListObjectsV2' : OPERATIONS[method], bucket, key, prefix);
  const refusal = gatekeeper.check({ method, url, headers, body }, call);
  if (refusal !== undefined) throw new ServiceFault(403, 'AccessDenied', refusal.message);
  const caller = gatekeeper.callerOf(headers.authorization);
  // Lists are billed as what puts.
  gatekeeper.meter.add(caller, method === 'PUT' || isList ? 's3.puts' : 's3.gets', 1);
  if (!buckets.has(bucket)) throw new ServiceFault(404, 'NoSuchBucket', 'There is no such bucket.');
  if (isList) {
    const after = Buffer.from(searchParams.get('continuation-token') ?? '', 'base64url').toString();
    const found = await store.list(bucket, prefix);
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(listing(found.filter((one) => one.key > after)));
  } else if (method === 'PUT') {
    store.put(bucket, key, body);
    response.writeHead(200).end();
  } else if (method === 'GET') {
    const object = store.get(bucket, key);
    if (object === undefined) throw new ServiceFault(404, 'NoSuchKey', 'There is no such key.');
    response.writeHead(200, { 'content-length': String(object.length) }).end(object);
  } else throw new ServiceFault(405, 'MethodNotAllowed', 'The embedded runtime does not have it.');
}

interface S3Surroundings {
  readonly store: ObjectStore;
  readonly buckets: ReadonlySet<string>;
  readonly gatekeeper: Gatekeeper;
}

const OPERATIONS: Readonly<Record<string, string>> = { PUT: 'PutObject', GET: 'GetObject' };

function listing(objects: Awaited<ReturnType<ObjectStore['list']>>): string {
  const page = objects.slice(0, MAX_KEYS);
  const contents = page.map(
    ({ key, bytes }) => `<Contents><Key>${escaped(key)}</Key><Size>${bytes}</Size></Contents>`,
  );
  const last = page.at(-1)?.key ?? '';
  const next =
    page.length < objects.length
      ? `<NextContinuationToken>${Buffer.from(last).toString('base64url')}</NextContinuationToken>`
      : '';
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>${contents.join('')}${next}</ListBucketResult>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
