// Answers of Hookdeck, in the form of its OpenAPI document for version 2025-07-01 (hookdeck/hookdeck-cli 6eeaecc8,
// plans/openapi_2025-07-01.json).
const times = { updated_at: '2026-06-01T09:30:00.000Z', created_at: '2026-05-01T09:30:00.000Z' };
const team = { team_id: 'tm_5b3mzbxjrvcpwq' };

export const SIGNING_SECRET = 'hd5ignings3cretofaproject0123456789';
export const API_KEY = 'destination-api-key-4242';

/** By path and query. @param url of the receiver */
export function hookdeckAnswers(url: string): Readonly<Record<string, unknown>> {
  const source = { ...times, ...team, id: 'src_m6oxbqyu3zhh', name: 'shop-orders', type: 'WEBHOOK' };
  const destinations = {
    des_crm: destination('des_crm', 'HTTP', {
      url: `${url}/crm`,
      rate_limit: 30,
      rate_limit_period: 'minute',
      path_forwarding_disabled: true,
      http_method: 'PUT',
      auth_type: 'API_KEY',
      auth: { key: 'X-Api-Key', api_key: API_KEY, to: 'header' },
    }),
    des_app: destination('des_app', 'HTTP', {
      url: `${url}/app`,
      rate_limit: null,
      rate_limit_period: null,
      path_forwarding_disabled: true,
      http_method: null,
      auth_type: 'HOOKDECK_SIGNATURE',
      auth: {},
    }),
    des_cli: destination('des_cli', 'CLI', { path: '/webhooks', auth_type: null, auth: {} }),
  };
  const connection = (id: string, to: keyof typeof destinations, more: object) => ({
    ...times,
    ...team,
    id,
    name: id,
    full_name: `shop-orders -> ${id}`,
    description: null,
    source,
    // A listing does not tell how a destination is authenticated.
    destination: { ...destinations[to], config: { url: `${url}/listed` } },
    rules: [],
    disabled_at: null,
    paused_at: null,
    ...more,
  });
  const first = [
    connection('web_crm', 'des_crm', {
      rules: [
        { type: 'retry', strategy: 'exponential', interval: 60_000, count: 5 },
        {
          type: 'filter',
          body: { order: { total: { $gte: 100, $lt: 500 }, country: { $in: ['DE', 'AT'] } } },
        },
      ],
    }),
    connection('web_app', 'des_app', { paused_at: '2026-06-02T00:00:00.000Z' }),
  ];
  const second = [
    connection('web_transformed', 'des_app', {
      rules: [
        { type: 'transform', transformation_id: 'trs_hnJ7ZHyWTmK5' },
        { type: 'filter', headers: { 'x-shop': 'acme' }, body: { tags: { $nin: 'test' } } },
      ],
    }),
    connection('web_cli', 'des_cli', {}),
  ];
  const page = (models: object[], next?: string) => ({
    pagination: { order_by: 'created_at', dir: 'desc', limit: 255, ...(next && { next }) },
    count: models.length,
    models,
  });
  const path = '/2025-07-01/connections?limit=255&disabled=true';
  return {
    [path]: page(first, 'web_app'),
    [`${path}&next=web_app`]: page(second),
    ...Object.fromEntries(
      Object.entries(destinations).map(([id, one]) => [
        `/2025-07-01/destinations/${id}?include=config.auth`,
        one,
      ]),
    ),
  };
}

const destination = (id: string, type: string, config: object) => ({
  ...times,
  ...team,
  id,
  name: id,
  description: null,
  type,
  config,
  disabled_at: null,
});
