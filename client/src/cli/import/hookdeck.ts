// Connections of Hookdeck, as its API answers them (version 2025-07-01).
import type { EndpointInput } from '../../models.ts';
import { operatorFilter } from './operator-filter.ts';
import {
  channelsOf,
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
} from './plan.ts';
import type { VendorApi } from './vendor-api.ts';

const PAGE = 255;
const VERSION = '/2025-07-01';

/** The connections, each with its destination and how that is authenticated. */
export async function readHookdeck(api: VendorApi): Promise<Members> {
  const connections: Members[] = [];
  const destinations = new Map<string, Members>();
  const path = `${VERSION}/connections`;
  const query = { limit: String(PAGE), disabled: 'true' };
  for await (const connection of api.pages(path, query, pageOf)) {
    const id = idOf(membersOf(connection.destination, 'destination').id, 'destination.id');
    const destination =
      destinations.get(id) ??
      membersOf(
        await api.get(`${VERSION}/destinations/${id}`, { query: { include: 'config.auth' } }),
        'destination',
      );
    destinations.set(id, destination);
    connections.push({ ...connection, destination });
  }
  return { connections };
}

function pageOf(answer: unknown) {
  const { models, pagination } = membersOf(answer, 'connections');
  const { next } = optional(pagination, 'pagination');
  return {
    entries: entriesOf(models, 'models'),
    next: typeof next === 'string' && next !== '' ? { next } : undefined,
  };
}

/** @param signingSecret the project's: its API does not tell it */
export function planHookdeck(exported: unknown, signingSecret: string | undefined): Planned[] {
  const { connections } = membersOf(exported, 'the export');
  return entriesOf(connections, 'connections').map((connection) =>
    planOf(connection, signingSecret),
  );
}

function planOf(connection: Members, signingSecret: string | undefined): Planned {
  const id = idOf(connection.id, 'connection.id');
  const destination = membersOf(connection.destination, `${id}/destination`);
  const from = membersOf(connection.source, `${id}/source`);
  const config = optional(destination.config, `${id}/config`);
  const method = textOr(config.http_method, 'POST');
  const isHttp = destination.type === 'HTTP' && typeof config.url === 'string';
  const bound = channelsOf([textOf(from.name, `${id}/source/name`)]);
  const rules = connection.rules == null ? [] : entriesOf(connection.rules, `${id}/rules`);
  const said = rulesOf(rules);
  const auth = authenticationOf(config, signingSecret, id);
  const period = SECONDS[textOr(config.rate_limit_period, 'second')];
  const rate = rateOf(numberOf(config.rate_limit), period);
  const name = textOr(connection.description) || textOr(connection.full_name, id);
  return {
    source: id,
    isPaused: [connection.disabled_at, connection.paused_at, destination.disabled_at].some(Boolean),
    impossible: !isHttp
      ? `a destination of type ${textOr(destination.type, 'unknown')}`
      : !['POST', 'PUT', 'PATCH'].includes(method)
        ? `method ${method}`
        : undefined,
    input: {
      url: textOr(config.url),
      description: described(name, 'hookdeck', id),
      channels: bound.channels,
      ...(method !== 'POST' && { method: method as 'PUT' | 'PATCH' }), // others are impossible
      ...(said.filter && { filter: said.filter }),
      ...rate.settings,
      ...auth.settings,
    },
    lost: [...bound.lost, ...said.lost, ...auth.lost],
    notes: [...said.notes, ...rate.notes, ...auth.notes],
  };
}

const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 };

function rulesOf(rules: readonly Members[]) {
  const lost: string[] = [];
  const notes: string[] = [];
  let filter: Record<string, unknown> | undefined;
  for (const rule of rules) {
    const type = textOr(rule.type, 'unknown');
    if (type === 'filter') {
      const others = ['headers', 'query', 'path'].filter((part) => rule[part] != null);
      lost.push(...others.map((part) => `filter on ${part}`));
      const said = operatorFilter(rule.body, 'fails');
      lost.push(...said.lost, ...(filter && said.filter ? ['a second filter'] : []));
      filter ??= said.filter;
    } else if (type === 'retry' || type === 'delay') notes.push(`${type} rule`);
    else lost.push(type === 'transform' ? 'transformation' : `${type} rule`);
  }
  return { filter, lost, notes };
}

function authenticationOf(
  config: Members,
  signingSecret: string | undefined,
  id: string,
): { settings: Partial<EndpointInput>; lost: string[]; notes: string[] } {
  const type = textOr(config.auth_type, 'HOOKDECK_SIGNATURE');
  const auth = optional(config.auth, `${id}/auth`);
  const isOwn = type === 'CUSTOM_SIGNATURE';
  // Whatever authenticates, ours are signed too: by the secret that the receivers know already.
  const text = isOwn ? textOr(auth.signing_secret) : (signingSecret ?? '');
  const secret = standardSecret(text);
  const settings = secret === undefined ? {} : { secret };
  const notes = secret === undefined ? ['a new secret is made'] : [];
  const authenticated = (one: NonNullable<EndpointInput['authentication']>[number]) => ({
    settings: { ...settings, authentication: [one] },
    lost: [],
    notes,
  });
  if (type === 'HOOKDECK_SIGNATURE' || isOwn) return { settings, lost: [], notes };
  const [token, username, password] = [auth.token, auth.username, auth.password].map((one) =>
    textOr(one),
  );
  if (type === 'BEARER_TOKEN' && token) return authenticated({ type: 'bearer', token });
  if (type === 'BASIC_AUTH' && (username || password)) {
    return authenticated({ type: 'basic', username: username ?? '', password: password ?? '' });
  }
  const [name, value] = [textOr(auth.key), textOr(auth.api_key)];
  if (type === 'API_KEY' && auth.to !== 'query' && name && value) {
    return authenticated({ type: 'header', name, value });
  }
  return { settings, lost: [`authentication ${type}`], notes };
}
