// Signing keys: made when they are first needed, and changed by one request at a time.
import { generatePrivateKey } from '../../adapters/registry/keyring.ts';
import { contractOf } from '../../core/contracts/all.ts';
import { algorithmsNeeded } from '../../core/contracts/further-signatures.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { createId } from '../../core/identifiers.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import type { Scope } from '../../core/scope.ts';
import { NONCE_BYTES, seal } from '../../core/sealing/seal.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import { type KeyMaterial, keyPlace, materialOf } from '../../core/signing/key-input.ts';
import {
  isStack,
  type KeyAlgorithm,
  type Keyring,
  type KeyringStore,
  latestKey,
  MAX_SIGNING_KEYS,
  publishedKeys,
  STACK,
  type StoredSigningKey,
  signersOf,
  withSuccessor,
} from '../../core/signing/keys.ts';
import type { Surroundings } from '../../core/surroundings.ts';

/** Another function may change the keys between reading and writing: so often it is tried again. */
const ROUNDS = 5;

type SignedEndpoint = Scope &
  Pick<Endpoint, 'contract' | 'contractOptions' | 'signatures' | 'ownSignature' | 'signingKey'>;

export interface SigningKeyPorts {
  readonly keyring: KeyringStore;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly surroundings: Pick<Surroundings, 'now' | 'random'>;
}

/**
 * Makes the keys that are not there yet: when they are first listed, published or needed. Those that are no longer
 * published leave the item, and their private halves with them.
 */
export async function ensureSigningKeys(
  ports: SigningKeyPorts,
  algorithms: Iterable<KeyAlgorithm>,
  owner: Scope = STACK,
): Promise<Keyring> {
  let { keys } = await ports.keyring.read(owner);
  const nowMs = ports.surroundings.now();
  const pruned = (before: Keyring): Keyring => {
    const published = publishedKeys(before, nowMs);
    return published.length < before.length ? published : before;
  };
  if (pruned(keys) !== keys) keys = await changeKeyring(ports, owner, pruned);
  for (const algorithm of algorithms) {
    if (latestKey(keys, algorithm)) continue;
    const key = await storedKey(ports, owner, await generated(algorithm), 'generated', 0);
    keys = await changeKeyring(ports, owner, (before) =>
      latestKey(before, algorithm) ? before : withSuccessor(before, key, 0, nowMs),
    );
  }
  return keys;
}

/** Makes those that an endpoint's signatures need. The stack's of `test` are imported or not there. */
export async function ensureKeysFor(
  ports: SigningKeyPorts,
  endpoint: SignedEndpoint,
): Promise<void> {
  const contract = contractOf(endpoint.contract);
  const needed = algorithmsNeeded(endpoint, contract, endpoint.contractOptions);
  if (needed.size === 0) return;
  const { signer, operatorsSigner = signer } = signersOf(endpoint);
  await ensureSigningKeys(ports, needed, signer);
  if (isStack(operatorsSigner)) await ensureSigningKeys(ports, needed, operatorsSigner);
}

/** @throws Problem 409 */
export async function changeKeyring(
  { keyring }: Pick<SigningKeyPorts, 'keyring'>,
  owner: Scope,
  make: (keys: Keyring) => Keyring,
): Promise<Keyring> {
  const changed = await optimistically(ROUNDS, async () => {
    const before = await keyring.read(owner);
    const after = make(before.keys);
    if (after === before.keys) return after;
    requireRoom(after.length);
    return (await keyring.replace(before, after)) ? after : undefined;
  });
  if (!changed) throw new Problem(409, 'The signing keys are changing at the moment. Try again.');
  return changed;
}

/** @throws Problem 409 */
export function requireRoom(count: number): void {
  if (count <= MAX_SIGNING_KEYS) return;
  const detail = `At most ${MAX_SIGNING_KEYS} keys may be published: wait for an overlap to end.`;
  throw new Problem(409, detail);
}

export async function generated(algorithm: KeyAlgorithm): Promise<KeyMaterial> {
  const material = materialOf(await generatePrivateKey(algorithm));
  if ('fault' in material) throw new Error(`a generated key ${material.fault}`);
  return material;
}

export async function storedKey(
  { secrets, surroundings }: SigningKeyPorts,
  owner: Scope,
  { algorithm, publicKey, privateKey }: KeyMaterial,
  origin: StoredSigningKey['origin'],
  leadSeconds: number,
  id: string = createId('sk', surroundings.now(), surroundings.random(10)),
): Promise<StoredSigningKey> {
  const nowMs = surroundings.now();
  const sealingKey = await secrets.sealingKey();
  return {
    id,
    algorithm,
    origin,
    publicKey,
    sealedPrivateKey: seal(
      sealingKey,
      keyPlace(id, owner),
      privateKey,
      surroundings.random(NONCE_BYTES),
    ),
    createdAtMs: nowMs,
    signsFromMs: nowMs + leadSeconds * 1000,
  };
}
