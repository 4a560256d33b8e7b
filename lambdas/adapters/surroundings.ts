// The process's clock and randomness, and its environment variables.
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type DestinationRules, STRICT_RULES } from '../core/destinations/http/url.ts';
import { ConfigurationError } from '../core/errors.ts';
import { type Settings, settingsSchema } from '../core/settings.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { Env } from '../environment.ts';

export const surroundings: Surroundings = {
  now: () => Date.now(),
  random: randomFromPool,
  sleep: (ms) => setTimeout(ms),
};

/** Many bytes are read at once, since a call of the system takes as long as the bytes do. */
const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);

/** No byte is given twice. */
function randomFromPool(bytes: number): Uint8Array {
  if (bytes > POOL_BYTES) return randomBytes(bytes);
  if (pool.length < bytes) pool = randomBytes(POOL_BYTES);
  const given = pool.subarray(0, bytes);
  pool = pool.subarray(bytes);
  return given;
}

/** @throws ConfigurationError if the stack did not set it */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new ConfigurationError(`${name} is not set`);
  return value;
}

export function readSettings(): Settings {
  const parsed = settingsSchema.safeParse(JSON.parse(process.env[Env.settings] ?? '{}'));
  if (!parsed.success) {
    throw new ConfigurationError(`${Env.settings} is not usable: ${parsed.error.message}`);
  }
  return parsed.data;
}

/** The stack's destination rules, with what the embedded runtime allows by environment variables. */
export function readDestinationRules(): DestinationRules {
  const ports = process.env[Env.allowedPorts];
  const { destinations: lists, email } = readSettings();
  return {
    allowHttp: process.env[Env.allowHttp] === 'true',
    allowPrivate: process.env[Env.allowPrivate] === 'true',
    allowedPorts: ports === undefined ? STRICT_RULES.allowedPorts : portsOf(ports),
    sendsMail: email !== undefined,
    lists: { ...lists, ownHosts: [...lists.ownHosts, ...listIn(Env.ownHosts)] },
  };
}

/** The entries of a list with commas; none if the variable is not set. */
export function listIn(name: string): string[] {
  const entries = (process.env[name] ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  return entries.filter((entry) => entry !== '');
}

function portsOf(list: string): DestinationRules['allowedPorts'] {
  if (list.trim() === '*') return 'any';
  return list.split(',').map((entry) => {
    const port = Number(entry.trim());
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new ConfigurationError(
        `${Env.allowedPorts} must be ports such as 443,8443 or *, not ${list}`,
      );
    }
    return port;
  });
}
