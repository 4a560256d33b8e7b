// /v1/signing-keys and /.well-known: the keys of the stack and of tenants. Private keys come in and never go out.
import { Problem } from '../../core/problem.ts';
import {
  ENVIRONMENTS,
  OPERATOR_TENANT,
  type Scope,
  scopeKey,
  TENANT_ID,
} from '../../core/scope.ts';
import { signingKeyView } from '../../core/signing/key-input.ts';
import {
  isStack,
  JWKS_MAX_AGE_SECONDS,
  jwkOf,
  KEY_ALGORITHMS,
  type Keyring,
  publishedKeys,
  STACK,
  type StoredSigningKey,
  withSuccessor,
} from '../../core/signing/keys.ts';
import type { TenantStore } from '../../core/tenants/store.ts';
import { type AppContext, ownerOf } from '../../http/authentication.ts';
import { type CreationPorts, createOnce } from '../../http/creation.ts';
import type { Serve } from '../../http/operation.ts';
import {
  changeKeyring,
  ensureSigningKeys,
  generated,
  requireRoom,
  type SigningKeyPorts,
  storedKey,
} from './keyring.ts';
import {
  bringSigningKey,
  getJwks,
  getPublicKey,
  getTenantJwks,
  getTenantPublicKey,
  listSigningKeys,
  NO_KEY,
  NO_TENANT,
  publicJwkSchema,
  rotateSigningKey,
} from './operations.ts';

const CACHED = { 'Cache-Control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` };

interface SigningKeyRoutePorts extends SigningKeyPorts, CreationPorts {
  readonly registry: Pick<TenantStore, 'getTenant'>;
  readonly surroundings: SigningKeyPorts['surroundings'];
}

export function addSigningKeyRoutes(serve: Serve, ports: SigningKeyRoutePorts): void {
  const { surroundings } = ports;

  /** @throws Problem 404 for the keys of a tenant that is not there */
  async function published(owner: Scope): Promise<Keyring> {
    const { tenant } = owner;
    const isOperators = tenant === OPERATOR_TENANT;
    const found =
      !isOperators && TENANT_ID.test(tenant) && (await ports.registry.getTenant(tenant));
    if (!isOperators && (!found || found.deletedAtMs !== undefined)) {
      throw new Problem(404, NO_TENANT);
    }
    // The stack's of `test` are there by the operator's act only.
    const isMadeOnDemand = !isOperators || isStack(owner);
    return ensureSigningKeys(ports, isMadeOnDemand ? KEY_ALGORITHMS : [], owner);
  }

  const jwks = async (owner: Scope) => ({
    keys: (await published(owner)).map((key) => publicJwkSchema.parse(jwkOf(key))),
  });
  serve(getJwks, async ({ reply }) => reply(200, await jwks(STACK), CACHED));
  serve(getTenantJwks, async ({ params, reply }) => reply(200, await jwks(params), CACHED));

  async function pem(c: AppContext, owner: Scope, file: string): Promise<Response> {
    const id = file.replace(/\.pem$/, '');
    const key = (await published(owner)).find((one) => one.id === id);
    if (!key) throw new Problem(404, NO_KEY);
    return c.body(key.publicKey, 200, { ...CACHED, 'Content-Type': 'application/x-pem-file' });
  }
  serve(getPublicKey, ({ c, params }) => pem(c, STACK, params.file));
  serve(getTenantPublicKey, ({ c, params }) => pem(c, params, params.file));

  serve(listSigningKeys, async ({ c, query, reply }) => {
    const nowMs = surroundings.now();
    const keys = await published(ownerOf(c, query));
    return reply(200, { data: keys.map((key) => signingKeyView(keys, key, nowMs)), next: null });
  });

  // Idempotency keys are the caller's: the operator's, or the tenant's own.
  const create = (
    c: AppContext,
    owner: Scope,
    body: object,
    make: (id: string) => Promise<{ keys: Keyring; key: StoredSigningKey }>,
  ) =>
    createOnce(c, ports, c.var.principal.kind === 'operator' ? STACK : owner, {
      kind: 'signing-keys',
      prefix: 'sk',
      body: isStack(owner) ? body : { owner: scopeKey(owner), ...body },
      find: async (id) => {
        const { keys } = await ports.keyring.read(owner);
        const key = keys.find((one) => one.id === id);
        return key && { keys, key };
      },
      check: async () => undefined,
      make: ({ id }) => make(id),
    });

  serve(bringSigningKey, async ({ c, query, body, reply }) => {
    const { privateKey, leadSeconds, overlapSeconds } = body;
    const owner = { tenant: OPERATOR_TENANT, environment: query.environment };
    const { keys, key } = await create(c, owner, body, async (id) => {
      const key = await storedKey(ports, owner, privateKey, 'brought', leadSeconds, id);
      // What is signed for `test` must not verify as `live`.
      const others = await Promise.all(
        ENVIRONMENTS.filter((one) => one !== query.environment).map((environment) =>
          ports.keyring.read({ tenant: OPERATOR_TENANT, environment }),
        ),
      );
      const known = others.flatMap(({ keys }) => keys);
      const keys = await changeKeyring(ports, owner, (before) => {
        if ([...known, ...before].some(({ publicKey }) => publicKey === key.publicKey)) {
          throw new Problem(409, 'This key is already one of the signing keys.');
        }
        return withSuccessor(before, key, overlapSeconds, surroundings.now());
      });
      return { keys, key };
    });
    return reply(201, signingKeyView(keys, key, surroundings.now()));
  });

  serve(rotateSigningKey, async ({ c, params, query, body, reply }) => {
    const owner = ownerOf(c, query);
    const { leadSeconds, overlapSeconds } = body;
    const { keys, key } = await create(c, owner, { rotated: params.id, ...body }, async (id) => {
      const before = (await ports.keyring.read(owner)).keys;
      const { algorithm } = latestOrProblem(before, params.id);
      // A key takes long to make: it is not made where there is no room for it.
      requireRoom(publishedKeys(before, surroundings.now()).length + 1);
      const material = await generated(algorithm);
      const key = await storedKey(ports, owner, material, 'generated', leadSeconds, id);
      const keys = await changeKeyring(ports, owner, (before) => {
        latestOrProblem(before, params.id);
        return withSuccessor(before, key, overlapSeconds, surroundings.now());
      });
      return { keys, key };
    });
    return reply(201, signingKeyView(keys, key, surroundings.now()));
  });
}

/** @throws Problem 404, and 409 for a key that another followed already */
function latestOrProblem(keys: Keyring, id: string): StoredSigningKey {
  const key = keys.find((one) => one.id === id);
  if (!key) throw new Problem(404, NO_KEY);
  if (key.publishedUntilMs !== undefined) {
    throw new Problem(409, 'This key was already rotated: rotate its successor.');
  }
  return key;
}
