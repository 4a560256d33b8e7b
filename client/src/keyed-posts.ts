// Generated from docs/openapi.json: npm run client:generate
// sha256 94cf507bc1d96b4637a2a668928c10d8e8dab0acd565f21c78bb0b5680d32c9a

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
