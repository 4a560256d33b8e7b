// Generated from docs/openapi.json: npm run client:generate
// sha256 dbf0cd95d12ea08a0bbd11a56aa2f889823db74b16bc78f77937b2e42ca89ece

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
