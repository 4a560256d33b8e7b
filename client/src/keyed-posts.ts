// Generated from docs/openapi.json: npm run client:generate
// sha256 48bc86eff5480ae1b083e3a24d177c3ca6a555d770ae108b33b172b0dec248b6

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
