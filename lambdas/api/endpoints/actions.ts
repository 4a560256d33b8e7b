// POST /v1/endpoints/{id}/pause, /resume and /purge.

import * as z from 'zod';
import type { DeliveryLedger, WorkLedger } from '../../core/deliveries/ledger.ts';
import { type OverduePorts, settleOverdue } from '../../core/deliveries/overdue.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { isUnverified } from '../../core/endpoints/verification.ts';
import { pausedByUser, recovering } from '../../core/health/health.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { Problem } from '../../core/problem.ts';
import { addressOf } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { FAR_FUTURE_MS } from '../../core/wakes/bucket.ts';
import type { Wakes } from '../../core/wakes/directory.ts';
import type { WakeQueue } from '../../core/wakes/message.ts';
import { wakeAt } from '../../core/wakes/wake-at.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { idParams } from '../schemas.ts';
import { changeHealth } from './health-changes.ts';
import { UNVERIFIED } from './operations.ts';
import { endpointSchema, endpointView, type ViewDefaults } from './view.ts';

const PAGE = 100;
/** How long one purge call goes on. */
const PURGE_MS = 15_000;

const purgeSchema = z
  .strictObject({ cancelled: z.int(), complete: z.boolean() })
  .meta({ id: 'Purge' });

export const pauseEndpoint = operation({
  id: 'pauseEndpoint',
  method: 'post',
  path: '/v1/endpoints/{id}/pause',
  tag: 'Endpoints',
  summary: 'Pause an endpoint',
  description: 'Deliveries are held until the endpoint is resumed.',
  access: 'endpoints:write',
  session: 'filtered',
  params: idParams('ep'),
  replies: { 200: { description: 'The paused endpoint.', schema: endpointSchema } },
  problems: { 404: NO_ENDPOINT, 409: 'The endpoint is being changed.' },
});
export const resumeEndpoint = operation({
  id: 'resumeEndpoint',
  method: 'post',
  path: '/v1/endpoints/{id}/resume',
  tag: 'Endpoints',
  summary: 'Resume an endpoint',
  description: 'Held deliveries are sent oldest first, at a rising rate.',
  access: 'endpoints:write',
  session: 'filtered',
  params: idParams('ep'),
  replies: { 200: { description: 'The resumed endpoint.', schema: endpointSchema } },
  problems: { 404: NO_ENDPOINT, 409: 'The endpoint is being changed, or its URL is not verified.' },
});
export const purgeEndpoint = operation({
  id: 'purgeEndpoint',
  method: 'post',
  path: '/v1/endpoints/{id}/purge',
  tag: 'Endpoints',
  summary: 'Cancel an endpoint’s waiting deliveries',
  description: 'One call works for at most 15 seconds: repeat it until `complete` is true.',
  access: 'endpoints:write',
  session: 'filtered',
  params: idParams('ep'),
  replies: {
    200: {
      description: 'The number of cancelled deliveries.',
      schema: purgeSchema,
      example: { cancelled: 12, complete: true },
    },
  },
  problems: { 404: NO_ENDPOINT },
});

interface EndpointActionPorts extends OverduePorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint'>;
  readonly health: HealthLedger;
  readonly work: WorkLedger;
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries' | 'settle'>;
  readonly queues: WakeQueue;
  readonly wakes: Wakes;
  readonly surroundings: Surroundings;
  readonly defaults: ViewDefaults;
}

export function addEndpointActionRoutes(serve: Serve, ports: EndpointActionPorts): void {
  const { surroundings } = ports;

  serve(pauseEndpoint, async ({ scope, params, reply }) => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, params.id);
    const health = await changeHealth(ports, endpoint, (before, nowMs) =>
      before.state === 'paused' && before.pausedBy === 'user'
        ? undefined
        : pausedByUser(before, nowMs),
    );
    return reply(200, endpointView(endpoint, health, ports.defaults));
  });

  serve(resumeEndpoint, async ({ scope, params, reply }) => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, params.id);
    if (isUnverified(endpoint)) throw new Problem(409, UNVERIFIED);
    const address = addressOf(endpoint);
    // What waits is released oldest first, at a rising pace.
    const health = await wakeAt(ports, address, surroundings.now(), () =>
      changeHealth(ports, endpoint, ({ state }, nowMs) =>
        state === 'paused' || state === 'tripped' ? recovering(nowMs) : undefined,
      ),
    );
    return reply(200, endpointView(endpoint, health, ports.defaults));
  });

  serve(purgeEndpoint, async ({ scope, params, reply }) => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, params.id);
    const address = addressOf(endpoint);
    const endMs = surroundings.now() + PURGE_MS;
    let cancelled = 0;
    for (;;) {
      const page = await ports.work.listDue(address, FAR_FUTURE_MS, PAGE);
      const deliveries = [...(await ports.ledger.getDeliveries(page)).values()];
      const waiting = deliveries.filter(({ state }) => state === 'waiting');
      const nowMs = surroundings.now();
      const settled = await inParallel(waiting, PAGE, async (one) => {
        const { state } = await settleOverdue(ports, one, nowMs);
        if (state === 'dead') return state;
        return (await ports.ledger.settle(one, 'cancelled', nowMs)) && 'cancelled';
      });
      const ended = settled.filter(Boolean).length;
      cancelled += settled.filter((state) => state === 'cancelled').length;
      const isLast = page.length < PAGE;
      // A page of entries that are all under way, or not yet out of the index, is left as it is.
      if (isLast || ended === 0 || surroundings.now() > endMs) {
        return reply(200, { cancelled, complete: isLast && ended === waiting.length });
      }
    }
  });
}
