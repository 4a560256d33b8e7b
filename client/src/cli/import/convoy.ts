// Endpoints and subscriptions of a project of Convoy, as its API answers them (OpenAPI document 26.3.5).
import type { EndpointInput } from '../../models.ts';
import { operatorFilter } from './operator-filter.ts';
import {
  described,
  entriesOf,
  idOf,
  type Members,
  membersOf,
  numberOf,
  optional,
  type Planned,
  rateOf,
  standardSecret,
  textOf,
  textOr,
  textsOf,
  typesOf,
} from './plan.ts';
import type { VendorApi } from './vendor-api.ts';

const PAGE = 100;

export async function readConvoy(api: VendorApi, project: string): Promise<Members> {
  const path = `/api/v1/projects/${encodeURIComponent(project)}`;
  const endpoints: Members[] = [];
  for await (const endpoint of listed(api, `${path}/endpoints`)) endpoints.push(endpoint);
  const subscriptions: Members[] = [];
  for await (const subscription of listed(api, `${path}/subscriptions`)) {
    const id = idOf(subscription.uid, 'subscription.uid');
    const answer = await api.get(`${path}/subscriptions/${id}/filters`, { or404: { data: [] } });
    subscriptions.push({ ...subscription, filters: membersOf(answer, 'filters').data });
  }
  return { endpoints, subscriptions };
}

function listed(api: VendorApi, path: string): AsyncGenerator<Members> {
  const query = { perPage: String(PAGE), direction: 'next' };
  return api.pages(path, query, (answer) => {
    const { content, pagination } = membersOf(membersOf(answer, path).data, `${path}/data`);
    const { has_next_page, next_page_cursor } = optional(pagination, `${path}/pagination`);
    return {
      entries: content == null ? [] : entriesOf(content, `${path}/content`),
      next:
        has_next_page === true
          ? { next_page_cursor: textOf(next_page_cursor, `${path}/next_page_cursor`) }
          : undefined,
    };
  });
}

/** One for each subscription: a second subscription to the same endpoint sends it the same event again. */
export function planConvoy(exported: unknown): Planned[] {
  const { endpoints, subscriptions } = membersOf(exported, 'the export');
  const subscribed = entriesOf(subscriptions, 'subscriptions').map((subscription) => ({
    subscription,
    to: textOr(optional(subscription.endpoint_metadata, 'endpoint_metadata').uid),
  }));
  return entriesOf(endpoints, 'endpoints').flatMap((endpoint) => {
    const uid = idOf(endpoint.uid, 'endpoint.uid');
    const own = subscribed.filter(({ to }) => to === uid);
    if (own.length === 0) {
      return [{ ...planOf(endpoint, uid, undefined), impossible: 'it has no subscription' }];
    }
    return own.map(({ subscription }) => planOf(endpoint, uid, subscription));
  });
}

function planOf(endpoint: Members, uid: string, subscription: Members | undefined): Planned {
  const source =
    subscription === undefined ? uid : `${uid}/${idOf(subscription.uid, 'subscription.uid')}`;
  const subscribed = subscriptionOf(subscription ?? {}, source);
  const secret = secretOf(endpoint, source);
  const auth = authenticationOf(endpoint, source);
  const timeout = numberOf(endpoint.http_timeout);
  const rate = rateOf(numberOf(endpoint.rate_limit), numberOf(endpoint.rate_limit_duration));
  const name = textOr(endpoint.description) || textOr(endpoint.name);
  return {
    source,
    owner: textOr(endpoint.owner_id) || undefined,
    isPaused: textOr(endpoint.status, 'active') !== 'active',
    impossible: subscription?.type === 'cli' ? 'it forwards to a command line' : undefined,
    input: {
      url: textOf(endpoint.url, `${source}/url`),
      description: described(name, 'convoy', source),
      eventTypes: subscribed.eventTypes,
      ...(subscribed.filter && { filter: subscribed.filter }),
      ...(timeout !== undefined && { timeoutMs: Math.min(30, Math.max(1, timeout)) * 1000 }),
      ...rate.settings,
      ...secret.settings,
      ...auth.settings,
    },
    lost: [
      ...subscribed.lost,
      ...auth.lost,
      ...(endpoint.mtls_client_cert ? ['client certificate (mTLS)'] : []),
    ],
    notes: [...secret.notes, ...subscribed.notes, ...rate.notes],
  };
}

function subscriptionOf(subscription: Members, source: string) {
  const { event_types, filter } = optional(subscription.filter_config, `${source}/filter_config`);
  const names = textsOf(event_types, `${source}/event_types`);
  const types = typesOf(names.includes('*') ? [] : names);
  const config = optional(filter, `${source}/filter`);
  const filters =
    subscription.filters == null ? [] : entriesOf(subscription.filters, `${source}/filters`);
  const all = [config, ...filters.filter(({ event_type }) => event_type === '*')];
  const others = filters.filter(
    (one) => one.event_type !== '*' && PARTS.some((part) => has(one, part)),
  );
  const body = all.map((one) => one.raw_body ?? one.body).find((one) => !isEmpty(one));
  const said = operatorFilter(body, 'is skipped');
  const elsewhere = PARTS.filter((part) => part !== 'body' && all.some((one) => has(one, part)));
  return {
    eventTypes: types.eventTypes,
    filter: said.filter,
    lost: [
      ...types.lost,
      ...said.lost,
      ...elsewhere.map((part) => `filter on ${part}`),
      ...others.map((one) => `filter of event type ${textOr(one.event_type)}`),
      ...(textOr(subscription.function) === '' ? [] : ['transformation (function)']),
    ],
    notes: subscription.retry_config == null ? [] : ['retry configuration'],
  };
}

const PARTS = ['body', 'headers', 'query', 'path'] as const;
const isEmpty = (value: unknown) => value == null || Object.keys(Object(value)).length === 0;
const has = (filter: Members, part: string) => !isEmpty(filter[part]);

/** Its newest secret that does not expire. */
function secretOf(endpoint: Members, source: string) {
  const given = endpoint.secrets == null ? [] : entriesOf(endpoint.secrets, `${source}/secrets`);
  const lasting = given
    .filter(({ expires_at, deleted_at }) => !expires_at && !deleted_at)
    .toSorted((one, other) => textOr(one.created_at).localeCompare(textOr(other.created_at)));
  const secret = standardSecret(textOr(lasting.at(-1)?.value));
  const expiring = given.filter(({ expires_at }) => Boolean(expires_at)).length;
  return {
    settings: secret === undefined ? {} : { secret },
    notes: [
      ...(secret === undefined ? ['a new secret is made'] : []),
      ...(expiring > 0 ? [`${expiring} secrets that expire`] : []),
    ],
  };
}

function authenticationOf(
  endpoint: Members,
  source: string,
): { settings: Partial<EndpointInput>; lost: string[] } {
  const given = optional(endpoint.authentication, `${source}/authentication`);
  const type = textOr(given.type);
  const key = optional(given.api_key, `${source}/api_key`);
  const basic = optional(given.basic_auth, `${source}/basic_auth`);
  if (type === '') return { settings: {}, lost: [] };
  const [name, value] = [textOr(key.header_name), textOr(key.header_value)];
  if (type === 'api_key' && name && value) {
    return { settings: { authentication: [{ type: 'header', name, value }] }, lost: [] };
  }
  const [username, password] = [textOr(basic.username), textOr(basic.password)];
  if (type === 'basic_auth' && (username || password)) {
    return { settings: { authentication: [{ type: 'basic', username, password }] }, lost: [] };
  }
  return { settings: {}, lost: [`authentication ${type}`] };
}
