// Generated from docs/openapi.json: npm run client:generate
// sha256 156b4a9f522f7eeccdadf1a2bc7f51130bc9f87c737fc5bef34a72ef04feb9ba

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
