// Sends a test to an endpoint: it is formed, signed, guarded and sent like a delivery, but not recorded.
import { log } from '../adapters/log.ts';
import type { FormedRequest } from '../core/contracts/contract.ts';
import { defined } from '../core/defined.ts';
import {
  MAX_TEST_MS,
  SAMPLE_DATA,
  SAMPLE_TYPE,
  type TestReport,
  type TestRequest,
  unsentReport,
} from '../core/deliveries/test.ts';
import { targetOf as emailTargetOf } from '../core/destinations/email/email.ts';
import { CONFIRM_MS } from '../core/destinations/email/links.ts';
import { questionOf } from '../core/destinations/email/mail.ts';
import { inState } from '../core/destinations/email/recipients.ts';
import type { Target } from '../core/destinations/kind.ts';
import { VERIFICATION_TYPE } from '../core/endpoints/verification.ts';
import { NotYetStoredError } from '../core/errors.ts';
import type { Event } from '../core/events/event.ts';
import { createId } from '../core/identifiers.ts';
import { withoutUrl } from '../core/requests/hidden-url.ts';
import { shownHeaders } from '../core/requests/shown-headers.ts';
import { outcomeName } from '../core/retries/outcome.ts';
import type { EndpointCache, OpenEndpoint } from './endpoint-cache.ts';
import type { ExchangePorts } from './exchange.ts';
import { outgoing, shownTarget } from './request.ts';

export interface TestPorts
  extends Pick<ExchangePorts, 'form' | 'sender' | 'surroundings' | 'settings' | 'transform'> {
  readonly endpoints: EndpointCache;
}

/** @throws NotYetStoredError if there is no such endpoint: whoever asks has read it before */
export async function sendTest(ports: TestPorts, request: TestRequest): Promise<TestReport> {
  const { surroundings, settings } = ports;
  const { tenant, environment, endpointId } = request;
  const found = await ports.endpoints([{ tenant, environment, id: endpointId }]);
  const open = found.get(endpointId);
  if (!open || open.isDeleted) throw new NotYetStoredError(endpointId);
  if (request.asked) return askRecipients(ports, open, request.asked);
  const nowMs = surroundings.now();
  const event: Event = {
    tenant,
    environment,
    id: createId('evt', nowMs, surroundings.random(10)),
    type: request.challenge === undefined ? (request.eventType ?? SAMPLE_TYPE) : VERIFICATION_TYPE,
    acceptedAtMs: nowMs,
    channels: [],
    // Whoever asks for it, a tenant could have.
    postedBy: 'tenant',
    data: request.data ?? SAMPLE_DATA,
    ...defined({ ...request.preview }),
  };
  const { transform } = open.endpoint;
  const isAsItIs = transform === undefined || (request.challenge ?? request.preview) !== undefined;
  const shaped = isAsItIs ? event : await ports.transform(open.endpoint, transform.version, event);
  if ('reason' in shaped) return unsent(ports, 'transform_failed', shaped.reason);
  const random = surroundings.random(32);
  const { challenge, limitMs = MAX_TEST_MS } = request;
  const { issuer, portal } = settings;
  const facts = defined({ nowMs, attempt: 1, random, issuer, portal: portal.address, challenge });
  const formed = await ports.form(open, shaped, facts);
  if (request.preview) return preview(ports, open, formed);
  const report = await exchange(ports, open, formed, Math.min(limitMs, MAX_TEST_MS));
  const { outcome, durationMs } = report;
  log.info('test', { endpointId, tenant, environment, eventId: event.id, outcome, durationMs });
  return report;
}

/** What is shown of it holds no link: those are for the recipients alone. */
function askRecipients(
  ports: TestPorts,
  open: OpenEndpoint,
  addresses: readonly string[],
): Promise<TestReport> {
  const { endpoint, tenantName, secrets } = open;
  const recipients = endpoint.destination.kind === 'email' ? endpoint.destination.recipients : [];
  const opened = { place: endpoint, secret: secrets[0] };
  const untilMs = ports.surroundings.now() + CONFIRM_MS;
  const body = Buffer.from(JSON.stringify(questionOf(tenantName)));
  const formed = { kind: 'formed', headers: [], body } as const;
  const pending = inState(recipients, 'pending').map(({ address }) => address);
  const asked = pending.filter((address) => addresses.includes(address));
  const target = emailTargetOf(opened, 'confirm', asked, untilMs);
  return exchange(ports, open, formed, MAX_TEST_MS, target);
}

function unsent(
  { surroundings }: Pick<TestPorts, 'surroundings'>,
  outcome: string,
  detail: string | null,
): TestReport {
  return unsentReport(surroundings.now(), outcome, detail);
}

/** The request that would be sent. */
function preview(ports: TestPorts, open: OpenEndpoint, formed: FormedRequest): TestReport {
  if (formed.kind === 'unshapeable') return unsent(ports, 'unshapeable', formed.reason);
  return { ...unsent(ports, 'not_sent', null), request: shownRequest(open, formed) };
}

function shownRequest(
  open: OpenEndpoint,
  formed: FormedRequest & { readonly kind: 'formed' },
  { method, url } = shownTarget(open),
) {
  const headers = Object.fromEntries(shownHeaders(formed.headers, open));
  return { method, url, headers, body: formed.body.toString('utf8') };
}

async function exchange(
  { sender, surroundings }: TestPorts,
  open: OpenEndpoint,
  formed: FormedRequest,
  mostMs: number,
  target?: Target,
): Promise<TestReport> {
  if (formed.kind === 'unshapeable') return unsent({ surroundings }, 'unshapeable', formed.reason);
  const sending = outgoing(open, formed, mostMs, target);
  const sent = await sender.send(sending);
  const outcome = withoutUrl(sent.outcome, open.url);
  const response = outcome.kind === 'response' ? outcome.response : undefined;
  return {
    outcome: outcomeName(outcome),
    detail: outcome.kind === 'failure' ? outcome.detail : null,
    sentAt: new Date(sent.startedAtMs).toISOString(),
    durationMs: Math.max(0, sent.endedAtMs - sent.startedAtMs),
    timings: sent.phases ?? null,
    request: shownRequest(open, formed, target),
    response: response
      ? { status: response.status, headers: response.headers, body: response.body }
      : null,
  };
}
