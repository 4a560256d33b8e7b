// Answers of Convoy, in the form of its OpenAPI document 26.3.5 (frain-dev/convoy 2b60cc65, docs/v3/openapi3.json).
const times = { created_at: '2026-05-01T09:30:00Z', updated_at: '2026-06-01T09:30:00Z' };
const PROJECT = '01HQ8Z7V4X2N6M3K9P5R1T7W0Y';

export const SECRET = 'convoy-secret-of-acme-0123456789';
export const OLD_SECRET = 'convoy-secret-that-expires-98765';
export const PASSWORD = 'basic-password-of-acme-555';
export { PROJECT as CONVOY_PROJECT };

/** By path and query. @param url of the receiver */
export function convoyAnswers(url: string): Readonly<Record<string, unknown>> {
  const endpoint = (uid: string, more: object) => ({
    ...times,
    uid,
    project_id: PROJECT,
    owner_id: 'acme',
    name: `endpoint ${uid}`,
    description: '',
    url: `${url}/${uid}`,
    status: 'active',
    http_timeout: 15,
    rate_limit: 0,
    rate_limit_duration: 0,
    advanced_signatures: true,
    content_type: 'application/json',
    authentication: null,
    secrets: [secret(SECRET)],
    ...more,
  });
  const subscription = (uid: string, to: string, event_types: string[], filter: object) => ({
    ...times,
    uid,
    name: uid,
    type: 'api',
    project_id: PROJECT,
    endpoint_metadata: { uid: to },
    source_metadata: null,
    filter_config: { event_types, filter: { headers: {}, query: {}, path: {}, body: {}, ...filter } },
    retry_config: null,
    rate_limit_config: null,
    function: null,
    delivery_mode: 'at_least_once',
  });
  const path = `/api/v1/projects/${PROJECT}`;
  const query = 'perPage=100&direction=next';
  const filtersOf = (uid: string) => `${path}/subscriptions/${uid}/filters`;
  return {
    [`${path}/endpoints?${query}`]: page(
      [
        endpoint('ep-ledger', {
          rate_limit: 120,
          rate_limit_duration: 60,
          secrets: [secret(OLD_SECRET, '2026-12-24T00:00:00Z'), secret(SECRET)],
          authentication: {
            type: 'basic_auth',
            basic_auth: { username: 'acme', password: PASSWORD },
          },
        }),
      ],
      'cursor-2',
    ),
    [`${path}/endpoints?${query}&next_page_cursor=cursor-2`]: page([
      endpoint('ep-paused', { status: 'paused' }),
      endpoint('ep-oauth', { authentication: { type: 'oauth2', oauth2: { url: `${url}/token` } } }),
      endpoint('ep-nothing', {}),
    ]),
    [`${path}/subscriptions?${query}`]: page([
      subscription('sub-ledger', 'ep-ledger', ['invoice.paid'], {
        body: { 'invoice.amount': { $gte: 100 }, 'invoice.country': 'DE' },
        is_flattened: true,
      }),
      subscription('sub-regex', 'ep-ledger', ['invoice.voided'], {
        body: { 'invoice.number': { $regex: '^A' } },
        is_flattened: true,
      }),
      subscription('sub-paused', 'ep-paused', ['*'], {}),
      subscription('sub-oauth', 'ep-oauth', ['invoice.paid'], {}),
    ]),
    ...Object.fromEntries(
      ['sub-ledger', 'sub-regex', 'sub-paused', 'sub-oauth'].map((uid) => [
        filtersOf(uid),
        { status: true, message: 'Filters fetched successfully', data: [] },
      ]),
    ),
  };
}

const secret = (value: string, expires_at: string | null = null) => ({
  ...times,
  uid: `uid-${value.length}-${expires_at ?? 'lasting'}`,
  value,
  expires_at,
  deleted_at: null,
});

const page = (content: object[], next_page_cursor = '') => ({
  status: true,
  message: 'fetched successfully',
  data: {
    content,
    pagination: {
      per_page: 100,
      has_next_page: next_page_cursor !== '',
      has_prev_page: false,
      next_page_cursor,
      prev_page_cursor: '',
    },
  },
});
