// The chapters of the document, in their order.
export const TAGS: readonly (readonly [name: string, description: string])[] = [
  ['Events', 'What comes in: immutable facts, each with a type and data.'],
  ['Event types', 'The catalogue: what types of events there are, and what their data looks like.'],
  ['Endpoints', 'Where a tenant’s events go: URL, contract, subscription, secret, retry policy.'],
  ['Templates', 'Named settings that endpoints are made from and follow.'],
  ['Deliveries', 'One event for one endpoint, with every attempt.'],
  ['Replays', 'Deliveries of an endpoint and a span of time, sent once more.'],
  ['Keys', 'Keys of tenants, with scopes.'],
  ['Tenants', 'The customers of the platform.'],
  ['Signing keys', 'The stack’s own keys, and their public halves for receivers.'],
  ['Sealing keys', 'Versions of the key that seals what the stack keeps secret.'],
  ['Dead letters', 'Messages that our own code could not process.'],
  ['Service', 'Whether it answers, and this document.'],
];
