// Generated from docs/openapi.json: npm run client:generate
// sha256 6e4fdecd96b09cfe3c461f0c2d4f1e9d76ad35e6bc25f68cd002a88a0a81555b

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
