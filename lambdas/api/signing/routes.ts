// /v1/signing-keys and /.well-known: the stack's keys. Private keys come in and never go out.
import { Problem } from '../../core/problem.ts';
import { OPERATOR_TENANT, type Scope } from '../../core/scope.ts';
import { signingKeyView } from '../../core/signing/key-input.ts';
import {
  JWKS_MAX_AGE_SECONDS,
  jwkOf,
  KEY_ALGORITHMS,
  type Keyring,
  type StoredSigningKey,
  withSuccessor,
} from '../../core/signing/keys.ts';
import type { AppContext } from '../../http/authentication.ts';
import { type CreationPorts, createOnce } from '../../http/creation.ts';
import type { Serve } from '../../http/operation.ts';
import {
  changeKeyring,
  ensureSigningKeys,
  generated,
  type SigningKeyPorts,
  storedKey,
} from './keyring.ts';
import {
  bringSigningKey,
  getJwks,
  getPublicKey,
  listSigningKeys,
  NO_KEY,
  publicJwkSchema,
  rotateSigningKey,
} from './operations.ts';

const OPERATORS: Scope = { tenant: OPERATOR_TENANT, environment: 'live' };
const CACHED = { 'Cache-Control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` };

export function addSigningKeyRoutes(serve: Serve, ports: SigningKeyPorts & CreationPorts): void {
  const { surroundings } = ports;
  const published = () => ensureSigningKeys(ports, KEY_ALGORITHMS);

  serve(getJwks, async ({ reply }) =>
    reply(
      200,
      { keys: (await published()).map((key) => publicJwkSchema.parse(jwkOf(key))) },
      CACHED,
    ),
  );

  serve(getPublicKey, async ({ c, params }) => {
    const id = params.file.replace(/\.pem$/, '');
    const key = (await published()).find((one) => one.id === id);
    if (!key) throw new Problem(404, NO_KEY);
    return c.body(key.publicKey, 200, { ...CACHED, 'Content-Type': 'application/x-pem-file' });
  });

  serve(listSigningKeys, async ({ reply }) => {
    const nowMs = surroundings.now();
    const keys = await published();
    return reply(200, { data: keys.map((key) => signingKeyView(keys, key, nowMs)), next: null });
  });

  /** The operator's keys belong to no tenant. */
  const create = (
    c: AppContext,
    body: unknown,
    make: (id: string) => Promise<{ keys: Keyring; key: StoredSigningKey }>,
  ) =>
    createOnce(c, ports, OPERATORS, {
      kind: 'signing-keys',
      prefix: 'sk',
      body,
      find: async (id) => {
        const { keys } = await ports.keyring.read();
        const key = keys.find((one) => one.id === id);
        return key && { keys, key };
      },
      check: async () => undefined,
      make: ({ id }) => make(id),
    });

  serve(bringSigningKey, async ({ c, body, reply }) => {
    const { privateKey, leadSeconds, overlapSeconds } = body;
    const { keys, key } = await create(c, body, async (id) => {
      const key = await storedKey(ports, privateKey, 'brought', leadSeconds, id);
      const keys = await changeKeyring(ports, (before) => {
        if (before.some(({ publicKey }) => publicKey === key.publicKey)) {
          throw new Problem(409, 'This key is already one of the signing keys.');
        }
        return withSuccessor(before, key, overlapSeconds, surroundings.now());
      });
      return { keys, key };
    });
    return reply(201, signingKeyView(keys, key, surroundings.now()));
  });

  serve(rotateSigningKey, async ({ c, params, body, reply }) => {
    const { leadSeconds, overlapSeconds } = body;
    const { keys, key } = await create(c, { rotated: params.id, ...body }, async (id) => {
      const { algorithm } = latestOrProblem((await ports.keyring.read()).keys, params.id);
      const material = await generated(algorithm);
      const key = await storedKey(ports, material, 'generated', leadSeconds, id);
      const keys = await changeKeyring(ports, (before) => {
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
