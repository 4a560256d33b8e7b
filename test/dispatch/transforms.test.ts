// Which deliveries are bound to a transformation at their first attempt.
import { expect, it } from 'vitest';
import type { ClaimRequest } from '../../lambdas/core/deliveries/ledger.ts';
import {
  type DeliveryMessage,
  encodeDeliveryMessage,
} from '../../lambdas/core/deliveries/message.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { type AdmissionPorts, admit } from '../../lambdas/dispatch/admission.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { anEvent, ENDPOINT_ID, EVENT_ID } from '../builders/events.ts';
import { fixedSurroundings, only, sqsRecord } from '../builders/ports.ts';

const transform = { language: 'jsonata', source: '{"a": 1}', version: 'v1', sinceMs: 0 } as const;
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

async function claimedFor(message: DeliveryMessage, receiveCount: number) {
  const claims: ClaimRequest[] = [];
  const ports = only<AdmissionPorts>({
    ledger: only<AdmissionPorts['ledger']>({
      claim: async (request) => {
        claims.push(request);
        return { kind: 'claimed', delivery: only({}) };
      },
    }),
    health: { maySend: async () => true },
    settings: settingsSchema.parse({}),
    surroundings: fixedSurroundings(),
  });
  await admit(ports, {
    message,
    record: sqsRecord(encodeDeliveryMessage(message), receiveCount),
    known: { endpoint: anEndpoint({ transform }), tenantName: 'Acme', secrets: ['s'.repeat(24)] },
    stored: { event: anEvent(), targets: [ENDPOINT_ID] },
    queue: 'deliveries',
    holder: 'm/r',
    remainingMs: () => 60_000,
  });
  return claims.map((request) => request.transformVersion ?? 'as it is');
}

it.each([
  ['known to transform when its event was fanned out', { transforms: true }, 1, ['v1']],
  ['that, received again', { transforms: true }, 2, ['v1']],
  ['claimed before each attempt', { doubtful: true }, 1, ['v1']],
  ['that, received again', { doubtful: true }, 2, ['v1']],
  ['from before the transformation', {}, 1, []],
  // It may have been sent as it is, by someone who died before the record.
  ['that, received again', {}, 2, ['as it is']],
  ['a second attempt', { attempt: 2, doubtful: true }, 1, ['as it is']],
])('%s: %j, received %i times', async (_, members, receiveCount, expected) => {
  expect(await claimedFor({ ...first, ...members }, receiveCount)).toEqual(expected);
});
