// Whatever settings saving accepts go together: no header stands twice, none is lost, all verify.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTRACT_NAMES, contractOf } from '../../../lambdas/core/contracts/all.ts';
import { STRICT_RULES } from '../../../lambdas/core/destinations/http/url.ts';
import { headerOf } from '../../../lambdas/core/endpoints/authentication.ts';
import { endpointInputSchema } from '../../../lambdas/core/endpoints/endpoint.ts';
import { publicPem } from '../../builders/contracts.ts';
import { tryForm } from '../contracts/form.ts';
import { verifiesMessage, verifiesV1a } from '../contracts/independent-verifiers.ts';

const schema = endpointInputSchema(STRICT_RULES);
const NAMES = [
  'webhook-id',
  'Webhook-Signature',
  'X-Webhook-Signature',
  'X-Webhook-ID',
  'Idempotency-Key',
  'Authorization',
  'User-Agent',
  'Posthorn-Attempt',
  'Content-Digest',
  'X-New',
  'X-Other',
];
/** A mail has recipients, and none of these settings. */
const WITH_URL = CONTRACT_NAMES.filter((contract) => contract !== 'email');
const name = fc.constantFrom(...NAMES);
const input = fc.record({
  url: fc.constant('https://receiver.example.com/hooks/1?a=b'),
  contract: fc.constantFrom(...WITH_URL),
  signatures: fc.uniqueArray(
    fc.constantFrom(
      { scheme: 'http-message' },
      { scheme: 'v1a' },
      { scheme: 'standard-webhooks' },
      { scheme: 'kyc-hmac' },
      { scheme: 'bronid' },
      { scheme: 'idnow' },
      { scheme: 'idnow', headerName: 'X-New' },
    ),
    { maxLength: 4, selector: ({ scheme }) => scheme },
  ),
  ownSignature: fc.boolean(),
  timingHeaders: fc.boolean(),
  renameHeaders: fc.dictionary(name, name, { maxKeys: 2 }),
  headers: fc.dictionary(name, fc.constant('custom'), { maxKeys: 2 }),
  authentication: fc.array(
    fc.oneof(
      fc.constant({ type: 'bearer', token: 'abc' }),
      name.map((header) => ({ type: 'header', name: header, value: 'abc' })),
    ),
    { maxLength: 2 },
  ),
});

describe('an endpoint’s settings', () => {
  it('either are refused with a fault, or send every header once', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(input, async (wanted) => {
        const parsed = schema.safeParse(wanted);
        if (!parsed.success) {
          expect(parsed.error.issues.length).toBeGreaterThan(0);
          return;
        }
        accepted++;
        const { contract, headers, signatures, ownSignature, timingHeaders, renameHeaders } =
          parsed.data;
        const authentication = parsed.data.authentication.map(headerOf);
        const formed = await tryForm(contract, {
          endpoint: { headers, signatures, ownSignature, timingHeaders, renameHeaders },
          moment: { ownSignature },
          authentication,
        });
        if (formed.kind !== 'formed') throw new Error(formed.reason);
        const sent = formed.headers.map(([header]) => header.toLowerCase());
        expect(new Set(sent).size).toBe(sent.length);
        const renames = new Map(
          Object.entries(renameHeaders).map(([from, to]) => [from.toLowerCase(), to.toLowerCase()]),
        );
        const own = contractOf(contract)
          .headerNames(contractOf(contract).optionsSchema.parse({}))
          .map((header) => renames.get(header) ?? header);
        if (ownSignature) expect(sent).toEqual(expect.arrayContaining(own));
        for (const [header, value] of [...Object.entries(headers), ...authentication]) {
          expect(formed.headers).toContainEqual([header, value]);
        }
        const url = 'https://receiver.example.com/hooks/1?a=b';
        const received = { method: 'POST', url, rawHeaders: formed.headers, body: formed.body };
        const schemes = signatures.map(({ scheme }) => scheme);
        if (schemes.includes('http-message')) {
          expect(await verifiesMessage(received, () => publicPem('Ed25519'))).toBe(true);
        }
        if (schemes.includes('v1a') && renames.size === 0) {
          expect(verifiesV1a(received, publicPem('Ed25519'))).toBe(true);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});
