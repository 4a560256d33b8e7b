import { describe, expect, it } from 'vitest';
import { type Endpoint, endpointInputSchema } from '../../../lambdas/core/endpoints/endpoint.ts';
import { SHARED_SETTINGS } from '../../../lambdas/core/endpoints/settings/all.ts';
import { following } from '../../../lambdas/core/templates/following.ts';
import {
  type Template,
  withoutInherited,
  withTemplate,
} from '../../../lambdas/core/templates/template.ts';

const SCOPE = { tenant: 'acme', environment: 'live' } as const;
const schema = endpointInputSchema({ allowHttp: false, allowPrivate: false, allowedPorts: [443] });

const plain: Endpoint = {
  ...SCOPE,
  id: 'ep_1',
  destination: { kind: 'http', urls: [{ url: 'https://hooks.acme.com/' }] },
  contract: 'standard-webhooks',
  contractOptions: {},
  eventTypes: [],
  channels: [],
  method: 'POST',
  headers: {},
  timeoutMs: 10_000,
  autoPause: true,
  description: '',
  sealedSecrets: ['sealed'],
  maskedSecret: '****',
  createdAtMs: 1,
  version: 1,
};
const aTemplate = (settings: Partial<Endpoint>): Template => ({
  ...SCOPE,
  id: 'tpl_1',
  name: 'partners',
  settings: { contract: 'standard-webhooks', contractOptions: {}, ...settings },
  given: Object.keys(settings),
  createdAtMs: 1,
  updatedAtMs: 1,
  version: 1,
});

describe('the settings of an endpoint', () => {
  it('are stored with one that follows a template if templates do not share them', () => {
    const names = Object.keys(schema.shape).filter((name) => name !== 'secret'); // never stored
    const whole = { ...plain, ...Object.fromEntries(names.map((name) => [name, 'given'])) };
    const stored = withoutInherited({ ...whole, template: 'tpl_1', own: [] });
    expect(names.filter((name) => name in stored)).toEqual(
      names.filter((name) => !SHARED_SETTINGS.has(name)),
    );
  });

  it('that nobody gives are what an endpoint without a template has', () => {
    const follower = following(plain, aTemplate({}), []);
    const { template, own, ...rest } = follower;
    expect(rest).toEqual(plain);
    const { contract, ...defaults } = schema.parse({ url: 'https://hooks.acme.com/' });
    for (const [name, value] of Object.entries(rest)) {
      if (name in defaults && SHARED_SETTINGS.has(name)) {
        expect([name, value]).toEqual([name, defaults[name as keyof typeof defaults]]);
      }
    }
  });
});

describe('an endpoint that follows a template', () => {
  const template = aTemplate({ timeoutMs: 3_000, headers: { A: '1' }, eventTypes: ['a.*'] });

  it('has its own settings first, then the template’s', () => {
    const follower = following({ ...plain, headers: { B: '2' } }, template, ['headers', 'url']);
    expect(follower).toMatchObject({
      headers: { B: '2' },
      timeoutMs: 3_000,
      eventTypes: ['a.*'],
      own: ['contract', 'headers'],
    });
  });

  it('is stored without what it inherits, in the same text whatever the template says', () => {
    const follower = following({ ...plain, headers: { B: '2' } }, template, ['headers']);
    const stored = JSON.stringify(withoutInherited(follower));
    expect(stored).not.toContain('3000');
    for (const other of [template, aTemplate({ timeoutMs: 9_000, maxPerSecond: 2 }), undefined]) {
      const read = withTemplate(JSON.parse(stored) as Endpoint, other);
      expect(JSON.stringify(withoutInherited(read))).toBe(stored);
    }
  });

  it('regression: keeps what newer code stored with it, and inherits nothing that only newer code knows', () => {
    const stored = { ...withoutInherited(following(plain, template, [])), newMember: 1 };
    const newer = { ...template, settings: { ...template.settings, newSetting: 2 } };
    const read = withTemplate(stored, newer);
    expect(read).toMatchObject({ newMember: 1, timeoutMs: 3_000 });
    expect(read).not.toHaveProperty('newSetting');
    expect(JSON.stringify(withoutInherited(read))).toBe(JSON.stringify(stored));
  });

  it('gets a changed template whole: what was taken out of it is gone', () => {
    const stored = withoutInherited(following(plain, template, []));
    const after = withTemplate(stored, aTemplate({ maxPerSecond: 5 }));
    expect(after).toMatchObject({
      maxPerSecond: 5,
      timeoutMs: 10_000,
      headers: {},
      eventTypes: [],
    });
  });

  it('of another contract keeps its own options', () => {
    const options = { contract: 'kyc-hmac', contractOptions: { signedContent: 'body' } } as const;
    const other = aTemplate({ ...options, timeoutMs: 3_000 });
    const follower = following(plain, other, []);
    expect(follower).toMatchObject({
      contract: 'standard-webhooks',
      contractOptions: {},
      timeoutMs: 3_000,
    });
    const same = following({ ...plain, ...options, contractOptions: {} }, other, []);
    expect(same.contractOptions).toEqual({ signedContent: 'body' });
  });

  it('opens inherited credentials in the template’s place', () => {
    const sealed = { name: 'Authorization', sealedValue: 'x', shown: { type: 'bearer' } };
    const follower = following(plain, aTemplate({ authentication: [sealed] }), []);
    expect(follower.authentication).toEqual([{ ...sealed, sealedFor: 'tpl_1' }]);
  });
});
