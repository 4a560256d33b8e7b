// The chapters of the document, in their order.
export const TAGS: readonly (readonly [name: string, description: string])[] = [
  ['Events', 'Immutable facts that producers send, each with a type and data.'],
  ['Event types', 'The catalogue of event types, with the schemas of their data.'],
  [
    'Endpoints',
    'Where a tenant’s events are delivered: URL, contract, subscription, secret, retry policy.',
  ],
  ['Templates', 'Named sets of settings that endpoints inherit.'],
  ['Deliveries', 'One event for one endpoint, with every attempt.'],
  ['Analytics', 'What happened to attempts and deliveries, counted by the hour.'],
  ['Replays', 'Jobs that resend an endpoint’s deliveries from a period of time.'],
  ['Keys', 'API keys of tenants, with scopes.'],
  ['Sessions', 'Who may open the portal and the console, and for how long.'],
  ['Tenants', 'The customers of the platform.'],
  ['Signing keys', 'The stack’s own signing keys. Receivers fetch the public halves.'],
  ['Sealing keys', 'Versions of the key that seals the secrets that the stack stores.'],
  ['Dead letters', 'Messages that Posthorn could not process.'],
  ['Service', 'Health, egress addresses, and this document.'],
];
