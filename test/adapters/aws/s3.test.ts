// Our calls of S3: signed as AWS's own signer signs them, and over the emulator, which checks signatures.
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createS3 } from '../../../lambdas/adapters/aws/s3.ts';
import { createRequestSigner } from '../../../lambdas/adapters/aws/signature.ts';
import { Gatekeeper } from '../../../local/gate/gatekeeper.ts';
import { Meter } from '../../../local/gate/meter.ts';
import { startS3 } from '../../../local/s3/emulator.ts';
import { Sha256 } from '../../builders/aws-signer.ts';
import { temporaryFolder } from '../../local/emulators.ts';

const credentials = {
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'to/ken=',
};
const NOW_MS = Date.parse('2026-11-30T09:30:00Z');

it.each([
  ['PUT', '/attempts/dt%3D2026-11-30/hour%3D09/1-2-abc.gz', {}],
  [
    'GET',
    '/',
    { 'list-type': '2', prefix: 'attempts/dt=2026-11-30/', 'continuation-token': 'a+b/c=' },
  ],
])('a %s of %s is signed as AWS’s own signer signs it', async (method, path, query) => {
  const bodyHash = 'a'.repeat(64);
  const headers = {
    host: 'bucket.s3.eu-central-1.amazonaws.com',
    'x-amz-content-sha256': bodyHash,
  };
  const search = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const ours = createRequestSigner(
    's3',
    'eu-central-1',
    credentials,
  )({
    method,
    path,
    search,
    headers,
    bodyHash,
    nowMs: NOW_MS,
  });
  const theirs = await new SignatureV4({
    service: 's3',
    region: 'eu-central-1',
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
  }).sign(
    new HttpRequest({ method, protocol: 'https:', hostname: headers.host, path, query, headers }),
    { signingDate: new Date(NOW_MS) },
  );
  const sent = Object.fromEntries(
    Array.from({ length: ours.length / 2 }, (_, n) => [ours[2 * n], ours[2 * n + 1]]),
  );
  expect(sent.authorization).toBe(theirs.headers.authorization);
  expect(sent['x-amz-security-token']).toBe('to/ken=');
});

describe('over the emulator', () => {
  const folder = temporaryFolder();
  const gatekeeper = new Gatekeeper(new Meter());
  let emulator: Awaited<ReturnType<typeof startS3>>;
  const bucket = 'archive';

  beforeAll(async () => {
    emulator = await startS3(folder.path, gatekeeper);
    emulator.serve([bucket]);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', emulator.url);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', gatekeeper.host.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', gatekeeper.host.secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', '');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await emulator.close();
    folder.remove();
  });

  const keys = [
    'attempts/dt=2026-11-30/hour=09/1-2-a.gz',
    'attempts/dt=2026-11-30/hour=10/x (1)!.gz',
  ];

  it('an object is got as it was put, and listed by its prefix', async () => {
    const s3 = createS3();
    const body = Buffer.from([0, 1, 2, 255]);
    for (const Key of keys) await s3.call('PutObject', { Bucket: bucket, Key, Body: body });
    for (const Key of keys) {
      const got = await s3.call('GetObject', { Bucket: bucket, Key });
      expect(Buffer.from(got.Body)).toEqual(body);
    }
    const found = await s3.call('ListObjectsV2', {
      Bucket: bucket,
      Prefix: 'attempts/dt=2026-11-30/hour=09/',
    });
    expect(found.Contents).toEqual([{ Key: keys[0], Size: 4 }]);
    const all = await s3.call('ListObjectsV2', { Bucket: bucket, Prefix: 'attempts/' });
    expect(all.Contents.map(({ Key }) => Key)).toEqual(keys);
  });

  it('a listing goes on page by page', async () => {
    const s3 = createS3();
    const many = Array.from({ length: 1_001 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
    for (const Key of many)
      await s3.call('PutObject', { Bucket: bucket, Key, Body: Buffer.from('x') });
    const first = await s3.call('ListObjectsV2', { Bucket: bucket, Prefix: 'many/' });
    expect(first.Contents).toHaveLength(1_000);
    const rest = await s3.call('ListObjectsV2', {
      Bucket: bucket,
      Prefix: 'many/',
      ContinuationToken: first.NextContinuationToken,
    });
    expect([...first.Contents, ...rest.Contents].map(({ Key }) => Key)).toEqual(many);
    expect(rest.NextContinuationToken).toBeUndefined();
  });

  it('what is refused is an error that says why', async () => {
    const s3 = createS3();
    await expect(s3.call('GetObject', { Bucket: bucket, Key: 'none' })).rejects.toThrow(
      '404 NoSuchKey',
    );
    await expect(s3.call('GetObject', { Bucket: 'other', Key: 'none' })).rejects.toThrow(
      'NoSuchBucket',
    );
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another');
    await expect(
      createS3().call('GetObject', { Bucket: bucket, Key: keys[0] ?? '' }),
    ).rejects.toThrow('403 AccessDenied');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', gatekeeper.host.secretAccessKey);
  });
});
