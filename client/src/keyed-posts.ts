// Generated from docs/openapi.json: npm run client:generate
// sha256 341c39e1a68816fb38b194eddcd988e6f676ba995e0eee7225658e579ebc0937

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
