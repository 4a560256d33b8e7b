// Generated from docs/openapi.json: npm run client:generate
// sha256 86dbacba9ff7b88d989729c13e55e4ba87e2c7cf3c2102fa8d6a6c02d8b5847e

/** Creating calls that take an Idempotency-Key: the path of each POST. */
export const KEYED_POSTS: readonly string[] = [
  '/v1/events',
  '/v1/endpoints',
  '/v1/templates',
  '/v1/replays',
  '/v1/endpoints/{id}/recover',
  '/v1/keys',
  '/v1/signing-keys',
  '/v1/signing-keys/{id}/rotate',
];
