// /v1/tenants and /v1/keys: who may use the API.
import { z } from 'zod';
import {
  type ApiKey,
  createKey,
  hashOfKey,
  KEY_BYTES,
  keyInputSchema,
  scopesOf,
} from '../core/api-key.ts';
import { TENANT_ID } from '../core/event.ts';
import { createId, isId } from '../core/identifiers.ts';
import type { Registry, Surroundings } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Application } from '../http/application.ts';
import { type Authentication, requireOperator, requireScope } from '../http/authentication.ts';
import { parseBody, parseQuery, refused } from '../http/body.ts';
import { listView, pageShape } from './listing-query.ts';
import { keyView, tenantView } from './views.ts';

const tenantSchema = z.strictObject({
  name: z
    .string()
    .min(1, 'must not be empty')
    .max(200, 'must be at most 200 characters')
    .refine((name) => name.isWellFormed(), 'must be well-formed Unicode'),
});
/** How much of a key is shown to tell it from others: the prefix and four characters. */
const HINT_LENGTH = 12;

export interface TenantPorts {
  readonly registry: Registry;
  readonly surroundings: Surroundings;
}

export function addTenantRoutes(
  app: Application,
  { authenticate, scopeOf }: Authentication,
  { registry, surroundings }: TenantPorts,
): void {
  app.put('/v1/tenants/:id', authenticate, async (c) => {
    requireOperator(c);
    const id = c.req.param('id');
    if (!TENANT_ID.test(id)) {
      throw refused([{ path: 'id', message: 'must be 1 to 64 letters, digits, _ and -' }]);
    }
    const { name } = await parseBody(c, tenantSchema);
    const { tenant, created } = await registry.putTenant(id, name, surroundings.now());
    if (tenant.deletedAtMs !== undefined) {
      throw new Problem(
        409,
        'This tenant was deleted, and its data is being removed: wait for the end.',
        [],
        {
          'Retry-After': '60',
        },
      );
    }
    return c.json(tenantView(tenant), created ? 201 : 200);
  });

  app.get('/v1/tenants/:id', authenticate, async (c) => {
    requireOperator(c);
    const tenant = await registry.getTenant(c.req.param('id'));
    if (!tenant) throw new Problem(404, 'There is no such tenant.');
    return c.json(tenantView(tenant));
  });

  app.get('/v1/tenants', authenticate, async (c) => {
    requireOperator(c);
    const query = parseQuery(c, z.strictObject(pageShape((id) => TENANT_ID.test(id))));
    return c.json(listView(await registry.listTenants(query.limit, query.cursor), tenantView));
  });

  app.post('/v1/keys', authenticate, async (c) => {
    requireScope(c, 'keys:write');
    const scope = await scopeOf(c);
    const input = await parseBody(c, keyInputSchema);
    const scopes = scopesOf(input);
    const principal = c.var.principal;
    if (principal.kind === 'tenant') {
      const missing = scopes.filter((wanted) => !principal.key.scopes.includes(wanted));
      if (missing.length > 0) {
        throw new Problem(403, `A key cannot give what it has not: ${missing.join(', ')}.`);
      }
    }
    const secret = createKey(scope.environment, surroundings.random(KEY_BYTES));
    const nowMs = surroundings.now();
    const key: ApiKey = {
      ...scope,
      id: createId('key', nowMs, surroundings.random(10)),
      name: input.name,
      scopes,
      hash: hashOfKey(secret),
      hint: secret.slice(0, HINT_LENGTH),
      createdAtMs: nowMs,
      ...(input.expiresAt === undefined ? {} : { expiresAtMs: Date.parse(input.expiresAt) }),
    };
    await registry.putKey(key);
    return c.json({ ...keyView(key), key: secret }, 201);
  });

  app.get('/v1/keys', authenticate, async (c) => {
    requireScope(c, 'keys:write');
    const scope = await scopeOf(c);
    const query = parseQuery(c, z.strictObject(pageShape((id) => isId('key', id))));
    return c.json(listView(await registry.listKeys(scope, query.limit, query.cursor), keyView));
  });

  app.delete('/v1/keys/:id', authenticate, async (c) => {
    requireScope(c, 'keys:write');
    const scope = await scopeOf(c);
    const id = c.req.param('id');
    const key = isId('key', id) ? await registry.getKey(scope, id) : undefined;
    if (!key) throw new Problem(404, 'There is no such key.');
    if (key.revokedAtMs === undefined) await registry.revokeKey(key, surroundings.now());
    return c.body(null, 204);
  });
}
