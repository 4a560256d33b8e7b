// Generated from docs/openapi.json: npm run client:generate
// sha256 e3498a599ffc55adc06d7bedcb41c3b2c2aed9a36bef1ffccd5be4e92a55aad9

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
