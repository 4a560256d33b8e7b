// Generated from docs/openapi.json: npm run client:generate
// sha256 2a08f4c0d3dd44b7e57ccb9703bdff0ff56f735dced294b98923e6c8f32a5b4b

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
