// The api function's routes over the services of one instance.

import { createRedactionLedger } from '../../../lambdas/adapters/ledger/redaction.ts';
import { createReplayLedger } from '../../../lambdas/adapters/ledger/replays.ts';
import {
  openingDeliveries,
  openingEvents,
  sealingDeliveries,
} from '../../../lambdas/adapters/ledger/vault.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import { createDeadLetters } from '../../../lambdas/adapters/queues/dead-letters.ts';
import { createEventTypeStore } from '../../../lambdas/adapters/registry/event-types.ts';
import { createKeyringStore } from '../../../lambdas/adapters/registry/keyring.ts';
import { createTemplates } from '../../../lambdas/adapters/registry/templates.ts';
import { addDeliveryActionRoutes } from '../../../lambdas/api/deliveries/actions.ts';
import { addDeliveryRoutes } from '../../../lambdas/api/deliveries/routes.ts';
import { addEndpointActionRoutes } from '../../../lambdas/api/endpoints/actions.ts';
import { addEndpointRoutes } from '../../../lambdas/api/endpoints/routes.ts';
import { addPollingRoute } from '../../../lambdas/api/events/feed.ts';
import { addRedactionRoute } from '../../../lambdas/api/events/redaction.ts';
import { addEventRoutes } from '../../../lambdas/api/events/routes.ts';
import { addMailLinkRoutes } from '../../../lambdas/api/mail/links.ts';
import { addReplayRoutes } from '../../../lambdas/api/replays/routes.ts';
import { addDeadLetterRoutes } from '../../../lambdas/api/service/dead-letters.ts';
import { addTemplateRoutes } from '../../../lambdas/api/templates/routes.ts';
import { addTenantDeletionRoute } from '../../../lambdas/api/tenants/deletion.ts';
import { addTenantRoutes } from '../../../lambdas/api/tenants/routes.ts';
import { createNotices } from '../../../lambdas/core/operator/all.ts';
import { createApplication } from '../../../lambdas/http/application.ts';
import { createAuthentication } from '../../../lambdas/http/authentication.ts';
import { serveOn } from '../../../lambdas/http/operation.ts';
import { adaptersOf, DEAD_LETTER_URLS, type Services } from './adapters.ts';

/** At least 32 characters. */
export const OPERATOR_KEY = 'the-key-of-the-operator-in-simulation';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly tenant?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
  readonly json: any;
}

/** Routes by which tenants and operators change what is delivered, and what they read of it. */
export function loadApi(services: Services) {
  const { sqs, surroundings, settings, tests } = services;
  const { stored, registry, secrets, events, deliveries, ...adapters } = adaptersOf(services);
  const { ledgerTable, registryTable } = adapters;
  const vault = { secrets, surroundings };
  const sealed = settings.sealEventData ? sealingDeliveries(vault, deliveries) : deliveries;
  const ports = {
    ...adapters,
    registry,
    secrets,
    ledger: { ...events, ...openingEvents(vault, events), ...openingDeliveries(vault, sealed) },
    replays: createReplayLedger(ledgerTable, settings),
    work: createWorkLedger(ledgerTable),
    endpoints: stored,
    keyring: createKeyringStore(registryTable),
    templates: createTemplates(registryTable, events),
    eventTypes: createEventTypeStore(registryTable),
    deadLetters: createDeadLetters(sqs, DEAD_LETTER_URLS),
    events: createNotices({ ...adapters, registry, surroundings }),
    tests,
    surroundings,
    settings,
    limits: settings.limits,
    verifyUrl: settings.verifyUrl,
    defaults: { retryPolicy: settings.retryPolicy },
    rules: {
      allowHttp: false,
      allowPrivate: false,
      allowedPorts: [443],
      sendsMail: settings.email !== undefined,
    },
  };
  const app = createApplication();
  const serve = serveOn(app, createAuthentication(ports));
  addTenantRoutes(serve, ports);
  addTenantDeletionRoute(serve, ports);
  addEndpointRoutes(serve, ports);
  addTemplateRoutes(serve, ports);
  addEndpointActionRoutes(serve, ports);
  addEventRoutes(serve, ports);
  const redactions = createRedactionLedger(ledgerTable);
  addRedactionRoute(serve, { ...ports, ledger: { ...ports.ledger, ...redactions } });
  addPollingRoute(serve, ports);
  addDeliveryRoutes(serve, ports);
  addDeliveryActionRoutes(serve, ports);
  addDeadLetterRoutes(serve, ports);
  addReplayRoutes(serve, ports);
  addMailLinkRoutes(serve, ports);

  return {
    /** As the operator, for a tenant. */
    async request({ method, path, tenant, body, headers }: ApiRequest): Promise<ApiAnswer> {
      const response = await app.request(path, {
        method,
        headers: {
          authorization: `Bearer ${OPERATOR_KEY}`,
          ...(tenant === undefined ? {} : { 'posthorn-tenant': tenant }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        json: /^[[{]/.test(text) ? JSON.parse(text) : text || undefined,
      };
    },
  };
}
