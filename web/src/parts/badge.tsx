// State is an icon and a word; colour only repeats it.
import type { DeliveryStatus, Endpoint } from '../base/models.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'off' | 'plain';

export function Badge({
  tone,
  icon,
  children,
}: {
  readonly tone: Tone;
  readonly icon?: IconName;
  readonly children: string;
}) {
  return (
    <span class={`badge ${tone}`}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

const DELIVERY: Record<DeliveryStatus, readonly [Tone, IconName, string]> = {
  pending: ['info', 'dots', 'Pending'],
  waiting: ['warn', 'clock', 'Waiting'],
  held: ['off', 'pause', 'Held'],
  delivered: ['ok', 'check', 'Delivered'],
  dead: ['bad', 'cross', 'Dead'],
  cancelled: ['off', 'slash', 'Cancelled'],
};

export function DeliveryBadge({ status }: { readonly status: DeliveryStatus }) {
  const [tone, icon, word] = DELIVERY[status] ?? ['plain', 'ask', status];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}

export type EndpointState =
  | 'healthy'
  | 'failing'
  | 'tripped'
  | 'paused'
  | 'recovering'
  | 'unverified'
  | 'deleted';

const ENDPOINT: Record<EndpointState, readonly [Tone, IconName, string]> = {
  healthy: ['ok', 'check', 'Healthy'],
  failing: ['bad', 'warn', 'Failing'],
  tripped: ['bad', 'bolt', 'Tripped'],
  paused: ['off', 'pause', 'Paused'],
  recovering: ['info', 'up', 'Recovering'],
  unverified: ['warn', 'ask', 'Unverified'],
  deleted: ['off', 'slash', 'Deleted'],
};

/** What an endpoint is, from its status and its health: a word for people. */
export function stateOf({ status, health }: Pick<Endpoint, 'status' | 'health'>): EndpointState {
  if (status !== 'active') return status;
  if (health.state !== 'healthy') return health.state;
  return health.failures > 0 ? 'failing' : 'healthy';
}

export function EndpointBadge({
  endpoint,
}: {
  readonly endpoint: Pick<Endpoint, 'status' | 'health'>;
}) {
  const [tone, icon, word] = ENDPOINT[stateOf(endpoint)];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}

export const isSuccess = (outcome: string): boolean => /^http_2\d\d$/.test(outcome);

const OUTCOMES: Record<string, string> = {
  timeout_connect: 'No connection in time',
  timeout_response: 'No answer in time',
  dns: 'The name does not resolve',
  connection_refused: 'Refuses connections',
  connection_reset: 'Connection broken off',
  tls: 'TLS failed',
  blocked_address: 'Address not allowed',
  too_large: 'The answer is too large',
  unshapeable: 'The contract cannot form this event',
  transform_failed: 'The transformation failed',
  event_expired: 'The event’s data is gone',
  undeliverable: 'Nobody takes it',
};

const STATUSES: Record<string, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not accepted',
  429: 'Too many requests',
  500: 'Server error',
  501: 'Not implemented',
  502: 'Bad gateway',
  503: 'Unavailable',
  504: 'Gateway timeout',
};

/** An outcome in words: `http_503` is "Unavailable (503)". */
export function outcomeWords(outcome: string): string {
  const status = /^http_(\d+)$/.exec(outcome)?.[1];
  if (status === undefined) return OUTCOMES[outcome] ?? outcome;
  if (status.startsWith('3')) return `Redirect, not followed (${status})`;
  return STATUSES[status] ? `${STATUSES[status]} (${status})` : `Answered ${status}`;
}

export function Outcome({ outcome }: { readonly outcome: string }) {
  const isOk = isSuccess(outcome);
  const icon = isOk ? 'check' : outcome.startsWith('timeout') ? 'clock' : 'warn';
  return (
    <Badge tone={isOk ? 'ok' : 'bad'} icon={icon}>
      {outcome}
    </Badge>
  );
}
