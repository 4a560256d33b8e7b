// HTTP's sender: one request to a receiver, within its deadline, to an address that the guard has judged.
import type { Agent, Dispatcher } from 'undici';
import { defined } from '../../../core/defined.ts';
import { findAddressRefusal } from '../../../core/destinations/http/addresses.ts';
import type { EndpointTls } from '../../../core/destinations/http/tls.ts';
import {
  type DestinationRules,
  hostOf,
  judgeUrl,
  portOf,
  rulesFor,
} from '../../../core/destinations/http/url.ts';
import { memoized, Recent } from '../../../core/recent.ts';
import type { OutgoingRequest, SendReport } from '../../../core/requests/sender.ts';
import type { Outcome } from '../../../core/retries/outcome.ts';
import type { Phases } from '../../../core/retries/phases.ts';
import type { Environment } from '../../../core/scope.ts';
import type { Surroundings } from '../../../core/surroundings.ts';
import { log } from '../../log.ts';
import { createAgentsOf } from './agents.ts';
import {
  BlockedAddressError,
  type Making,
  originOf,
  PHASE_LIMITS,
  type PhaseLimits,
} from './connection.ts';
import { exchange } from './exchange.ts';
import { failure, failureOutcome, innermostOf, lateOutcome, received } from './outcome.ts';
import { createResolve, type Resolve, shareLookUps } from './resolve.ts';
import { wasStale } from './reused-connections.ts';

/** `live` if no environment is given. */
export interface HttpRequest extends Omit<OutgoingRequest, 'kind'> {
  readonly tls?: EndpointTls;
}

export interface SenderOptions {
  /** Instead of the name servers that the machine is configured for. */
  readonly resolve?: Resolve;
  readonly limits?: Partial<PhaseLimits>;
  /** The operator's log. */
  readonly warn?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

const MAX_JUDGED = 1_000;
const MAX_ORIGINS = 1_000;

interface Attempted {
  readonly outcome: Outcome;
  /** How far the request came. */
  readonly phases?: Phases;
  readonly bytes?: number;
  readonly certificateExpiresAtMs?: number | undefined;
}

export function createHttpSender(
  rules: DestinationRules,
  surroundings: Surroundings,
  options: SenderOptions = {},
): { send(request: HttpRequest): Promise<SendReport> } {
  const making = new Set<Making>();
  const expiries = new Recent<number>({ maxEntries: MAX_ORIGINS });
  const agentsOf = createAgentsOf({
    rules,
    resolve: shareLookUps(options.resolve ?? createResolve()),
    limits: { ...PHASE_LIMITS, ...options.limits },
    making,
    onCertificate: (origin, expiresAtMs) => expiries.set(origin, expiresAtMs, 0),
  });
  const warn = options.warn ?? log.warn;

  /** The rules stay as they are for as long as the sender lives, so a URL is judged once. */
  const judgeIn = (environment: Environment) => {
    const own = rulesFor(rules, environment);
    return memoized(MAX_JUDGED, (url) => judgeUrl(url, own));
  };
  const judges = { live: judgeIn('live'), test: judgeIn('test') };

  async function attempt(request: HttpRequest): Promise<Attempted> {
    const environment = request.environment ?? 'live';
    const verdict = judges[environment](request.url);
    if (verdict.kind === 'refused') {
      warnOfUrl(warn, request.url, verdict.reason, rulesFor(rules, environment));
      return { outcome: failure('blocked_address', `The URL ${verdict.reason}.`) };
    }
    if (!request.headers.every(isSendable)) {
      return { outcome: failure('unshapeable', 'A header cannot be sent as it is.') };
    }
    const { url } = verdict;
    const origin = originOf(hostOf(url), portOf(url), url.protocol === 'https:');
    const agents = agentsOf(request.tls);
    const endsAtMs = performance.now() + request.timeoutMs;
    const send = (agent: Agent) =>
      exchange(agent, dispatchOptions(url, request), Math.max(0, endsAtMs - performance.now()));

    let ended = await send(agents.kept);
    // The receiver closed a kept connection just before it was used again, or no more can be kept: one try on a
    // fresh one, within the same deadline.
    if (ended.kind === 'failed' && isWorthAnother(ended.error)) ended = await send(agents.fresh);

    const { phases } = ended;
    if (ended.kind === 'answered') {
      const response = received(ended, surroundings.now());
      const certificateExpiresAtMs = expiries.latest(origin);
      return {
        outcome: { kind: 'response', response },
        phases,
        bytes: ended.bytes,
        certificateExpiresAtMs,
      };
    }
    if (ended.kind === 'late') {
      if (ended.wasSent) {
        const detail = `No complete answer within ${request.timeoutMs} ms.`;
        return { outcome: failure('timeout_response', detail), phases };
      }
      const made = [...making].findLast((one) => one.origin === origin);
      return { outcome: lateOutcome(made?.phase), phases: { ...phases, ...made?.watch.read() } };
    }
    warnOfAddresses(warn, url, ended.error, rules);
    return { outcome: failureOutcome(ended.error), phases };
  }

  return {
    async send(request): Promise<SendReport> {
      const startedAtMs = surroundings.now();
      const attempted = await attempt(request);
      return defined({ ...attempted, startedAtMs, endedAtMs: surroundings.now() });
    },
  };
}

function dispatchOptions(url: URL, request: HttpRequest): Dispatcher.DispatchOptions {
  return {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method as Dispatcher.HttpMethod, // endpoints are saved with POST, PUT or PATCH only
    headers: request.headers.flat(),
    body: request.body,
  };
}

function isWorthAnother(error: unknown): boolean {
  if (innermostOf(error).code === 'UND_ERR_MAX_ORIGINS_REACHED') return true;
  const outcome = failureOutcome(error);
  const hasBroken =
    outcome.kind === 'failure' && ['connection_reset', 'tls'].includes(outcome.failure);
  return hasBroken && wasStale(error);
}

/** These say where a message ends and whom it is for: only the transport sets them. */
const TRANSPORT_HEADERS =
  /^(connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

/** Checked once more just before sending: a line break here would begin another header or request. */
function isSendable([name, value]: readonly [string, string]): boolean {
  return (
    /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) &&
    !TRANSPORT_HEADERS.test(name) &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
  );
}

type Warn = NonNullable<SenderOptions['warn']>;

/** Host and port only: the rest of a URL may hold a secret. */
function warnOfUrl(warn: Warn, text: string, reason: string, rules: DestinationRules): void {
  const url = URL.parse(text);
  const host = url ? hostOf(url) : undefined;
  const rule = host === undefined ? undefined : findAddressRefusal(host, rules);
  const isLiteral = rule !== undefined && rule !== 'no address';
  warn('destination refused', {
    host,
    port: url ? portOf(url) : undefined,
    reason,
    rule: isLiteral ? rule : undefined,
  });
}

function warnOfAddresses(warn: Warn, url: URL, error: unknown, rules: DestinationRules): void {
  const { error: innermost } = innermostOf(error);
  if (!(innermost instanceof BlockedAddressError)) return;
  const addresses = innermost.addresses.map((address) => ({
    address,
    rule: findAddressRefusal(address, rules),
  }));
  warn('destination refused', { host: hostOf(url), port: portOf(url), addresses });
}
