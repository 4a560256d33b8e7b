// What tenants give to the API: PEM, and bodies that are nothing but faults. For each setting of an endpoint the worst of
// 256 KB. A new setting without an entry fails here.
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import {
  blocksOf,
  endpointTlsSchema,
  MAX_BUNDLE_LENGTH,
  MAX_PEM_STEPS,
} from '../../lambdas/core/destinations/http/tls.ts';
import { endpointInputSchema } from '../../lambdas/core/endpoints/endpoint.ts';
import { SETTING_NAMES } from '../../lambdas/core/endpoints/settings/all.ts';
import { faultsOf, MAX_FAULTS } from '../../lambdas/core/faults.ts';
import { MAX_FAULTS_LENGTH, Problem } from '../../lambdas/core/problem.ts';
import { broughtKeySchema } from '../../lambdas/core/signing/key-input.ts';
import { Steps } from '../../lambdas/core/steps.ts';
import { type ApiService, startApiService } from '../builders/api-service.ts';
import { list, MAX_BYTES, smallOnesOf } from './attacks/parts.ts';
import { BROUGHT_KEY_ATTACKS, PEM_ATTACKS } from './attacks/pem.ts';
import { SETTING_ATTACKS } from './attacks/settings.ts';

test('every PEM field and every setting has an attack', () => {
  const fields = Object.keys(endpointTlsSchema.shape).filter((name) => name !== 'minVersion');
  expect(fields.filter((name) => !(name in PEM_ATTACKS))).toEqual([]);
  const noText = [
    'tls',
    'contract',
    'method',
    'verifyUrl',
    'polling',
    'ownSignature',
    'signingKey',
    'timingHeaders',
  ];
  const known = [...Object.keys(SETTING_ATTACKS), ...noText, 'timeoutMs', 'maxPerSecond'];
  expect([...SETTING_NAMES].filter((name) => !known.includes(name))).toEqual([]);
  const brought = Object.keys(broughtKeySchema.shape).filter((name) => !/Seconds$/.test(name));
  expect(brought).toEqual(['privateKey']);
  const texts = [...Object.entries(PEM_ATTACKS), ['privateKey', BROUGHT_KEY_ATTACKS] as const];
  expect(smallOnesOf([...texts, ...Object.entries(SETTING_ATTACKS)])).toEqual([]);
});

describe('PEM in the privateKey of a signing key', () => {
  it.each(BROUGHT_KEY_ATTACKS.map((text) => [text.slice(0, 40), text]))(
    '%j is refused, unread where it is too long',
    (_, text) => {
      const tooLong = broughtKeySchema.safeParse({ privateKey: text });
      // Its length alone: had it been read as well, there were two.
      expect(tooLong.error?.issues.map(({ code }) => code)).toEqual(['too_big']);
      const most = text.slice(0, 16 * 1024);
      expect(broughtKeySchema.safeParse({ privateKey: most }).success).toBe(false);
    },
  );
});

describe.each(Object.entries(PEM_ATTACKS))('PEM in %s', (field, texts) => {
  it.each(texts.map((text) => [text.slice(0, 40), text]))(
    '%j is refused in few steps',
    (_, text) => {
      const tooLong = endpointTlsSchema.safeParse({ [field]: text });
      expect(tooLong.error?.issues.filter(({ path }) => path[0] === field)).toHaveLength(1);
      const most = text.slice(0, field === 'ca' ? MAX_BUNDLE_LENGTH : 16 * 1024);
      expect(endpointTlsSchema.safeParse({ [field]: most }).success).toBe(false);
      const steps = new Steps(MAX_PEM_STEPS);
      blocksOf(most, steps);
      blocksOf(text, new Steps(MAX_PEM_STEPS));
      expect(steps.taken).toBeLessThanOrEqual(MAX_PEM_STEPS);
    },
  );
});

describe.each(Object.entries(SETTING_ATTACKS))('256 KB in the setting %s', (name, values) => {
  it.each(values.map((value, index) => [index, value] as const))(
    '%i are refused with few faults',
    (_, value) => {
      expect(JSON.stringify(value).length).toBeGreaterThan(MAX_BYTES / 4);
      const schema = endpointInputSchema({
        allowHttp: true,
        allowPrivate: true,
        allowedPorts: 'any',
      });
      const parsed = schema.safeParse({ url: 'https://acme.io', [name]: value });
      expect(parsed.success).toBe(false);
      const faults = parsed.error ? faultsOf(parsed.error) : [];
      expect(faults.length).toBeLessThanOrEqual(MAX_FAULTS);
    },
  );
});

test('an answer is small, however long the names are that its faults quote', () => {
  const name = 'a'.repeat(100_000);
  const faults = list(100, (n) => ({ path: `/${name}/${n}`, message: `is not ${name}` }));
  const document = JSON.stringify(new Problem(422, 'Faults.', faults).toDocument());
  expect(document.length).toBeLessThan(2 * MAX_FAULTS_LENGTH);
  // A batch of a hundred is within what a function may answer.
  expect(100 * document.length).toBeLessThan(6_000_000);
});

describe('a body that is nested too deep', () => {
  let service: ApiService;
  beforeAll(async () => {
    service = await startApiService();
  });
  afterAll(() => service.stop());
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;

  it.each<['acme' | 'operator', string, string, string]>([
    ['acme', 'POST', '/v1/filters/test', `{"filter":${deep},"data":{}}`],
    ['acme', 'POST', '/v1/filters/test', `{"filter":{"a":[1]},"data":${deep}}`],
    ['acme', 'POST', '/v1/endpoints', `{"url":"https://acme.io","filter":${deep}}`],
    ['acme', 'POST', '/v1/endpoints', `{"url":"https://acme.io","contractOptions":${deep}}`],
    ['operator', 'PUT', '/v1/event-types/deep', `{"schema":${deep}}`],
    ['operator', 'PUT', '/v1/event-types/deep', `{"example":${deep}}`],
  ])('is refused for that, by %s at %s %s', async (who, method, path, body) => {
    const { status, json } = await service[who](method, path, body);
    expect(status).toBe(422);
    expect(json.errors).toHaveLength(1);
    expect(json.errors[0].message).toContain('nested deeper');
  });
});

test('a filter that is over its budget says so when it is tried', async () => {
  const service = await startApiService();
  try {
    const filter = { a: list(20, (n) => ({ wildcard: `*${n}*x*` })) };
    const body = { filter, data: { a: '0123456789'.repeat(20_000) } };
    const { status, json } = await service.acme('POST', '/v1/filters/test', body);
    expect([status, json.matches]).toEqual([200, false]);
    expect(json.failures).toEqual([{ path: '', message: expect.stringContaining('steps') }]);
  } finally {
    await service.stop();
  }
});
