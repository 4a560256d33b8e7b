// Secrets Manager: the sealing key and the operator's key, kept in memory for a while.

import { ConfigurationError } from '../core/errors.ts';
import { MIN_OPERATOR_KEY_LENGTH } from '../core/keys/api-key.ts';
import { Recent } from '../core/recent.ts';
import { type SealingKeys, versionOf } from '../core/sealing/seal.ts';
import {
  MIN_SEALING_SECRET_LENGTH,
  SECRET_KEPT_MS,
  sealingKeysFrom,
} from '../core/sealing/secret.ts';
import type { Secrets } from '../core/sealing/secrets.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { Env } from '../environment.ts';
import { CLIENT_OPTIONS } from './aws/client-options.ts';
import { createDirectCalls } from './aws/direct-calls.ts';
import type { SecretsManager } from './aws/secrets-calls.ts';
import { log } from './log.ts';

/** An unknown version makes Secrets Manager be asked at most this often. */
const ASKED_AGAIN_MS = 10_000;
/** The key of caches that hold one value. */
const ONLY = '';

interface SecretArns {
  readonly sealing: string;
  readonly operator: string;
}

/** The secrets that the stack set; a function without one of them never reads it. */
export function secretArns(): SecretArns {
  return {
    sealing: process.env[Env.sealingSecretArn] ?? '',
    operator: process.env[Env.operatorSecretArn] ?? '',
  };
}

export function createSecrets(
  arns: SecretArns,
  surroundings: Surroundings,
  client = createSecretsManager(),
): Secrets {
  const read = (arn: string, what: string, minLength: number) =>
    kept(surroundings, async () => {
      const { SecretString: value, CreatedDate: changedAt } = await client.call('GetSecretValue', {
        SecretId: arn,
      });
      if (value === undefined || value.length < minLength) {
        throw new ConfigurationError(
          `${what} in Secrets Manager must have at least ${minLength} characters`,
        );
      }
      return { value, changedAtMs: changedAt?.getTime() ?? 0 };
    });

  const sealing = read(arns.sealing, 'the sealing key', MIN_SEALING_SECRET_LENGTH);
  const operator = read(arns.operator, "the operator's key", MIN_OPERATOR_KEY_LENGTH);
  let parsed: { readonly from: string; readonly keys: SealingKeys } | undefined;
  const askedAgain = new Recent<SealingKeys>({ maxEntries: 1, keptMs: ASKED_AGAIN_MS });

  function keysIn({ value }: SecretValue): SealingKeys {
    if (parsed?.from !== value) parsed = { from: value, keys: sealingKeysFrom(value) };
    return parsed.keys;
  }

  /** If the secret was changed to something unusable, the keys that were read before go on serving. */
  function usableKeysIn(secret: SecretValue): SealingKeys {
    try {
      return keysIn(secret);
    } catch (error) {
      if (!parsed) throw error;
      log.error('the sealing secret was changed and is not usable', error);
      return parsed.keys;
    }
  }

  return {
    async sealingKey(toOpen = []) {
      const known = usableKeysIn(await sealing());
      const isKnown = toOpen.every((sealed) => known.keys.has(versionOf(sealed) ?? known.current));
      if (isKnown) return known;
      // Calls that come meanwhile wait for the same answer, which may have the version they need.
      return askedAgain.read(ONLY, surroundings.now(), async () =>
        usableKeysIn(await sealing('again')),
      );
    },
    async freshSealingKey() {
      const secret = await sealing('again');
      return { keys: keysIn(secret), changedAtMs: secret.changedAtMs };
    },
    operatorKey: async () => (await operator()).value,
  };
}

function createSecretsManager(): SecretsManager {
  return createDirectCalls({
    name: 'secretsmanager',
    variableName: 'SECRETS_MANAGER',
    targetPrefix: 'secretsmanager',
    jsonVersion: '1.1',
    encode: (input) => JSON.stringify(input),
    // Times are Unix seconds there.
    decode: (json) =>
      JSON.parse(json, (name, value) => (name === 'CreatedDate' ? new Date(value * 1000) : value)),
    loadSdk: async () => (await import('#on-demand/secrets')).createSecretsBySdk(CLIENT_OPTIONS),
  });
}

interface SecretValue {
  readonly value: string;
  readonly changedAtMs: number;
}

/** Reads once and keeps the value; while a new reading fails, the old value goes on serving. */
export function kept(
  surroundings: Pick<Surroundings, 'now'>,
  read: () => Promise<SecretValue>,
): (how?: 'again') => Promise<SecretValue> {
  const values = new Recent<SecretValue>({ maxEntries: 1, keptMs: SECRET_KEPT_MS });
  return async (how) => {
    if (how === 'again') return values.readAnew(ONLY, surroundings.now(), read);
    try {
      return await values.read(ONLY, surroundings.now(), read);
    } catch (error) {
      const old = values.latest(ONLY);
      if (old === undefined) throw error;
      return old;
    }
  };
}
