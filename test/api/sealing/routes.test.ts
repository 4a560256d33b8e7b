// Sealing anew under another version of the key: page by page, as often as one likes, while others work.

import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import {
  createKeyringStore,
  generatePrivateKey,
} from '../../../lambdas/adapters/registry/keyring.ts';
import { withTokens } from '../../../lambdas/adapters/registry/tokens.ts';
import { sealedValuesOf } from '../../../lambdas/core/resealing/sealed-values.ts';
import { newWalk, walkOn } from '../../../lambdas/core/resealing/walk.ts';
import { authenticationPlace, secretPlace } from '../../../lambdas/core/sealing/places.ts';
import { type SealingKeys, seal, unseal, versionOf } from '../../../lambdas/core/sealing/seal.ts';
import { keyPlace } from '../../../lambdas/core/signing/key-input.ts';
import { type ApiService, SEALING_KEY, startApiService } from '../../builders/api-service.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const ONE = SEALING_KEY.keys.get(1) ?? Buffer.alloc(0);
const BOTH: SealingKeys = {
  current: 2,
  keys: new Map([...SEALING_KEY.keys, [2, randomBytes(32)]]),
};
const NEW_ALONE: SealingKeys = {
  current: 2,
  keys: new Map([...BOTH.keys].filter(([version]) => version === 2)),
};

let service: ApiService;
beforeEach(async () => {
  service = await startApiService();
});
afterEach(() => service?.stop());

const create = async (ask = service.acme): Promise<string> => {
  const { json } = await ask('POST', '/v1/endpoints', {
    url: 'https://hooks.example.org/',
    authentication: [{ type: 'bearer', token: `token-${randomBytes(9).toString('hex')}` }],
  });
  return json.id;
};

function ports() {
  return {
    registry: service.registry,
    endpoints: service.registry,
    templates: service.templates,
    keyring: createKeyringStore(tableOf(service.dynamoDb, 'registry')),
    surroundings: service.surroundings,
  };
}

