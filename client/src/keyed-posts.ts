// Generated from docs/openapi.json: npm run client:generate
// sha256 0e53f3b3c7f6c1c5b87b06114bb0062617c19fe0cd6227d8fd9cdc187c33d7ff

/** Creating calls that take an Idempotency-Key: the path of each POST. */
export const KEYED_POSTS: readonly string[] = [
  '/v1/events',
  '/v1/endpoints',
  '/v1/endpoints/bulk',
  '/v1/templates',
  '/v1/replays',
  '/v1/endpoints/{id}/recover',
  '/v1/keys',
  '/v1/signing-keys',
  '/v1/signing-keys/{id}/rotate',
];
