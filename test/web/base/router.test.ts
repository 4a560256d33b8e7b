import { beforeAll, describe, expect, it } from 'vitest';
import { ALL_TENANTS, href, routeOf } from '../../../web/src/base/router.ts';

describe('an address', () => {
  beforeAll(() => {
    Object.assign(globalThis, { location: { hash: '#/acme/test/endpoints' } });
  });

  it.each<[string, string | undefined, string, string[]]>([
    ['', undefined, 'live', []],
    ['#/acme/test/endpoints/ep_1', 'acme', 'test', ['endpoints', 'ep_1']],
    [`#/${ALL_TENANTS}/live/tenants`, undefined, 'live', ['tenants']],
    ['#/acme/elsewhere/events', 'acme', 'live', ['events']],
    ['#/acme/live/event-types/a%2Fb%', 'acme', 'live', ['event-types', 'a%2Fb%']],
  ])('%s', (hash, tenant, environment, path) => {
    expect(routeOf(hash)).toMatchObject({ scope: { tenant, environment }, path });
  });

  it('keeps what it is made of, whatever a subject holds', () => {
    const address = href(['events', 'a/b?c#d'], { subject: '50% <b> & ?#/ نموذج', type: '' });
    const { scope, path, query } = routeOf(address);
    expect(scope).toEqual({ tenant: 'acme', environment: 'test' });
    expect(path).toEqual(['events', 'a/b?c#d']);
    expect([...query]).toEqual([['subject', '50% <b> & ?#/ نموذج']]);
  });

  it('names another tenant, or none', () => {
    expect(href(['overview'], {}, { tenant: 'other' })).toBe('#/other/test/overview');
    expect(href(['overview'], {}, { tenant: undefined })).toBe(`#/${ALL_TENANTS}/test/overview`);
  });
});
