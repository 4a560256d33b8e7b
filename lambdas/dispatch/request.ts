// From an event and its endpoint to the one signed request of an attempt.

import { contractOf } from '../core/contracts/all.ts';
import type { FormedRequest } from '../core/contracts/contract.ts';
import { kindOf } from '../core/destinations/destination.ts';
import type { Target } from '../core/destinations/kind.ts';
import type { Event } from '../core/events/event.ts';
import { traceHeaders } from '../core/events/trace-context.ts';
import { createUuid, deliveryIdOf, idempotencyKeyOf } from '../core/identifiers.ts';
import { composeRequest } from '../core/requests/compose.ts';
import type { OutgoingRequest } from '../core/requests/sender.ts';
import { type RetryPolicy, resolvePolicy } from '../core/retries/delays.ts';
import type { Settings } from '../core/settings.ts';
import { signingKeysAt } from '../core/signing/keys.ts';
import type { OpenEndpoint } from './endpoint-cache.ts';

/** What makes an attempt different from the one before it. */
interface AttemptFacts {
  readonly nowMs: number;
  /** Counted from 1 over all runs of the delivery. */
  readonly attempt: number;
  /** 32 random bytes, and 8 more for an event with a trace. */
  readonly random: Uint8Array;
  /** The stack's name in JWTs. */
  readonly issuer: string;
  /** The page where the tenant's people see their webhooks, if the stack knows one. */
  readonly portal?: string | undefined;
  /** A challenge that takes the event's place: see core/endpoints/verification.ts. */
  readonly challenge?: string;
}

export function formRequest(
  open: OpenEndpoint,
  event: Event,
  { nowMs, attempt, random, issuer, portal, challenge }: AttemptFacts,
): Promise<FormedRequest> {
  const { endpoint, tenantName, retiring = [], authentication = [] } = open;
  const [newest, ...older] = open.secrets;
  const signing = [
    ...older.map((secret) => ({ secret, untilMs: Number.POSITIVE_INFINITY })),
    ...retiring,
  ]
    .map((one, at) => ({ ...one, number: open.secretNumbers?.[at + 1] ?? at + 2 }))
    .filter(({ untilMs }) => nowMs < untilMs);
  return composeRequest({
    endpoint,
    target: targetOf(open),
    facts: {
      event,
      tenantName,
      issuer,
      portal,
      noticeWords: open.noticeWords,
      signingKey: endpoint.signingKey,
      // Not every contract needs one, and creating it takes as long as a signature.
      get idempotencyKey() {
        return idempotencyKeyOf(deliveryIdOf(event.id, endpoint.id));
      },
      get token() {
        return endpoint.token ?? this.idempotencyKey;
      },
    },
    moment: {
      nowMs,
      secrets: [newest, ...signing.map(({ secret }) => secret)],
      secretNumbers: [open.secretNumbers?.[0] ?? 1, ...signing.map(({ number }) => number)],
      get jti() {
        return createUuid(random);
      },
      keys: keysFor(open, event, nowMs),
      ownSignature: endpoint.ownSignature ?? true,
    },
    attempt,
    nonce: Buffer.from(random.subarray(16, 32)).toString('base64url'),
    trace: event.trace ? traceHeaders(event.trace, random.subarray(32)) : [],
    authentication,
    encrypt: async (body, setting) => (await import('#on-demand/jwe')).encryptBody(body, setting),
    challenge,
  });
}

function keysFor({ keys = [], operatorsKeys = [] }: OpenEndpoint, event: Event, nowMs: number) {
  const signing = signingKeysAt(keys, nowMs);
  return event.postedBy === 'operator'
    ? { ...signing, ...signingKeysAt(operatorsKeys, nowMs) }
    : signing;
}

function targetOf(open: OpenEndpoint): Target {
  const target = shownTarget(open);
  return open.url === undefined ? target : { ...target, url: open.url };
}

/** Of a chat with its masked URL. */
export function shownTarget({ endpoint, tls, secrets: [secret] }: OpenEndpoint): Target {
  const { destination, method } = endpoint;
  return kindOf(destination).target(destination, { method, tls, secret, place: endpoint });
}

/** @param mostMs less than the endpoint's own timeout, where less is left */
export function outgoing(
  open: OpenEndpoint,
  { headers, body }: Pick<OutgoingRequest, 'headers' | 'body'>,
  mostMs = open.endpoint.timeoutMs,
  target = targetOf(open),
): OutgoingRequest {
  const { environment, timeoutMs } = open.endpoint;
  return { ...target, headers, body, timeoutMs: Math.min(timeoutMs, mostMs), environment };
}

/** The endpoint's own policy, or else the stack's, or else the contract's default. */
export function policyOf({ endpoint }: OpenEndpoint, settings: Settings): RetryPolicy {
  const contract = contractOf(endpoint.contract);
  return resolvePolicy(endpoint.retryPolicy ?? settings.retryPolicy ?? contract.defaultRetryPolicy);
}
