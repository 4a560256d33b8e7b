// Answers of Svix, in the form of its OpenAPI document 1.947.0 (svix/svix-webhooks 4fc0cfb8, codegen/lib-openapi.json).
const created = { createdAt: '2026-08-01T09:30:00Z', updatedAt: '2026-08-20T09:30:00Z' };

export const ACME = 'app_1srOrx2ZWZBpBUvZwXKQmoEYga2';
export const GLOBEX = 'app_2srOrx2ZWZBpBUvZwXKQmoEYga3';
const ENDPOINTS = `/api/v1/app/${ACME}/endpoint`;
const endpointId = (digit: number) => `ep_${digit}srOrx2ZWZBpBUvZwXKQmoEYga2`;
export const [ORDERS, DISABLED, TRANSFORMED, ODD] = [1, 2, 3, 4].map(endpointId) as [
  string,
  string,
  string,
  string,
];
export const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
/** Without its prefix, as the document allows. */
const BARE = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const SENT_HEADER = 'x-acme-token-7711';

/** By path and query. @param url of the receiver */
export function svixAnswers(url: string): Readonly<Record<string, unknown>> {
  const endpoint = (id: string, path: string, more: object) => ({
    ...created,
    id,
    url: `${url}${path}`,
    description: '',
    metadata: {},
    disabled: false,
    ...more,
  });
  const of = (id: string, secret: string, headers = {}, sensitive: string[] = []) => ({
    [`${ENDPOINTS}/${id}/secret`]: { key: secret },
    [`${ENDPOINTS}/${id}/headers`]: { headers, sensitive },
  });
  const page = (data: object[], iterator: string | null, done: boolean) => ({
    data,
    iterator,
    prevIterator: null,
    done,
  });
  const acme = { ...created, id: ACME, uid: 'acme', name: 'Acme', metadata: {} };
  const globex = { ...created, id: GLOBEX, uid: null, name: 'Globex', metadata: {} };
  return {
    '/api/v1/app?limit=250': page([acme, globex], GLOBEX, true),
    '/api/v1/app/acme': acme,
    [`/api/v1/app/${GLOBEX}/endpoint?limit=250`]: page([], null, true),
    [`${ENDPOINTS}?limit=250`]: page(
      [
        endpoint(ORDERS, '/orders?token=query-secret-99', {
          description: 'Orders \u001b[31mred\u0007',
          eventTypes: ['order.created', 'order.paid'],
          channels: ['project_1337'],
          throttleRate: 50,
          uid: 'orders',
        }),
        endpoint(DISABLED, '/disabled', { disabled: true, eventTypes: null, channels: null }),
      ],
      DISABLED,
      false,
    ),
    [`${ENDPOINTS}?limit=250&iterator=${DISABLED}`]: page(
      [
        endpoint(TRANSFORMED, '/transformed', { eventTypes: ['order.created'] }),
        endpoint(ODD, '/odd', { eventTypes: ['order..paid', 'order.paid'] }),
      ],
      ODD,
      true,
    ),
    ...of(ORDERS, SECRET, { 'X-Acme-Token': SENT_HEADER }),
    ...of(DISABLED, BARE),
    ...of(TRANSFORMED, SECRET),
    ...of(ODD, SECRET, {}, ['Authorization']),
    [`${ENDPOINTS}/${TRANSFORMED}/transformation`]: {
      enabled: true,
      code: 'function handler(webhook) { return webhook; }',
      updatedAt: '2026-08-20T09:30:00Z',
    },
    [`${ENDPOINTS}/${ORDERS}/transformation`]: { enabled: false, code: null, updatedAt: null },
  };
}
