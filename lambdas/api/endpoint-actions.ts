// POST /v1/endpoints/{id}/pause, /resume and /purge.

import type { Endpoint } from '../core/endpoint.ts';
import { type Health, pausedByUser, recovering } from '../core/endpoint-health.ts';
import { deliveryIdOf, isId } from '../core/identifiers.ts';
import type {
  DeliveryLedger,
  HealthLedger,
  Queues,
  Registry,
  Surroundings,
  Wakes,
  WorkLedger,
} from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import { wakeAt } from '../core/wake-at.ts';
import { FAR_FUTURE_MS } from '../core/wake-bucket.ts';
import type { Application } from '../http/application.ts';
import { type AppContext, type Authentication, requireScope } from '../http/authentication.ts';
import { endpointView, type ViewDefaults } from './views.ts';

const ROUNDS = 10;
const PAGE = 100;
/** How long one purge call goes on. */
const PURGE_MS = 15_000;

export interface EndpointActionPorts {
  readonly registry: Pick<Registry, 'getEndpoint'>;
  readonly health: HealthLedger;
  readonly work: WorkLedger;
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries' | 'settle'>;
  readonly queues: Pick<Queues, 'sendWakes'>;
  readonly wakes: Wakes;
  readonly surroundings: Surroundings;
  readonly defaults: ViewDefaults;
}

export function addEndpointActionRoutes(
  app: Application,
  { authenticate, scopeOf }: Authentication,
  ports: EndpointActionPorts,
): void {
  const { health: ledger, surroundings } = ports;

  async function find(c: AppContext): Promise<Endpoint> {
    requireScope(c, 'endpoints:write');
    const scope = await scopeOf(c);
    const id = c.req.param('id') ?? '';
    const endpoint = isId('ep', id) ? await ports.registry.getEndpoint(scope, id) : undefined;
    if (!endpoint || endpoint.deletedAtMs !== undefined) {
      throw new Problem(404, 'There is no such endpoint.');
    }
    return endpoint;
  }

  async function change(
    endpoint: Endpoint,
    next: (health: Health, nowMs: number) => Health | undefined,
  ): Promise<Health> {
    const address = { ...endpoint, endpointId: endpoint.id };
    for (let round = 0; round < ROUNDS; round++) {
      const { health, version } = await ledger.getHealth(address);
      const after = next(health, surroundings.now());
      if (!after) return health;
      if (await ledger.putHealth(address, after, version)) return after;
    }
    throw new Problem(409, 'The endpoint is changing at the moment. Try again.');
  }

  app.post('/v1/endpoints/:id/pause', authenticate, async (c) => {
    const endpoint = await find(c);
    const health = await change(endpoint, (before, nowMs) =>
      before.state === 'paused' && before.pausedBy === 'user'
        ? undefined
        : pausedByUser(before, nowMs),
    );
    return c.json(endpointView(endpoint, health, ports.defaults));
  });

  app.post('/v1/endpoints/:id/resume', authenticate, async (c) => {
    const endpoint = await find(c);
    const health = await change(endpoint, (before, nowMs) =>
      before.state === 'paused' || before.state === 'tripped' ? recovering(nowMs) : undefined,
    );
    // What waits is released oldest first, at a rising pace.
    await wakeAt(ports, { ...endpoint, endpointId: endpoint.id }, surroundings.now());
    return c.json(endpointView(endpoint, health, ports.defaults));
  });

  app.post('/v1/endpoints/:id/purge', authenticate, async (c) => {
    const endpoint = await find(c);
    const address = { ...endpoint, endpointId: endpoint.id };
    const endMs = surroundings.now() + PURGE_MS;
    let cancelled = 0;
    for (;;) {
      const page = await ports.work.listDue(address, FAR_FUTURE_MS, PAGE);
      const deliveries = await ports.ledger.getDeliveries(page);
      const settled = await Promise.all(
        page.map((entry) => {
          const delivery = deliveries.get(deliveryIdOf(entry.eventId, entry.endpointId));
          return delivery ? ports.ledger.settle(delivery, 'cancelled') : false;
        }),
      );
      const ended = settled.filter(Boolean).length;
      cancelled += ended;
      const isComplete = page.length < PAGE;
      // A page of entries that are all under way, or not yet out of the index, is left as it is.
      if (isComplete || ended === 0 || surroundings.now() > endMs) {
        return c.json({ cancelled, complete: isComplete });
      }
    }
  });
}
