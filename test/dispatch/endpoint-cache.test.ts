import { describe, expect, it, vi } from 'vitest';
import type { Registry } from '../../lambdas/adapters/registry/registry.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { DEFAULT_NOTICE_SETTINGS } from '../../lambdas/core/notices/settings.ts';
import { seal, sealingKeyFrom, soleKey } from '../../lambdas/core/sealing/seal.ts';
import { createEndpointCache } from '../../lambdas/dispatch/endpoint-cache.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { fixedSurroundings, only } from '../builders/ports.ts';

const KEY = soleKey(sealingKeyFrom('k'.repeat(64)));
const UNREADABLE = 'unreadable';
const SCOPE = { tenant: 'acme', environment: 'live' } as const;

function sealed(id: string, secret: string, sealedFor = id): Endpoint {
  const place = { ...SCOPE, id: sealedFor, purpose: 'secret' };
  return anEndpoint({ id, sealedSecrets: [seal(KEY, place, secret, Buffer.alloc(12, 1))] });
}

const WORDS = { 'endpoint.paused': { title: '{{name}} ist angehalten', text: '' } };

function world(...endpoints: Endpoint[]) {
  const stored = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  const surroundings = fixedSurroundings();
  let reads = 0;
  let settingsReads = 0;
  const cache = createEndpointCache({
    registry: only<Registry>({
      getEndpoints: async (refs) => {
        reads++;
        return new Map(
          refs.flatMap(({ id }) => {
            const endpoint = stored.get(id);
            return endpoint ? [[id, endpoint] as const] : [];
          }),
        );
      },
      getTenant: async (id) => {
        if (id === UNREADABLE) throw new Error('throttled');
        return { id, name: 'Acme', createdAtMs: 0 };
      },
      getNoticeSettings: async () => {
        settingsReads++;
        return { ...DEFAULT_NOTICE_SETTINGS, words: WORDS };
      },
    }),
    secrets: { sealingKey: async () => KEY },
    signingKeys: async () => [],
    surroundings,
  });
  const open = (...ids: string[]) => cache(ids.map((id) => ({ ...SCOPE, id })));
  const settingsRead = () => settingsReads;
  return { open, stored, surroundings, reads: () => reads, settingsRead };
}

describe('endpoints for dispatch', () => {
  it('come with their secrets opened and their tenant’s name', async () => {
    const { open } = world(sealed('ep_1', 'first'), sealed('ep_2', 'second'));
    const found = await open('ep_1', 'ep_2', 'ep_3');
    expect([...found.keys()]).toEqual(['ep_1', 'ep_2']);
    expect(found.get('ep_2')).toMatchObject({ tenantName: 'Acme', secrets: ['second'] });
  });

  it('of chats come with the URL that is their secret, all others without', async () => {
    const url = 'https://hooks.slack.com/services/T0/B0/abc';
    const slack = { ...sealed('ep_1', url), contract: 'slack' as const };
    const found = await world(slack, sealed('ep_2', 'second')).open('ep_1', 'ep_2');
    expect(found.get('ep_1')).toMatchObject({ url, endpoint: slack });
    expect(found.get('ep_2')).not.toHaveProperty('url');
  });

  it('of chats come with the tenant’s words for notices, read once a minute', async () => {
    const url = 'https://hooks.slack.com/services/T0/B0/abc';
    const slack = (id: string) => ({ ...sealed(id, url), contract: 'slack' as const });
    const { open, surroundings, settingsRead } = world(
      slack('ep_1'),
      slack('ep_2'),
      sealed('ep_3', 's'),
    );
    const found = await open('ep_1', 'ep_2', 'ep_3');
    expect(['ep_1', 'ep_2', 'ep_3'].map((id) => Object(found.get(id)).noticeWords)).toEqual([
      WORDS,
      WORDS,
      undefined,
    ]);
    surroundings.nowMs += 59_000;
    await open('ep_1');
    expect(settingsRead()).toBe(1);
    surroundings.nowMs += 2_000;
    await open('ep_2');
    expect(settingsRead()).toBe(2);
  });

  it('are read again after five seconds, so that a change takes effect', async () => {
    const { open, stored, surroundings, reads } = world(sealed('ep_1', 'old'));
    await open('ep_1');
    stored.set('ep_1', sealed('ep_1', 'new'));
    surroundings.nowMs += 4_999;
    expect((await open('ep_1')).get('ep_1')).toMatchObject({ secrets: ['old'] });
    surroundings.nowMs += 1;
    expect((await open('ep_1')).get('ep_1')).toMatchObject({ secrets: ['new'] });
    expect(reads()).toBe(2);
  });

  it('that are deleted come without secrets: what was sealed for them may be gone', async () => {
    const deleted = { ...sealed('ep_1', 'gone'), deletedAtMs: 1, sealedSecrets: [] };
    expect((await world(deleted).open('ep_1')).get('ep_1')).toEqual({
      isDeleted: true,
      endpoint: deleted,
    });
  });

  // Regression: one secret that did not open failed the deliveries of all others in its batch.
  it('whose secret does not open are missing, and hold up nobody else', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { open } = world(sealed('ep_1', 'moved', 'ep_other'), sealed('ep_2', 'sound'));
    const found = await open('ep_1', 'ep_2');
    expect([...found.keys()]).toEqual(['ep_2']);
    expect(JSON.stringify(logged.mock.calls)).toContain('ep_1');
    logged.mockRestore();
  });

  it('whose tenant cannot be read are missing, and hold up no other tenant’s', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const place = { ...SCOPE, tenant: UNREADABLE, id: 'ep_1', purpose: 'secret' };
    const sealedSecrets = [seal(KEY, place, 'sound', Buffer.alloc(12, 1))];
    const unreadable = anEndpoint({ tenant: UNREADABLE, id: 'ep_1', sealedSecrets });
    const { open } = world(unreadable, sealed('ep_2', 'sound'));
    const found = await open('ep_1', 'ep_2');
    expect([...found.keys()]).toEqual(['ep_2']);
    expect(JSON.stringify(logged.mock.calls)).toContain('throttled');
    logged.mockRestore();
  });
});
