// Generated from docs/openapi.json: npm run client:generate
// sha256 8dc209406e859c3b308267705261a3c9f573c98dc3b09afa11818caf3bc6a35a

/** Creating calls that take an Idempotency-Key: the path of each POST. */
export const KEYED_POSTS: readonly string[] = [
  '/v1/events',
  '/v1/replays',
  '/v1/endpoints/{id}/recover',
];
