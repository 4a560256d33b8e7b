// What deliveries are bound to before their first request.
import { expect, it } from 'vitest';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { ClaimRequest } from '../../lambdas/core/deliveries/ledger.ts';
import {
  type DeliveryMessage,
  encodeDeliveryMessage,
} from '../../lambdas/core/deliveries/message.ts';
import { deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { type AdmissionPorts, admit } from '../../lambdas/dispatch/admission.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { anEvent, ENDPOINT_ID, EVENT_ID } from '../builders/events.ts';
import { fixedSurroundings, only, sqsRecord } from '../builders/ports.ts';

const transform = { language: 'jsonata', source: '{"a": 1}', version: 'v1' } as const;
const first: DeliveryMessage = {
  eventId: EVENT_ID,
  endpointId: ENDPOINT_ID,
  tenant: 'acme',
  environment: 'live',
  run: 1,
  attempt: 1,
  cause: 'first',
  doubtful: false,
};

interface Given {
  readonly message?: Partial<DeliveryMessage>;
  readonly receiveCount?: number;
  /** Whether its endpoint had a transformation when the event was fanned out, and has one now. */
  readonly isMarked?: boolean;
  /** Whether older code stored the event, which noted nothing. */
  readonly isOld?: boolean;
  /** Of the attempts on record. */
  readonly outcomes?: readonly string[];
  readonly hasOne?: boolean;
}

async function claimedFor({
  message = {},
  receiveCount = 1,
  isMarked = true,
  hasOne = true,
  isOld = false,
  outcomes,
}: Given) {
  const claims: ClaimRequest[] = [];
  const ports = only<AdmissionPorts>({
    ledger: only<AdmissionPorts['ledger']>({
      claim: async (request) => {
        claims.push(request);
        return { kind: 'claimed', delivery: only({}) };
      },
      getDeliveries: async () => {
        const attempts = outcomes?.map((outcome) => only<Attempt>({ outcome }));
        // Not `only`: promises look for its `then`.
        const delivery = { attempts } as unknown as Delivery;
        return new Map(attempts && [[deliveryIdOf(EVENT_ID, ENDPOINT_ID), delivery]]);
      },
    }),
    health: { maySend: async () => true },
    settings: settingsSchema.parse({}),
    surroundings: fixedSurroundings(),
  });
  const asked = { ...first, ...message };
  const endpoint = anEndpoint(hasOne ? { transform } : {});
  await admit(ports, {
    message: asked,
    record: sqsRecord(encodeDeliveryMessage(asked), receiveCount),
    known: { endpoint, tenantName: 'Acme', secrets: ['s'.repeat(24)] },
    stored: {
      event: anEvent(),
      targets: [ENDPOINT_ID],
      ...(!isOld && { transformed: isMarked ? [ENDPOINT_ID] : [] }),
    },
    queue: 'deliveries',
    holder: 'm/r',
    remainingMs: () => 60_000,
  });
  return claims.map((request) => request.transformVersion ?? 'not bound');
}

const doubtful = { doubtful: true };
it.each<[string, Given, string[]]>([
  ['its endpoint had one when the event was fanned out', {}, ['v1']],
  ['that, received again', { receiveCount: 2 }, ['v1']],
  [
    'that, of a later attempt, unless it is bound',
    { message: { attempt: 2, ...doubtful } },
    ['v1'],
  ],
  // It may be sent as posted: it stays so when the endpoint has a transformation again.
  ['its endpoint has none any more', { hasOne: false }, ['none']],
  ['its endpoint had none then: the fast path', { isMarked: false }, []],
  // It may have been sent as posted, by someone who died before the record.
  ['that, received again', { isMarked: false, receiveCount: 2 }, ['not bound']],
  ['that, claimed before each attempt', { isMarked: false, message: doubtful }, ['not bound']],
  // Regression: what older code stored went out as posted after an upgrade, with what the transformation removes.
  [
    'older code stored it: the message says so',
    { isOld: true, message: { transforms: true } },
    ['v1'],
  ],
  ['older code stored it, and the message says nothing: the fast path', { isOld: true }, []],
  ['older code stored it, and it is at rest', { isOld: true, message: doubtful }, ['v1']],
  [
    'older code stored it, and its endpoint has none any more',
    { isOld: true, message: doubtful, hasOne: false },
    ['not bound'],
  ],
  [
    'older code stored it, and nothing could be sent before this run',
    { isOld: true, message: { run: 2, attempt: 2, ...doubtful }, outcomes: ['transform_failed'] },
    ['v1'],
  ],
  [
    'older code stored it, and it was sent as posted',
    { isOld: true, message: { attempt: 2, ...doubtful }, outcomes: ['http_503'] },
    ['not bound'],
  ],
])('%s: %j', async (_, given, expected) => {
  expect(await claimedFor(given)).toEqual(expected);
});
