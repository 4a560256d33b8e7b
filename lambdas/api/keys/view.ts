// An API key as the API shows it.
import type { ApiKey } from '../../core/keys/api-key.ts';
import { time } from '../schemas.ts';

export function keyView(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    tenant: key.tenant,
    environment: key.environment,
    scopes: key.scopes,
    hint: key.hint,
    createdAt: time(key.createdAtMs),
    expiresAt: key.expiresAtMs === undefined ? null : time(key.expiresAtMs),
    revokedAt: key.revokedAtMs === undefined ? null : time(key.revokedAtMs),
    lastUsedAt: key.lastUsedAtMs === undefined ? null : time(key.lastUsedAtMs),
  };
}