describe('a walk', () => {
  it('reaches signing keys, every tenant, both environments, retired secrets and what older versions left of deleted endpoints', async () => {
    const operator = await service.keyOf('_posthorn', 'live');
    const ids = [await create(), await create(service.acmeTest), await create(service.globex)];
    await create(operator);
    const deleted = await create();
    const whole = await service.registry.getEndpoint(LIVE, deleted);
    if (whole) await service.registry.rewrite(whole, { ...whole, deletedAtMs: 1 });
    await service.acme('POST', `/v1/endpoints/${ids[0]}/rotate-secret`, { overlapSeconds: 3600 });
    const keyring = createKeyringStore(tableOf(service.dynamoDb, 'registry'));
    const pem = await generatePrivateKey('Ed25519');
    const sealed = seal(SEALING_KEY, keyPlace('sk_1'), pem, randomBytes(12));
    const key = { id: 'sk_1', algorithm: 'Ed25519', origin: 'generated', publicKey: '' } as const;
    await keyring.replace(await keyring.read(), [
      { ...key, sealedPrivateKey: sealed, createdAtMs: 0, signsFromMs: 0 },
    ]);

    const walk = await walkOn(ports(), BOTH, newWalk(2, 0), () => false);
    expect(walk).toMatchObject({ walked: 6, resealed: 6, left: 0 });
    expect(walk.at).toBeUndefined();
    const [stored] = (await keyring.read()).keys;
    expect(unseal(NEW_ALONE, keyPlace('sk_1'), stored?.sealedPrivateKey ?? '')).toBe(pem);
    const tombstone = await service.registry.getEndpoint(LIVE, deleted);
    expect(tombstone && sealedValuesOf(tombstone).map(versionOf)).toEqual([2, 2, 2]);
    const rotated = await service.registry.getEndpoint(LIVE, ids[0] ?? '');
    expect(rotated && sealedValuesOf(rotated).map(versionOf)).toEqual([2, 2, 2, 2]);
    // Nothing that anybody sees has changed.
    expect(rotated?.version).toBe(2);

    const again = await walkOn(ports(), BOTH, newWalk(2, 0), () => false);
    expect(again).toMatchObject({ walked: 6, resealed: 0, left: 0 });
  });

  it('goes on where it stopped, page by page', async () => {
    for (let count = 0; count < 120; count++) await create();
    let walk = newWalk(2, 0);
    let calls = 0;
    while (walk.at) {
      walk = await walkOn(ports(), BOTH, walk, () => true);
      calls++;
    }
    expect(walk).toMatchObject({ walked: 120, resealed: 120, left: 0 });
    expect(calls).toBeGreaterThan(3);
  });

  it('gives way to a change that comes between, and seals what it made', async () => {
    const id = await create();
    const sealedEndpoints = service.registry;
    let meddled = false;
    const walk = await walkOn(
      {
        ...ports(),
        endpoints: {
          listAll: sealedEndpoints.listAll,
          rewrite: async (before, after) => {
            if (!meddled) {
              meddled = true;
              const changed = await service.acme('PATCH', `/v1/endpoints/${id}`, {
                description: 'new',
              });
              expect(changed.status).toBe(200);
            }
            return sealedEndpoints.rewrite(before, after);
          },
        },
      },
      BOTH,
      newWalk(2, 0),
      () => false,
    );
    expect(walk).toMatchObject({ resealed: 1, left: 0 });
    const stored = await service.registry.getEndpoint(LIVE, id);
    expect(stored?.description).toBe('new');
    expect(stored && sealedValuesOf(stored).map(versionOf)).toEqual([2, 2, 2]);
  });

  it('seals a token that stands open from before tokens were sealed', async () => {
    const id = await create();
    const made = await service.registry.getEndpoint(LIVE, id);
    if (!made) throw new Error('not stored');
    expect(made.token).toBeUndefined();
    const { sealedToken, ...rest } = made;
    const before = { ...rest, token: 'wh_open-from-before' };
    await service.registry.replaceEndpoint(made, before);
    expect(await walkOn(ports(), BOTH, newWalk(2, 0), () => false)).toMatchObject({ resealed: 1 });
    const stored = await service.registry.getEndpoint(LIVE, id);
    expect(stored?.token).toBeUndefined();
    const vault = { secrets: { sealingKey: async () => BOTH }, surroundings: service.surroundings };
    const opening = withTokens(vault, service.registry);
    const opened = await opening.getEndpoint(LIVE, id);
    expect(opened?.token).toBe(before.token);
    // And it is changed as others are.
    if (!opened) throw new Error('not there');
    expect(await opening.replaceEndpoint(opened, { ...opened, description: 'new' })).toBe(true);
    const changed = await service.registry.getEndpoint(LIVE, id);
    expect(changed).toEqual({ ...stored, description: 'new' });
  });

  it('reaches templates, and endpoints whose credentials came from one', async () => {
    const authentication = [{ type: 'bearer', token: 'token-of-all-followers' }];
    const template = (
      await service.acme('POST', '/v1/templates', { name: 'all', settings: { authentication } })
    ).json.id;
    const made = await service.acme('POST', '/v1/endpoints', {
      url: 'https://hooks.example.org/',
      template: 'all',
    });
    // What it inherits becomes its own, sealed for the template still.
    const shown = (await service.acme('GET', `/v1/endpoints/${made.json.id}`)).json.authentication;
    const kept = { authentication: shown };
    expect((await service.acme('PATCH', `/v1/endpoints/${made.json.id}`, kept)).status).toBe(200);

    const walk = await walkOn(ports(), BOTH, newWalk(2, 0), () => false);
    expect(walk).toMatchObject({ walked: 2, resealed: 2, left: 0 });
    const stored = await service.templates.getTemplate(LIVE, template);
    const [sealed] = stored?.template.settings.authentication ?? [];
    const place = authenticationPlace({ ...LIVE, id: template });
    expect(unseal(NEW_ALONE, place, sealed?.sealedValue ?? '')).toContain('token-of-all');
    const again = await walkOn(ports(), BOTH, newWalk(2, 0), () => false);
    expect(again).toMatchObject({ walked: 2, resealed: 0, left: 0 });
  });

  it('counts what does not open as left, and leaves it as it is', async () => {
    const id = await create();
    const stored = await service.registry.getEndpoint(LIVE, id);
    if (!stored) throw new Error('not stored');
    const elsewhere = secretPlace({ ...stored, id: 'ep_other' });
    const moved = {
      ...stored,
      sealedSecrets: [seal(SEALING_KEY, elsewhere, 'whsec_x', randomBytes(12))],
    };
    await service.registry.replaceEndpoint(stored, moved);
    const walk = await walkOn(ports(), BOTH, newWalk(2, 0), () => false);
    expect(walk).toMatchObject({ walked: 1, resealed: 0, left: 1 });
    expect(await service.registry.getEndpoint(LIVE, id)).toEqual(moved);
  });
});

