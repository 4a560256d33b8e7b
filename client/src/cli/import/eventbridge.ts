// Rules of EventBridge whose targets are API destinations, as the AWS CLI prints them.
import type { EndpointInput } from '../../models.ts';
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
  textOf,
  textOr,
  textsOf,
  typesOf,
} from './plan.ts';

interface Known {
  readonly destinations: ReadonlyMap<string, Members>;
  readonly connections: ReadonlyMap<string, Members>;
  /** By the name of the connection: its API key or password. */
  readonly secrets: Members;
}

/** One for each target that is an API destination. */
export function planEventBridge(exported: unknown): Planned[] {
  const { ApiDestinations, Connections, Rules, Secrets } = membersOf(exported, 'the export');
  const known = {
    destinations: byArn(ApiDestinations, 'ApiDestination'),
    connections: byArn(Connections, 'Connection'),
    secrets: optional(Secrets, 'Secrets'),
  };
  return entriesOf(Rules, 'Rules').flatMap((rule) => {
    const name = idOf(rule.Name, 'Rule.Name');
    return entriesOf(rule.Targets, `${name}/Targets`).flatMap((target) => {
      const destination = known.destinations.get(textOr(target.Arn));
      return destination ? [planOf(rule, name, target, destination, known)] : [];
    });
  });
}

function byArn(value: unknown, kind: string): Map<string, Members> {
  const entries = entriesOf(value, `${kind}s`);
  return new Map(entries.map((one) => [textOf(one[`${kind}Arn`], `${kind}Arn`), one]));
}

function planOf(
  rule: Members,
  name: string,
  target: Members,
  destination: Members,
  { connections, secrets }: Known,
): Planned {
  const bus = idOf(textOr(rule.EventBusName, 'default').replaceAll('/', ':'), 'EventBusName');
  const source = `${bus}/${name}/${idOf(target.Id, `${name}/Target.Id`)}`;
  const method = textOr(destination.HttpMethod, 'POST');
  const connection = connections.get(textOr(destination.ConnectionArn)) ?? {};
  const pattern = rule.EventPattern === undefined ? undefined : patternOf(rule, source);
  const said = subscriptionOf(pattern ?? {}, source);
  const auth = authenticationOf(connection, secrets, source);
  const request = requestOf(destination, connection, target, source);
  const rate = rateOf(numberOf(destination.InvocationRateLimitPerSecond), 1);
  return {
    source,
    isPaused: rule.State === 'DISABLED' || destination.ApiDestinationState === 'INACTIVE',
    impossible: !pattern
      ? 'a rule without a pattern, such as a schedule'
      : !['POST', 'PUT', 'PATCH'].includes(method)
        ? `method ${method}`
        : undefined,
    input: {
      url: request.url,
      description: described(textOr(rule.Description), 'eventbridge', source),
      eventTypes: said.eventTypes,
      channels: said.channels,
      ...(said.filter && { filter: said.filter }),
      ...(method !== 'POST' && { method: method as 'PUT' | 'PATCH' }), // others are impossible
      headers: request.headers,
      ...rate.settings,
      ...auth.settings,
    },
    lost: [...said.lost, ...request.lost, ...auth.lost],
    notes: [
      'a secret is made: EventBridge signs nothing',
      ...rate.notes,
      ...(target.RetryPolicy == null ? [] : ['retry policy']),
      ...(target.DeadLetterConfig == null ? [] : ['dead-letter queue']),
    ],
  };
}

