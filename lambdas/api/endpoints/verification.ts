// POST /v1/endpoints/{id}/verify: a signed challenge that the receiver must echo. What waits for the
// proof is held, and goes out once it is given.

import * as z from 'zod';
import { defined } from '../../core/defined.ts';
import type { TestReport } from '../../core/deliveries/test.ts';
import { provedAt } from '../../core/destinations/destination.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { CHALLENGE_BYTES, echoes, isUnverified } from '../../core/endpoints/verification.ts';
import { TestNotSentError } from '../../core/errors.ts';
import { type Health, isHeldByHand, recovering } from '../../core/health/health.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { Problem } from '../../core/problem.ts';
import { addressOf } from '../../core/scope.ts';
import type { Wakes } from '../../core/wakes/directory.ts';
import type { WakeQueue } from '../../core/wakes/message.ts';
import { wakeAt } from '../../core/wakes/wake-at.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { EXAMPLE, idParams } from '../schemas.ts';
import { type AskingPorts, ask, pendingOf } from './asking.ts';
import { changeHealth } from './health-changes.ts';
import { reportSchema, sendOr503, testExample } from './test.ts';
import { endpointExample, endpointSchema, endpointView, type ViewDefaults } from './view.ts';

const challenge = 'u0n3zLkX8Jm1QvZ4Yt6RwPbA2CdEfGhI';
const verificationExample = {
  verified: true,
  endpoint: { ...endpointExample, verifyUrl: true, verifiedAt: EXAMPLE.later },
  exchange: {
    ...testExample,
    request: {
      ...testExample.request,
      body: `{"type":"endpoint.verification","challenge":"${challenge}"}`,
    },
    response: { ...testExample.response, body: challenge },
  },
};

export const verifyEndpoint = operation({
  id: 'verifyEndpoint',
  method: 'post',
  path: '/v1/endpoints/{id}/verify',
  tag: 'Endpoints',
  summary: 'Verify an endpoint’s URL, or ask its recipients again',
  description:
    'Sends `{"type": "endpoint.verification", "challenge": "..."}`, signed like a delivery. The receiver must answer 2xx with the challenge, as plain text or as the member `challenge` of a JSON object. The endpoint then becomes active, and its held deliveries are sent. Of an endpoint with recipients, it sends those who have not answered the mail with their link once more, and `verified` is whether one of them has said yes before.',
  access: 'endpoints:write',
  session: 'filtered',
  params: idParams('ep'),
  replies: {
    200: {
      description: 'Whether the receiver echoed the challenge, with the request and the response.',
      schema: z
        .strictObject({ verified: z.boolean(), endpoint: endpointSchema, exchange: reportSchema })
        .meta({ id: 'Verification', example: verificationExample }),
    },
  },
  problems: {
    404: NO_ENDPOINT,
    409: 'It was changed in the meantime.',
    503: 'The challenge could not be sent.',
  },
});

export interface VerificationPorts extends AskingPorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint' | 'replaceEndpoint'>;
  readonly health: HealthLedger;
  readonly queues: WakeQueue;
  readonly wakes: Wakes;
  readonly defaults: ViewDefaults;
}

/** Lets out what waited for the proof, at a rising pace; a user's pause stays. */
export async function release(ports: VerificationPorts, endpoint: Endpoint): Promise<Health> {
  return wakeAt(ports, addressOf(endpoint), ports.surroundings.now(), () =>
    changeHealth(ports, endpoint, (before, nowMs) =>
      isHeldByHand(before) ? undefined : recovering(nowMs),
    ),
  );
}

interface Verified {
  readonly endpoint: Endpoint;
  readonly isEchoed: boolean;
  readonly exchange: TestReport;
}

/** @throws TestNotSentError, and Problem 409 if the endpoint was changed in the meantime */
async function verify(
  ports: VerificationPorts,
  endpoint: Endpoint,
  limitMs?: number,
): Promise<Verified> {
  const { tenant, environment, id } = endpoint;
  const random = ports.surroundings.random(CHALLENGE_BYTES);
  const challenge = Buffer.from(random).toString('base64url');
  const exchange = await ports.tests.send(
    defined({ tenant, environment, endpointId: id, challenge, limitMs }),
  );
  const isEchoed = exchange.response !== null && echoes(exchange.response, challenge);
  if (!isEchoed) return { endpoint, isEchoed, exchange };
  const verifiedAtMs = ports.surroundings.now();
  const destination = provedAt(endpoint.destination, verifiedAtMs);
  const proved = { ...endpoint, destination, version: endpoint.version + 1 };
  // What was read before the challenge: another URL in the meantime is not the one that echoed.
  if (!(await ports.registry.replaceEndpoint(endpoint, proved))) {
    throw new Problem(409, 'The endpoint was changed in the meantime: try again.');
  }
  await release(ports, proved);
  return { endpoint: proved, isEchoed, exchange };
}

/** The automatic try: if it fails, the endpoint stays as it is. */
export async function tryToVerify(
  ports: VerificationPorts,
  endpoint: Endpoint,
  limitMs: number,
): Promise<Endpoint> {
  // Of recipients no program answers.
  if (endpoint.destination.kind === 'email') return endpoint;
  try {
    return (await verify(ports, endpoint, limitMs)).endpoint;
  } catch (error) {
    if (error instanceof TestNotSentError || error instanceof Problem) return endpoint;
    throw error;
  }
}

/** Asks those who have not answered, as far as they may be asked again today. */
async function askAnew(ports: VerificationPorts, endpoint: Endpoint): Promise<Verified> {
  const exchange = await ask(ports, endpoint, pendingOf(endpoint));
  return { endpoint, isEchoed: !isUnverified(endpoint), exchange };
}

export function addVerificationRoute(serve: Serve, ports: VerificationPorts): void {
  serve(verifyEndpoint, async ({ c, scope, params, reply }) => {
    const before = await requireLiveEndpoint(ports.registry, scope, params.id);
    const { endpoint, isEchoed, exchange } = await sendOr503(c, before.id, () =>
      before.destination.kind === 'email' ? askAnew(ports, before) : verify(ports, before),
    );
    const { health } = await ports.health.getHealth(addressOf(endpoint));
    return reply(200, {
      verified: isEchoed,
      endpoint: endpointView(endpoint, health, ports.defaults),
      exchange,
    });
  });
}