describe('POST /v1/sealing-keys/reseal', () => {
  it('is the operator’s alone', async () => {
    for (const [method, path] of [
      ['POST', '/v1/sealing-keys/reseal'],
      ['GET', '/v1/sealing-keys'],
    ] as const) {
      expect((await service.acme(method, path)).status).toBe(403);
    }
  });

  it('says that others are unused only of a walk that began after every function knew', async () => {
    for (let count = 0; count < 3; count++) await create();
    service.sealing.keys = BOTH;
    service.sealing.changedAtMs = service.clock.nowMs;
    const operator = service.operator;
    const first = await operator('POST', '/v1/sealing-keys/reseal');
    expect(first.json).toMatchObject({ current: 2, walked: 3, resealed: 3, left: 0, next: null });
    expect(first.json.othersUnused).toBe(false);
    service.clock.nowMs = Date.parse(first.json.settledAt);
    const second = await operator('POST', '/v1/sealing-keys/reseal');
    expect(second.json).toMatchObject({ walked: 3, resealed: 0, left: 0, othersUnused: true });
    expect((await operator('GET', '/v1/sealing-keys')).json).toMatchObject({
      current: 2,
      versions: [1, 2],
      settledAt: first.json.settledAt,
    });
    // And so the old one may go.
    service.sealing.keys = NEW_ALONE;
    for (const { id } of (await service.acme('GET', '/v1/endpoints')).json.data) {
      expect((await service.acme('GET', `/v1/endpoints/${id}/secret`)).status).toBe(200);
    }
  });

  it('begins anew when the cursor is of another version, and refuses what is none', async () => {
    await create();
    const walk = { ...newWalk(7, 0), walked: 999 };
    const cursor = Buffer.from(JSON.stringify(walk)).toString('base64url');
    const { json } = await service.operator('POST', '/v1/sealing-keys/reseal', { cursor });
    expect(json).toMatchObject({ current: 1, walked: 1 });
    const refusal = await service.operator('POST', '/v1/sealing-keys/reseal', { cursor: 'x' });
    expect(refusal.json.errors).toEqual([
      { path: '/cursor', message: 'is not a cursor of this route' },
    ]);
  });

  it('never shows a key', async () => {
    service.sealing.keys = BOTH;
    const answers = [
      await service.operator('GET', '/v1/sealing-keys'),
      await service.operator('POST', '/v1/sealing-keys/reseal'),
    ];
    const told = JSON.stringify(answers.map(({ json }) => json));
    for (const key of [ONE, BOTH.keys.get(2) ?? ONE]) {
      for (const form of ['hex', 'base64', 'base64url'] as const) {
        expect(told).not.toContain(key.toString(form));
      }
    }
  });
});
