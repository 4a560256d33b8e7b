// The edge of the HTTP API: limits per key and per address, and the web pages that may call it. Both are
// off, or generous, unless the operator sets them.
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { addressGroup } from '../core/edge/client-address.ts';
import { TokenBuckets } from '../core/edge/token-buckets.ts';
import { isSameKey } from '../core/keys/api-key.ts';
import { Problem } from '../core/problem.ts';
import type { Secrets } from '../core/sealing/secrets.ts';
import type { Settings } from '../core/settings.ts';
import type { Surroundings } from '../core/surroundings.ts';
import {
  type AppContext,
  type AppEnvironment,
  type AuthenticationGate,
  bearerOf,
  sourceOf,
} from './authentication.ts';

/** Some 200 bytes each. */
const MAX_BUCKETS = 10_000;
/** How long a browser may cache a preflight's answer. */
const PREFLIGHT_SECONDS = 600;

export interface Edge {
  readonly middleware: readonly MiddlewareHandler<AppEnvironment>[];
  readonly gate: AuthenticationGate;
}

interface EdgePorts {
  readonly surroundings: Pick<Surroundings, 'now'>;
  readonly secrets: Pick<Secrets, 'operatorKey'>;
}

export function createEdge(
  { limits, cors: { origins } }: Pick<Settings, 'limits' | 'cors'>,
  { surroundings, secrets }: EdgePorts,
): Edge {
  const keys = bucketsOf(limits.perKeyPerSecond, 2);
  const addresses = bucketsOf(limits.perAddressPerSecond, 2);
  const failures = bucketsOf(limits.failuresPerAddressPerMinute / 60, 60);

  function takeOf(buckets: TokenBuckets | undefined, name: string, what: string): void {
    refuseFor(name === '' ? 0 : (buckets?.take(name, surroundings.now()) ?? 0), what);
  }

  const gate: AuthenticationGate = {
    beforeLookup(c) {
      const address = addressOf(c);
      if (address === '') return;
      refuseFor(
        failures?.waitMs(address, surroundings.now()) ?? 0,
        'unknown keys from this address',
      );
    },
    failed(c) {
      const address = addressOf(c);
      if (address !== '') failures?.take(address, surroundings.now());
    },
    admitted(_, keyId) {
      takeOf(keys, keyId, 'requests with this key');
    },
  };

  /** Every request, whatever header it has, but those with the operator's key. */
  const limitAddresses: MiddlewareHandler<AppEnvironment> = async (c, next) => {
    const token = addresses && bearerOf(c);
    if (token === undefined || !isSameKey(token, await secrets.operatorKey())) {
      takeOf(addresses, addressOf(c), 'requests from this address');
    }
    await next();
  };

  const forPages = cors({
    origin: [...origins],
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposeHeaders: ['Posthorn-Request-Id', 'Retry-After', 'ETag'],
    maxAge: PREFLIGHT_SECONDS,
  });
  return { middleware: origins.length === 0 ? [limitAddresses] : [forPages, limitAddresses], gate };
}

/** @param seconds how much of the rate may come at once */
function bucketsOf(perSecond: number, seconds: number): TokenBuckets | undefined {
  if (perSecond === 0) return undefined;
  const burst = Math.max(1, Math.ceil(perSecond * seconds));
  return new TokenBuckets({ perSecond, burst, maxBuckets: MAX_BUCKETS });
}

/** Empty where there is none, as in tests. */
const addressOf = (c: AppContext): string => addressGroup(sourceOf(c) ?? '');

function refuseFor(waitMs: number, what: string): void {
  if (waitMs === 0) return;
  throw new Problem(429, `Too many ${what}.`, [], {
    'Retry-After': String(Math.ceil(waitMs / 1000)),
  });
}
