// Generated from docs/openapi.json: npm run client:generate
// sha256 a5b1ea54e784852e3b2c1e8fd081b010bbd6dc5d08b84d500b70e3e3201bca94

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
