// What the OpenAPI document shows as examples of answers; a test holds them against their schemas.
import { SETTINGS } from '../core/endpoints/settings/all.ts';
import { exampleSettings } from '../core/endpoints/settings/setting.ts';

const SUFFIX = '01kg9vhq5pfh9tz4dg5ckhsvhm';
const TIME = '2026-01-31T09:30:00.000Z';
const LATER = '2026-01-31T09:30:00.412Z';
const EVENT = `evt_${SUFFIX}`;
const ENDPOINT = `ep_${SUFFIX}`;

const { tls, ...settings } = exampleSettings(SETTINGS);
const endpoint = {
  id: ENDPOINT,
  ...settings,
  tls,
  template: null,
  own: null,
  verifyUrl: false,
  verifiedAt: null,
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

const test = {
  outcome: 'http_200',
  detail: null,
  sentAt: TIME,
  durationMs: 84,
  timings: { dnsMs: 2, connectMs: 11, tlsMs: 24, firstByteMs: 46 },
  request: {
    method: 'POST',
    url: 'https://acme.io/webhooks',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"dossier.created","timestamp":"2026-01-31T09:30:00.000Z","data":{"dossier":"d-1"}}',
  },
  response: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' },
};

const challenge = 'u0n3zLkX8Jm1QvZ4Yt6RwPbA2CdEfGhI';
const verification = {
  verified: true,
  endpoint: { ...endpoint, verifyUrl: true, verifiedAt: LATER },
  exchange: {
    ...test,
    request: {
      ...test.request,
      body: `{"type":"endpoint.verification","challenge":"${challenge}"}`,
    },
    response: { ...test.response, body: challenge },
  },
};

const problem = {
  type: 'about:blank',
  title: 'The request has faults',
  status: 422,
  detail: 'One fault; each is listed with its path.',
};

const template = {
  id: `tpl_${SUFFIX}`,
  name: 'partners',
  settings: {
    contract: 'standard-webhooks',
    contractOptions: {},
    eventTypes: ['dossier.*'],
    timeoutMs: 5_000,
  },
  environment: 'live',
  createdAt: TIME,
  updatedAt: LATER,
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
      timings: { dnsMs: 2, connectMs: 11, tlsMs: 24, firstByteMs: 46 },
    },
  ],
  nextAttemptAt: null,
  deadlineAt: '2026-03-12T09:30:00.000Z',
  deathReason: null,
  replay: null,
  subject: 'dossier-1',
  occurredAt: null,
  acceptedAt: TIME,
  firstAttemptAt: LATER,
  deliveredAt: LATER,
  lastRequest: {
    headers: {
      'webhook-id': EVENT,
      'webhook-timestamp': '1769851800',
      'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
    },
    complete: true,
  },
  lastResponse: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' },
  redactedAt: null,
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
  redactedAt: null,
};

const replay = {
  id: `rpl_${SUFFIX}`,
  endpoint: ENDPOINT,
  state: 'running',
  status: 'dead',
  types: [],
  subject: null,
  since: '2026-01-30T00:00:00.000Z',
  until: TIME,
  reachedAt: '2026-01-30T17:21:09.113Z',
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
  lastUsedAt: '2026-01-31T09:00:00.000Z',
};

const currentKey = {
  kind: 'tenant',
  tenant: 'acme',
  environment: 'live',
  scopes: ['events:write', 'events:read'],
  key,
};

const createdEndpoints = {
  results: [
    { endpoint },
    {
      error: {
        ...problem,
        errors: [{ path: '/endpoints/1/url', message: 'must be an https:// URL' }],
      },
    },
  ],
};

const changedEndpoints = {
  matched: 1,
  changed: 1,
  unchanged: 0,
  failed: 0,
  dryRun: true,
  results: [{ endpoint: ENDPOINT, outcome: 'changed' }],
  next: null,
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

const tenant = {
  id: 'acme',
  name: 'Acme Ltd',
  createdAt: TIME,
  deletedAt: null,
  erasure: null,
};
const erased = { keys: 2, endpoints: 1, templates: 0, feeds: 0, replays: 0, events: 0 };

const settled = { settledAt: '2026-01-31T09:36:00.000Z', eventDataUntil: null };

const redacted = { subject: null, redactedAt: LATER };
const withData = { ...event, data: { dossier: 'd-1' } };
const polled = {
  ...withData,
  delivery: delivery.id,
  idempotencyKey: 'wh_4hGkz0CSjRD1W0uOZkzAq2yB',
};

export const EXAMPLES = {
  test,
  testsOfMany: { results: [{ endpoint: ENDPOINT, test }], next: null },
  verification,
  template,
  currentKey,
  createdEndpoints,
  changedEndpoints,
  eventWithData: withData,
  eventFeed: {
    data: [polled],
    next: 'MTc2OTg1MTgwMDAwMCNldnRfMDFrZzl2aHE1cGZoOXR6NGRnNWNraHN2aG0',
    more: false,
  },
  endpoint,
  delivery,
  event,
  eventWithDeliveries: {
    ...event,
    deliveries: [delivery],
    deliveriesNext: null,
    data: { dossier: 'd-1' },
  },
  replay,
  key,
  createdKey: { ...key, key: 'ph_live_dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM' },
  redactedEvent: {
    ...event,
    ...redacted,
    deliveries: [{ ...delivery, ...redacted, lastRequest: null, lastResponse: null }],
    deliveriesNext: null,
    data: null,
  },
  tenant,
  deletedTenant: {
    ...tenant,
    deletedAt: LATER,
    erasure: { state: 'running', done: erased, finishedAt: null },
  },
  sealingKeys: { current: 2, versions: [1, 2], changedAt: TIME, ...settled },
  resealing: {
    current: 2,
    walked: 1204,
    resealed: 1203,
    left: 0,
    othersUnused: true,
    ...settled,
    next: null,
  },
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
