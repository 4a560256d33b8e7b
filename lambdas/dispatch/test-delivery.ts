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
} from '../core/deliveries/test.ts';
import { VERIFICATION_TYPE } from '../core/endpoints/verification.ts';
import { NotYetStoredError } from '../core/errors.ts';
import type { Event } from '../core/events/event.ts';
import { createId } from '../core/identifiers.ts';
import { shownHeaders } from '../core/requests/shown-headers.ts';
import { outcomeName } from '../core/retries/outcome.ts';
import type { EndpointCache, OpenEndpoint } from './endpoint-cache.ts';
import type { ExchangePorts } from './exchange.ts';
import { outgoing } from './request.ts';

export interface TestPorts
  extends Pick<ExchangePorts, 'form' | 'sender' | 'surroundings' | 'settings'> {
  readonly endpoints: EndpointCache;
}

/** @throws NotYetStoredError if there is no such endpoint: whoever asks has read it before */
export async function sendTest(ports: TestPorts, request: TestRequest): Promise<TestReport> {
  const { surroundings, settings } = ports;
  const { tenant, environment, endpointId } = request;
  const found = await ports.endpoints([{ tenant, environment, id: endpointId }]);
  const open = found.get(endpointId);
  if (!open || open.isDeleted) throw new NotYetStoredError(endpointId);
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
  };
  const random = surroundings.random(32);
  const { challenge, limitMs = MAX_TEST_MS } = request;
  const facts = defined({ nowMs, attempt: 1, random, issuer: settings.issuer, challenge });
  const formed = await ports.form(open, event, facts);
  const report = await exchange(ports, open, formed, Math.min(limitMs, MAX_TEST_MS));
  const { outcome, durationMs } = report;
  log.info('test', { endpointId, tenant, environment, eventId: event.id, outcome, durationMs });
  return report;
}

async function exchange(
  { sender, surroundings }: TestPorts,
  open: OpenEndpoint,
  formed: FormedRequest,
  mostMs: number,
): Promise<TestReport> {
  if (formed.kind === 'unshapeable') {
    const { reason } = formed;
    const sentAt = new Date(surroundings.now()).toISOString();
    return {
      outcome: 'unshapeable',
      detail: reason,
      sentAt,
      durationMs: 0,
      timings: null,
      request: null,
      response: null,
    };
  }
  const sending = outgoing(open, formed, mostMs);
  const { method, url, body } = sending;
  const sent = await sender.send(sending);
  const { outcome } = sent;
  const shown = Object.fromEntries(shownHeaders(formed.headers, open));
  const response = outcome.kind === 'response' ? outcome.response : undefined;
  return {
    outcome: outcomeName(outcome),
    detail: outcome.kind === 'failure' ? outcome.detail : null,
    sentAt: new Date(sent.startedAtMs).toISOString(),
    durationMs: Math.max(0, sent.endedAtMs - sent.startedAtMs),
    timings: sent.phases ?? null,
    request: { method, url, headers: shown, body: body.toString('utf8') },
    response: response
      ? { status: response.status, headers: response.headers, body: response.body }
      : null,
  };
}
