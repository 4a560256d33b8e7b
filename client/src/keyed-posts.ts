// Generated from docs/openapi.json: npm run client:generate
// sha256 0845f5bec0eefe2bd07db362edc483fae8a2d528070e8f7f99cf54746ec25810

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
