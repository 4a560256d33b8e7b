// Secrets Manager: the sealing key and the operator's key, kept in memory for a while.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MIN_OPERATOR_KEY_LENGTH } from '../core/api-key.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { Secrets, Surroundings } from '../core/ports.ts';
import { sealingKeyFrom } from '../core/sealing.ts';
import { Env } from '../environment.ts';
import { CLIENT_OPTIONS } from './client-options.ts';

const MIN_SECRET_LENGTH = 32;
/** A changed secret is seen after this long at the latest. */
const KEPT_MS = 5 * 60 * 1000;

export interface SecretArns {
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

export function createSecrets(arns: SecretArns, surroundings: Surroundings): Secrets {
  const client = new SecretsManagerClient(CLIENT_OPTIONS);

  const read = (arn: string, what: string, minLength: number): (() => Promise<string>) =>
    kept(surroundings, async () => {
      const { SecretString: value } = await client.send(
        new GetSecretValueCommand({ SecretId: arn }),
      );
      if (value === undefined || value.length < minLength) {
        throw new ConfigurationError(
          `${what} in Secrets Manager must have at least ${minLength} characters`,
        );
      }
      return value;
    });

  const sealing = read(arns.sealing, 'the sealing key', MIN_SECRET_LENGTH);
  return {
    sealingKey: async () => sealingKeyFrom(await sealing()),
    operatorKey: read(arns.operator, "the operator's key", MIN_OPERATOR_KEY_LENGTH),
  };
}

/** Reads once and keeps the value; while a new reading fails, the old value goes on serving. */
export function kept(
  surroundings: Pick<Surroundings, 'now'>,
  read: () => Promise<string>,
): () => Promise<string> {
  let value: string | undefined;
  let readAtMs = 0;
  let reading: Promise<string> | undefined;
  return () => {
    if (value !== undefined && surroundings.now() - readAtMs < KEPT_MS)
      return Promise.resolve(value);
    reading ??= read()
      .then((fresh) => {
        value = fresh;
        readAtMs = surroundings.now();
        return fresh;
      })
      .catch((error: unknown) => {
        if (value !== undefined) return value;
        throw error;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
}
