// Generated from docs/openapi.json: npm run client:generate
// sha256 cccc6ba6398e1e9a654681aec6bd4ad92ef46512e4bb6a3d37f81997f95dc0c7

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
