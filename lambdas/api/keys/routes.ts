// /v1/keys: keys of tenants, each shown once.

import { defined } from '../../core/defined.ts';
import { isId } from '../../core/identifiers.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { instantMs } from '../../core/instant.ts';
import {
  type ApiKey,
  createKey,
  familyOf,
  grantedScopes,
  hashOfKey,
  isUsable,
  KEY_BYTES,
  type KeyCreator,
  type KeyScope,
  scopesBeyond,
  scopesOf,
} from '../../core/keys/api-key.ts';
import type { KeyStore } from '../../core/keys/store.ts';
import { allOf } from '../../core/listing.ts';
import { Problem } from '../../core/problem.ts';
import type { Scope } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { Tombstones } from '../../core/tombstone.ts';
import {
  type AppContext,
  NOT_USABLE,
  scopesOfPrincipal,
  unauthorized,
} from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { type CreationPorts, createOnce } from '../../http/creation.ts';
import { placesUnder } from '../../http/limits.ts';
import type { Serve } from '../../http/operation.ts';
import { listView } from '../listing/query.ts';
import { consoleSessionView, portalSessionView } from '../sessions/view.ts';
import {
  createKeyOperation,
  getCurrentKey,
  getKey,
  listKeys,
  NO_KEY,
  revokeKey,
} from './operations.ts';
import { keyView } from './view.ts';

/** How much of a key is shown to tell it from others: the prefix and four characters. */
const HINT_LENGTH = 12;
/** Of the keys that were revoked or have expired the newest stay listed, and the others are forgotten, a few at a time. */
const MAX_ENDED = 100;
const FORGOTTEN_AT_ONCE = 50;
const PAGE = 100;
const REVOKED_AT_ONCE = 25;
const CREATED_MEANWHILE =
  'Another request with this idempotency key is creating the key at the moment.';

/** With the key itself where it was made just now. */
interface Created {
  readonly key: ApiKey;
  readonly secret?: string;
}

interface KeyPorts extends CreationPorts {
  readonly registry: KeyStore;
  readonly ledger: CreationPorts['ledger'] & Pick<Tombstones, 'bury'>;
  readonly limits: Pick<Settings['limits'], 'keysPerTenant'>;
  readonly surroundings: Surroundings;
}

