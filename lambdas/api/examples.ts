// What the OpenAPI document shows as examples of answers; a test holds them against their schemas.
const SUFFIX = '01kg9vhq5pfh9tz4dg5ckhsvhm';
const TIME = '2026-01-31T09:30:00.000Z';
const LATER = '2026-01-31T09:30:00.412Z';
const EVENT = `evt_${SUFFIX}`;
const ENDPOINT = `ep_${SUFFIX}`;

const endpoint = {
  id: ENDPOINT,
  url: 'https://acme.io/webhooks',
  contract: 'standard-webhooks',
  contractOptions: {},
  eventTypes: ['dossier.*'],
  channels: [],
  filter: { risk: { score: [{ numeric: ['>', 80] }] } },
  method: 'POST',
  headers: {},
  timeoutMs: 10_000,
  retryPolicy: 'forty-days',
  autoPause: true,
  maxPerSecond: null,
  description: '',
  secret: '****************************7oD=',
  token: 'wh_4hGkz0CSjRD1W0uOZkzAq2yB',
  signatures: [],
  ownSignature: true,
  encryption: null,
  authentication: [],
  renameHeaders: {},
  timingHeaders: false,
  status: 'active',
  health: {
    state: 'healthy',
    failures: 0,
    failingSince: null,
    lastSuccessAt: TIME,
    pausedBy: null,
    nextProbeAt: null,
  },
  environment: 'live',
  createdAt: TIME,
};

const delivery = {
  id: `dlv_${SUFFIX}${SUFFIX}`,
  event: EVENT,
  endpoint: ENDPOINT,
  type: 'dossier.created',
  status: 'delivered',
  run: 1,
  attempts: [
    {
      number: 1,
      run: 1,
      cause: 'first',
      at: TIME,
      durationMs: 84,
      outcome: 'http_200',
      responseStatus: 200,
      detail: null,
    },
  ],
  nextAttemptAt: null,
  deadlineAt: '2026-03-12T09:30:00.000Z',
  deathReason: null,
  acceptedAt: TIME,
  deliveredAt: LATER,
  lastResponse: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' },
};

const event = {
  id: EVENT,
  type: 'dossier.created',
  tenant: 'acme',
  environment: 'live',
  acceptedAt: TIME,
  occurredAt: null,
  subject: 'dossier-1',
  channels: [],
};

const replay = {
  id: `rpl_${SUFFIX}`,
  endpoint: ENDPOINT,
  state: 'running',
  status: 'dead',
  types: [],
  since: '2026-01-30T00:00:00.000Z',
  until: TIME,
  found: 1200,
  sent: 1100,
  skipped: 3,
  cancelledBy: null,
  createdAt: TIME,
  updatedAt: LATER,
  finishedAt: null,
};

const key = {
  id: `key_${SUFFIX}`,
  name: 'producer',
  tenant: 'acme',
  environment: 'live',
  scopes: ['events:write', 'events:read'],
  hint: 'ph_live_dN4w',
  createdAt: TIME,
  expiresAt: null,
  revokedAt: null,
};

const signingKey = {
  id: `sk_${SUFFIX}`,
  algorithm: 'Ed25519',
  origin: 'generated',
  state: 'signing',
  publicKey: '-----BEGIN PUBLIC KEY-----\n...\n-----END PUBLIC KEY-----\n',
  createdAt: TIME,
  signsFrom: TIME,
  publishedUntil: null,
};

export const EXAMPLES = {
  endpoint,
  delivery,
  event,
  eventWithDeliveries: { ...event, deliveries: [delivery], data: { dossier: 'd-1' } },
  replay,
  key,
  createdKey: { ...key, key: 'ph_live_dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM' },
  tenant: { id: 'acme', name: 'Acme Ltd', createdAt: TIME },
  signingKey,
  jwks: {
    keys: [
      {
        kty: 'OKP',
        crv: 'Ed25519',
        x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
        kid: signingKey.id,
        alg: 'EdDSA',
        use: 'sig',
      },
    ],
  },
} as const;
