// A new setting is one declaration: what requests may give, what is stored, inherited and shown, and what the
// OpenAPI document says of it, follows.
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { STRICT_RULES } from '../../../lambdas/core/destinations/http/url.ts';
import { endpointInputSchema } from '../../../lambdas/core/endpoints/endpoint.ts';
import { SETTINGS } from '../../../lambdas/core/endpoints/settings/all.ts';
import {
  changesShape,
  type Declarations,
  exampleSettings,
  inputShape,
  keptSettings,
  shownSettings,
  shownShape,
  templateChangesShape,
  templateShape,
} from '../../../lambdas/core/endpoints/settings/setting.ts';
import { soleKey } from '../../../lambdas/core/sealing/seal.ts';
import {
  type Template,
  withoutInherited,
  withTemplate,
} from '../../../lambdas/core/templates/template.ts';
import { createJsonSchemas } from '../../../scripts/openapi/json-schemas.ts';
import { destinationAt } from '../../builders/endpoints.ts';

const ALL = {
  ...SETTINGS,
  maxBodyBytes: {
    input: z.int().min(100).default(65_536),
    shown: z.int(),
    example: 1_000,
  },
} as const satisfies Declarations;

/** Its line in core/templates/template.ts. */
const SHARED = { maxBodyBytes: true };

const SCOPE = { tenant: 'acme', environment: 'live' } as const;
const PLACE = { ...SCOPE, id: 'ep_1' };
const inputSchema = z.strictObject(inputShape(ALL));
const give = (given: object) => inputSchema.parse({ url: 'https://hooks.acme.com/', ...given });
const store = (given: object) => ({
  ...PLACE,
  destination: destinationAt('https://hooks.acme.com/'),
  ...keptSettings(ALL, give(given), {
    contract: 'standard-webhooks',
    place: PLACE,
    sealingKey: soleKey(Buffer.alloc(32)),
    random: (bytes) => new Uint8Array(bytes),
    nowMs: 0,
  }),
  sealedSecrets: [],
  maskedSecret: '****',
  createdAtMs: 1,
  version: 1,
});

describe('a setting that is declared', () => {
  it('is taken from requests, with its default', () => {
    expect(give({}).maxBodyBytes).toBe(65_536);
    expect(give({ maxBodyBytes: 200 }).maxBodyBytes).toBe(200);
    expect(inputSchema.safeParse({ url: 'https://a.io/', maxBodyBytes: 1 }).success).toBe(false);
  });

  it('may be changed, and put back by null', () => {
    const changes = z.strictObject(changesShape(ALL));
    expect(changes.parse({ maxBodyBytes: 200 })).toEqual({ maxBodyBytes: 200 });
    expect(changes.parse({ maxBodyBytes: null })).toEqual({ maxBodyBytes: null });
    expect(changes.parse({})).toEqual({});
  });

  it('is stored where it differs from its default', () => {
    expect(store({ maxBodyBytes: 200 }).maxBodyBytes).toBe(200);
    expect('maxBodyBytes' in store({})).toBe(false);
    expect('maxBodyBytes' in store({ maxBodyBytes: 65_536 })).toBe(false);
  });

  it('is shown, also by endpoints from before it', () => {
    expect(shownSettings(ALL, store({ maxBodyBytes: 200 })).maxBodyBytes).toBe(200);
    expect(shownSettings(ALL, store({})).maxBodyBytes).toBe(65_536);
    const shown = z.strictObject(shownShape(ALL));
    expect(shown.safeParse(exampleSettings(ALL)).error).toBeUndefined();
    expect(exampleSettings(ALL).maxBodyBytes).toBe(1_000);
  });

  it('may stand in a template, and is inherited from it', () => {
    expect(z.strictObject(templateShape(ALL)).parse({ maxBodyBytes: 200 })).toEqual({
      maxBodyBytes: 200,
    });
    expect(z.strictObject(templateShape(ALL)).parse({})).toEqual({});
    expect(z.strictObject(templateChangesShape(ALL)).parse({ maxBodyBytes: null })).toEqual({
      maxBodyBytes: null,
    });
    const settings = { contract: 'standard-webhooks', contractOptions: {}, maxBodyBytes: 300 };
    const template: Template = {
      ...SCOPE,
      id: 'tpl_1',
      name: 'partners',
      settings: { ...settings, contract: 'standard-webhooks' },
      given: Object.keys(settings),
      createdAtMs: 1,
      updatedAtMs: 1,
      version: 1,
    };
    const follower = withTemplate({ ...store({}), template: 'tpl_1', own: [] }, template, SHARED);
    expect(follower).toMatchObject({ maxBodyBytes: 300 });
    expect(withoutInherited(follower, SHARED)).not.toHaveProperty('maxBodyBytes');
    const own = { ...store({ maxBodyBytes: 200 }), template: 'tpl_1', own: ['maxBodyBytes'] };
    expect(withTemplate(own, template, SHARED)).toMatchObject({ maxBodyBytes: 200 });
    expect(withoutInherited(own, SHARED)).toHaveProperty('maxBodyBytes', 200);
  });

  it('is in the OpenAPI document', () => {
    const { schemaOf } = createJsonSchemas();
    const member = { type: 'integer', minimum: 100 };
    expect(schemaOf(inputSchema, 'input')).toMatchObject({
      properties: { maxBodyBytes: { ...member, default: 65_536 } },
    });
    expect(schemaOf(z.strictObject(templateShape(ALL)), 'input')).toMatchObject({
      properties: { maxBodyBytes: member },
    });
    const answer = schemaOf(z.strictObject(shownShape(ALL)), 'output');
    expect(answer).toMatchObject({ properties: { maxBodyBytes: { type: 'integer' } } });
    expect(answer.required).toContain('maxBodyBytes');
  });

  it('is not taken where it is not declared', () => {
    const given = { url: 'https://hooks.acme.com/', maxBodyBytes: 200 };
    expect(endpointInputSchema(STRICT_RULES).safeParse(given).success).toBe(false);
  });
});