/** The AWS CLI prints it as JSON in a text. */
function patternOf({ EventPattern }: Members, source: string): Members {
  try {
    return membersOf(JSON.parse(textOf(EventPattern, `${source}/EventPattern`)), source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { 'a pattern that is no JSON': EventPattern };
  }
}

const STARTS = /^([A-Za-z0-9_-]+\.)+$/;
const ENDS = /^(\.[A-Za-z0-9_-]+)+$/;

function subscriptionOf(pattern: Members, source: string) {
  const { 'detail-type': detailType, source: from, detail, ...others } = pattern;
  const lost = Object.keys(others).map((name) => `pattern of ${name}`);
  const plain: string[] = [];
  const patterns: string[] = [];
  for (const one of Array.isArray(detailType) ? detailType : []) {
    const { prefix, suffix } = typeof one === 'object' && one !== null ? membersOf(one, '') : {};
    if (typeof one === 'string') plain.push(one);
    else if (typeof prefix === 'string' && STARTS.test(prefix)) patterns.push(`${prefix}*`);
    else if (typeof suffix === 'string' && ENDS.test(suffix)) patterns.push(`*.**${suffix}`);
    else lost.push(`detail-type ${JSON.stringify(one)}`);
  }
  const types = typesOf(plain);
  const sources = Array.isArray(from) ? from : [];
  const isPlain = sources.every((one) => typeof one === 'string');
  const bound = channelsOf(isPlain ? textsOf(from, `${source}/source`) : []);
  if (!isPlain) lost.push('pattern of source');
  if (patterns.length + types.eventTypes.length > 100) lost.push('more than 100 event types');
  return {
    eventTypes: [...types.eventTypes, ...patterns].slice(0, 100),
    channels: bound.channels,
    filter: detail === undefined ? undefined : membersOf(detail, `${source}/detail`),
    lost: [...lost, ...types.lost, ...bound.lost],
  };
}

/** Where to, and with which headers, once what is static of the target and of the connection is put in. */
function requestOf(destination: Members, connection: Members, target: Members, source: string) {
  const lost: string[] = [];
  if (target.Input != null) lost.push('a constant input');
  if (target.InputTransformer != null) lost.push('input transformer');
  // Our body has the event's data as `data`, whole.
  if (target.InputPath != null && target.InputPath !== '$.detail') lost.push('input path');
  const own = optional(target.HttpParameters, `${source}/HttpParameters`);
  const shared = optional(
    optional(connection.AuthParameters, `${source}/AuthParameters`).InvocationHttpParameters,
    `${source}/InvocationHttpParameters`,
  );
  const isStatic = (value: string) => !value.startsWith('$');
  let url = textOf(destination.InvocationEndpoint, `${source}/InvocationEndpoint`);
  for (const value of textsOf(own.PathParameterValues, `${source}/PathParameterValues`)) {
    if (isStatic(value)) url = url.replace('*', () => encodeURIComponent(value));
    else lost.push('a path from the event');
  }
  if (url.includes('*')) lost.push('a path parameter without a value');
  const kinds = { header: 'HeaderParameters', query: 'QueryStringParameters' } as const;
  const given = (kind: keyof typeof kinds): [string, string][] => {
    const listed = shared[kinds[kind]];
    const ofConnection = listed == null ? [] : entriesOf(listed, `${source}/${kinds[kind]}`);
    const secret = ofConnection.filter(({ IsValueSecret }) => IsValueSecret === true);
    lost.push(...secret.map(({ Key }) => `secret ${kind} parameter ${textOr(Key)}`));
    const open = ofConnection.filter((one) => !secret.includes(one));
    const ofTarget = Object.entries(optional(own[kinds[kind]], `${source}/${kinds[kind]}`));
    const all = [...ofTarget, ...open.map(({ Key, Value }) => [textOr(Key), Value] as const)];
    const texts = all.map(([name, value]): [string, string] => [name, textOr(value)]);
    lost.push(
      ...texts
        .filter(([, value]) => !isStatic(value))
        .map(([name]) => `${kind} ${name} from the event`),
    );
    return texts.filter(([, value]) => isStatic(value));
  };
  const headers = Object.fromEntries(given('header'));
  const query = new URLSearchParams(given('query')).toString();
  if (query !== '') url += `${url.includes('?') ? '&' : '?'}${query}`;
  if (shared.BodyParameters != null && entriesOf(shared.BodyParameters, source).length > 0) {
    lost.push('body parameters');
  }
  return { url, headers, lost };
}

function authenticationOf(
  connection: Members,
  secrets: Members,
  source: string,
): { settings: Partial<EndpointInput>; lost: string[] } {
  const type = textOr(connection.AuthorizationType);
  const parameters = optional(connection.AuthParameters, `${source}/AuthParameters`);
  const name = textOr(connection.Name);
  const secret = textOr(Object.hasOwn(secrets, name) ? secrets[name] : undefined);
  const lost = [
    ...(connection.InvocationConnectivityParameters == null ? [] : ['a private connection']),
    ...(type === '' ? ['its connection is not in the export'] : []),
  ];
  if (type === '') return { settings: {}, lost };
  const key = optional(parameters.ApiKeyAuthParameters, `${source}/ApiKeyAuthParameters`);
  const basic = optional(parameters.BasicAuthParameters, `${source}/BasicAuthParameters`);
  if (type === 'API_KEY' && secret !== '') {
    const header = { type: 'header', name: textOr(key.ApiKeyName), value: secret } as const;
    return { settings: { authentication: [header] }, lost };
  }
  if (type === 'BASIC' && secret !== '') {
    const account = { type: 'basic', username: textOr(basic.Username), password: secret } as const;
    return { settings: { authentication: [account] }, lost };
  }
  const isKnown = type === 'API_KEY' || type === 'BASIC';
  return {
    settings: {},
    lost: [...lost, isKnown ? `authentication: Secrets has no ${name}` : `authentication ${type}`],
  };
}
