// What Secrets Manager holds for sealing: several versions of the key as JSON, or one string alone.
import * as z from 'zod';
import { ConfigurationError } from '../errors.ts';
import { type SealingKeys, sealingKeyFrom, soleKey } from './seal.ts';

export const MIN_SEALING_SECRET_LENGTH = 32;
/** How long a function keeps the secret: a changed one is seen after this at the latest. */
export const SECRET_KEPT_MS = 5 * 60 * 1000;

const MAX_VERSION = 999_999_999;
const versionsSchema = z
  .strictObject({
    /** The version that seals. */
    current: z.int().min(1).max(MAX_VERSION),
    /** The version from which each place has a key of its own; none if it is left out. */
    perPlaceFrom: z.int().min(1).max(MAX_VERSION).optional(),
    keys: z.record(z.string().regex(/^[1-9]\d{0,8}$/), z.string().min(MIN_SEALING_SECRET_LENGTH)),
  })
  .refine(({ current, keys }) => keys[current] !== undefined, 'there is no key of its `current`');

/**
 * `{"current": 2, "perPlaceFrom": 2, "keys": {"1": "...", "2": "..."}}`; a string alone is version 1.
 * @throws ConfigurationError that describes the fault without quoting the secret
 */
export function sealingKeysFrom(secret: string): SealingKeys {
  if (!secret.trimStart().startsWith('{')) {
    if (secret.length < MIN_SEALING_SECRET_LENGTH) throw unusable('is too short');
    return soleKey(sealingKeyFrom(secret));
  }
  const parsed = versionsSchema.safeParse(jsonOf(secret));
  if (!parsed.success) {
    throw unusable('must be {"current": <version>, "keys": {"<version>": "<32 characters>", ...}}');
  }
  const { current, keys, perPlaceFrom } = parsed.data;
  const opened = Object.entries(keys).map(([version, text]): [number, Buffer] => [
    Number(version),
    sealingKeyFrom(text),
  ]);
  return { current, keys: new Map(opened), perPlaceFrom };
}

/** The parser's own message would quote the secret. */
function jsonOf(secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    return undefined;
  }
}

function unusable(fault: string): ConfigurationError {
  return new ConfigurationError(
    `the sealing key in Secrets Manager ${fault}: every key needs ${MIN_SEALING_SECRET_LENGTH} characters`,
  );
}
