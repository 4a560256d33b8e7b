// The api function: everything over HTTPS but the events that come in.
import { metered } from '../adapters/metrics.ts';
import { listIn } from '../adapters/surroundings.ts';
import { Env } from '../environment.ts';
import { createApplication } from '../http/application.ts';
import { createAuthentication } from '../http/authentication.ts';
import { createEdge } from '../http/edge.ts';
import { lambdaHandler } from '../http/lambda.ts';
import { serveOn } from '../http/operation.ts';
import { addAllAnalytics } from './analytics/all.ts';
import { addDeliveryActionRoutes } from './deliveries/actions.ts';
import { addDeliveryRoutes } from './deliveries/routes.ts';
import { addEndpointActionRoutes } from './endpoints/actions.ts';
import { addEndpointRoutes } from './endpoints/routes.ts';
import { addEndpointTestRoute } from './endpoints/test.ts';
import { addEventTypeRoutes } from './event-types/routes.ts';
import { addPollingRoute } from './events/feed.ts';
import { addRedactionRoute } from './events/redaction.ts';
import { addEventRoutes } from './events/routes.ts';
import { addSubjectRoutes } from './events/subjects.ts';
import { addIssueMarkRoutes } from './issues/marks.ts';
import { addKeyRoutes } from './keys/routes.ts';
import { addMailLinkRoutes } from './mail/links.ts';
import { addNoticeRoutes } from './notices/routes.ts';
import { addReplayRoutes } from './replays/routes.ts';
import { addSealingKeyRoutes } from './sealing/routes.ts';
import { addEgressRoute } from './service/egress.ts';
import { addHealthRoute } from './service/health.ts';
import { addQueueRoutes } from './service/queues.ts';
import { addViewerRoutes } from './service/viewer.ts';
import { addSessionRoutes } from './sessions/routes.ts';
import { addSigningKeyRoutes } from './signing/routes.ts';
import { addTemplateRoutes } from './templates/routes.ts';
import { addTenantDeletionRoute } from './tenants/deletion.ts';
import { addTenantRoutes } from './tenants/routes.ts';
import { addShapingRoutes } from './transforms/routes.ts';
import { wire } from './wiring/all.ts';

const SERVED_BY_INGEST = ['/v1/events', '/v1/events/batch'].map((path) => ({
  method: 'POST',
  path,
}));
const ports = wire();
const edge = createEdge(ports.settings, ports);
export const app = createApplication(SERVED_BY_INGEST, edge);
const authentication = createAuthentication({ ...ports, gate: edge.gate });
const serve = serveOn(app, authentication);

addHealthRoute(serve);
addEgressRoute(serve, listIn(Env.egressAddresses));
addViewerRoutes(serve, new URL('./viewer/', import.meta.url));
addTenantRoutes(serve, ports);
addTenantDeletionRoute(serve, ports);
addKeyRoutes(serve, ports);
addSessionRoutes(serve, ports);
addSigningKeyRoutes(serve, ports);
addSealingKeyRoutes(serve, { ...ports, registry: ports.sealedRegistry });
addEndpointRoutes(serve, ports);
addTemplateRoutes(serve, ports);
addEndpointActionRoutes(serve, ports);
addEndpointTestRoute(serve, ports);
addEventRoutes(serve, ports);
addEventTypeRoutes(serve, ports);
addShapingRoutes(serve, ports);
addMailLinkRoutes(serve, ports);
addNoticeRoutes(serve, ports);
addRedactionRoute(serve, {
  ...ports,
  ledger: { ...ports.ledger, ...ports.redactions },
});
addPollingRoute(serve, ports);
addSubjectRoutes(serve, ports);
addDeliveryRoutes(serve, ports);
addDeliveryActionRoutes(serve, ports);
addQueueRoutes(serve, ports);
addReplayRoutes(serve, ports);
addAllAnalytics(serve, authentication, ports);
addIssueMarkRoutes(serve, ports);

export const handler = metered(lambdaHandler(app));
