import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCallSigner } from '../../../lambdas/adapters/aws/signature.ts';
import { Sha256 } from '../../builders/aws-signer.ts';

const word = fc.stringMatching(/^[A-Za-z0-9]{1,20}$/);
const host = fc.stringMatching(/^[a-z0-9-]{1,20}(\.[a-z]{2,8}){1,3}(:[1-9][0-9]{1,3})?$/);

it('any call is signed as AWS’s own signer signs it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        credentials: fc.record(
          {
            accessKeyId: word,
            secretAccessKey: fc.string({ minLength: 1 }),
            sessionToken: fc.stringMatching(/^[A-Za-z0-9+/=]{1,60}$/),
          },
          { requiredKeys: ['accessKeyId', 'secretAccessKey'], noNullPrototype: true },
        ),
        service: word,
        region: word,
        calls: fc.array(
          fc.record({
            host,
            target: fc.stringMatching(/^[A-Za-z0-9_]{1,20}\.[A-Za-z]{1,20}$/),
            contentType: fc.constantFrom(
              'application/x-amz-json-1.0',
              'application/x-amz-json-1.1',
            ),
            body: fc.string({ unit: 'grapheme' }),
            // Signers of both kinds live on while days change.
            nowMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
      async ({ credentials, service, region, calls }) => {
        const sign = createCallSigner(service, region, credentials);
        // The header with the body's hash is for S3: the signature is over the hash in any case.
        const applyChecksum = false;
        const given = { service, region, credentials, sha256: Sha256, applyChecksum };
        const theirs = new SignatureV4(given);
        for (const call of calls) {
          const request = new HttpRequest({
            method: 'POST',
            protocol: 'https:',
            hostname: call.host,
            path: '/',
            headers: {
              host: call.host,
              'content-type': call.contentType,
              'x-amz-target': call.target,
            },
            body: call.body,
          });
          const signed = await theirs.sign(request, { signingDate: new Date(call.nowMs) });
          const { host: _, ...headers } = signed.headers;
          const ours = sign(call);
          const pairs = ours.flatMap((name, index) =>
            index % 2 === 0 ? [[name, ours[index + 1]]] : [],
          );
          expect(Object.fromEntries(pairs)).toEqual(headers);
        }
      },
    ),
  );
});
