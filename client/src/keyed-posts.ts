// Generated from docs/openapi.json: npm run client:generate
// sha256 fcfe6e1f4ed36caa2b9eeee51d337009d5876ddddd74e2c250e3fca60b0f9600

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