export function addKeyRoutes(serve: Serve, ports: KeyPorts): void {
  const { registry, surroundings } = ports;

  /** @throws Problem 409 */
  async function makeRoom(scope: Scope): Promise<void> {
    const nowMs = surroundings.now();
    const known: ApiKey[] = [];
    const takePlace = placesUnder('keys', ports.limits.keysPerTenant, async (...place) => {
      const page = await registry.listKeys(scope, ...place);
      known.push(...page.entries);
      return { ...page, entries: page.entries.filter((key) => isUsable(key, nowMs)) };
    });
    await takePlace();
    const isLive = (key: ApiKey): boolean => isUsable(key, nowMs);
    const ended = known.filter((key) => !isLive(key)).slice(0, -MAX_ENDED);
    // One whose revocation was interrupted is needed to revoke what it made.
    const forgotten = ended
      .filter(({ id }) => !familyOf(id, known).some(isLive))
      .slice(0, FORGOTTEN_AT_ONCE);
    await inParallel(forgotten, FORGOTTEN_AT_ONCE, async (key) => {
      await ports.ledger.bury({ ...key, deletedAtMs: nowMs });
      await registry.deleteKey(key);
    });
  }

  /** When a key expires that was asked for. @throws Problem 422 */
  function expiryOf(expiresAt: string | undefined, parent: ApiKey | undefined): number | undefined {
    if (expiresAt === undefined) return parent?.expiresAtMs;
    const atMs = instantMs(expiresAt);
    if (atMs <= surroundings.now()) throw refused([{ path: '/expiresAt', message: 'is over' }]);
    if (parent?.expiresAtMs === undefined || atMs <= parent.expiresAtMs) return atMs;
    throw refused([{ path: '/expiresAt', message: 'is later than that of the key that asks' }]);
  }

  /**
   * Of a key that is made while one of those above it is revoked, either the revocation finds it or this does.
   * @throws Problem 401
   */
  async function requireParents(key: ApiKey): Promise<void> {
    for (let { parentId } = key; parentId !== undefined; ) {
      const parent = await registry.getKey(key, parentId);
      if (!parent || !isUsable(parent, surroundings.now())) {
        await registry.deleteKey(key);
        throw unauthorized(NOT_USABLE);
      }
      parentId = parent.parentId;
    }
  }

  serve(createKeyOperation, async ({ c, scope, body: input, reply }) => {
    const scopes = scopesOf(input);
    const parent = callerOf(c);
    refuseBeyond(parent, scopes, 'grant scopes');
    const created = await createOnce<Created, number | undefined>(c, ports, scope, {
      kind: 'keys',
      prefix: 'key',
      body: input,
      find: async (id) => {
        const key = await registry.getKey(scope, id);
        return key && { key };
      },
      check: async () => {
        const expiresAtMs = expiryOf(input.expiresAt, parent);
        await makeRoom(scope);
        return expiresAtMs;
      },
      make: async ({ id, atMs }, expiresAtMs) => {
        const secret = createKey(scope.environment, surroundings.random(KEY_BYTES));
        const key: ApiKey = defined({
          ...scope,
          id,
          parentId: parent?.id,
          createdBy: creatorOf(c),
          name: input.name,
          scopes,
          redactsByScope: true as const,
          hash: hashOfKey(secret),
          hint: secret.slice(0, HINT_LENGTH),
          createdAtMs: atMs,
          expiresAtMs,
        });
        // A repeat at the same time may have been faster, and its caller has the key.
        if (!(await registry.putKey(key))) throw new Problem(409, CREATED_MEANWHILE);
        await requireParents(key);
        return { key, secret };
      },
    });
    const view = keyView(created.key, isOperator(c));
    return created.secret === undefined
      ? reply(200, view)
      : reply(201, { ...view, key: created.secret });
  });

  serve(listKeys, async ({ c, scope, query, reply }) => {
    const page = await registry.listKeys(scope, query.limit, query.cursor);
    return reply(
      200,
      listView(page, (key) => keyView(key, isOperator(c))),
    );
  });

  /** @throws Problem 404 */
  async function find(scope: Scope, id: string): Promise<ApiKey> {
    const key = isId('key', id) ? await registry.getKey(scope, id) : undefined;
    if (!key) throw new Problem(404, NO_KEY);
    return key;
  }

  serve(getCurrentKey, async ({ c, reply }) => {
    const { principal } = c.var;
    const scopes = scopesOfPrincipal(principal);
    const nobody = { tenant: null, environment: null, key: null, session: null };
    switch (principal.kind) {
      case 'operator': {
        const session = principal.session ? consoleSessionView(principal.session) : null;
        return reply(200, { ...nobody, kind: 'operator', scopes, session });
      }
      case 'tenant': {
        const { tenant, environment, id } = principal.key;
        const key = keyView((await registry.getKey(principal.key, id)) ?? principal.key, false);
        return reply(200, { ...nobody, kind: 'tenant', tenant, environment, scopes, key });
      }
      case 'portal': {
        const { tenant, environment } = principal.session;
        const session = portalSessionView(principal.session);
        return reply(200, { ...nobody, kind: 'tenant', tenant, environment, scopes, session });
      }
      default:
        return principal satisfies never;
    }
  });

  // After /current, which would be an id otherwise.
  serve(getKey, async ({ c, scope, params, reply }) =>
    reply(200, keyView(await find(scope, params.id), isOperator(c))),
  );

  serve(revokeKey, async ({ c, scope, params }) => {
    const key = await find(scope, params.id);
    const caller = callerOf(c);
    refuseBeyond(caller, grantedScopes(key), 'revoke one with scopes');
    const revoke = async (one: ApiKey): Promise<void> => {
      if (one.revokedAtMs === undefined) await registry.revokeKey(one, surroundings.now());
    };
    const family = async () =>
      familyOf(key.id, await allOf((cursor) => registry.listKeys(scope, PAGE, cursor)));
    // First the key itself: from then on it makes no other. But the key that asks comes last: until then it can ask
    // again, should this be interrupted.
    if (key.id !== caller?.id) await revoke(key);
    const all = await family();
    const own = all.find(({ id }) => id === caller?.id);
    const others = all.filter((one) => one !== own);
    await inParallel(others, REVOKED_AT_ONCE, revoke);
    if (own) await revoke(own);
    // What it made meanwhile.
    if (own?.id === key.id) await inParallel(await family(), REVOKED_AT_ONCE, revoke);
    return c.body(null, 204);
  });
}

const isOperator = ({ var: { principal } }: AppContext): boolean => principal.kind === 'operator';

function creatorOf({ var: { principal } }: AppContext): KeyCreator | undefined {
  if (principal.kind !== 'operator' || !principal.session) return undefined;
  const { actor, maker } = principal.session;
  return defined({ actor, subject: maker.kind === 'oidc' ? maker.subject : undefined });
}

function callerOf({ var: { principal } }: AppContext): ApiKey | undefined {
  return principal.kind === 'tenant' ? principal.key : undefined;
}

/** @throws Problem 403 */
function refuseBeyond(caller: ApiKey | undefined, scopes: readonly KeyScope[], what: string): void {
  const missing = caller ? scopesBeyond(caller, scopes) : [];
  if (missing.length === 0) return;
  throw new Problem(403, `A key cannot ${what} that it does not have: ${missing.join(', ')}.`);
}
