// Generated from docs/openapi.json: npm run client:generate
// sha256 efcbeaac56e23e6a514a04db5f7f06e7378f9c51a80b1c9d3fae61ee34bb5ccc

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
