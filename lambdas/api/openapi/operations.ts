// Every operation of the API, in the order of the document.
import type { Operation } from '../../http/operation.ts';
import * as deliveries from '../deliveries/operations.ts';
import { pauseEndpoint, purgeEndpoint, resumeEndpoint } from '../endpoints/actions.ts';
import { changeEndpoints, createEndpoints } from '../endpoints/bulk/operations.ts';
import { changeEndpoint } from '../endpoints/change-route.ts';
import * as endpoints from '../endpoints/operations.ts';
import { getEndpointSecret, rotateEndpointSecret } from '../endpoints/secrets.ts';
import { testEndpoint, testEndpoints } from '../endpoints/test.ts';
import { verifyEndpoint } from '../endpoints/verification.ts';
import * as eventTypes from '../event-types/operations.ts';
import { pollEvents } from '../events/feed.ts';
import { redactEvent } from '../events/redaction.ts';
import { getEvent, listEvents } from '../events/routes.ts';
import { getLatest } from '../events/subjects.ts';
import * as keys from '../keys/operations.ts';
import * as replays from '../replays/operations.ts';
import { getSealingKeys, reseal } from '../sealing/routes.ts';
import { listDeadLetters, redriveDeadLetters } from '../service/dead-letters.ts';
import { getEgressAddresses } from '../service/egress.ts';
import { getHealth } from '../service/health.ts';
import { getDocs, getDocsFile, getOpenApi } from '../service/viewer.ts';
import * as signingKeys from '../signing/operations.ts';
import { testFilter } from '../subscriptions/filter-test.ts';
import * as templates from '../templates/operations.ts';
import { deleteTenant } from '../tenants/deletion.ts';
import { getTenant, listTenants, putTenant } from '../tenants/routes.ts';
import { postEvent, postEvents } from './ingest-operations.ts';

export const OPERATIONS: readonly Operation[] = [
  postEvent,
  postEvents,
  listEvents,
  getEvent,
  redactEvent,
  getLatest,
  eventTypes.putEventType,
  eventTypes.getEventType,
  eventTypes.deleteEventType,
  eventTypes.listEventTypes,
  eventTypes.listPublicEventTypes,
  endpoints.createEndpoint,
  createEndpoints,
  endpoints.listEndpoints,
  changeEndpoints,
  endpoints.getEndpoint,
  changeEndpoint,
  endpoints.deleteEndpoint,
  getEndpointSecret,
  rotateEndpointSecret,
  pauseEndpoint,
  resumeEndpoint,
  purgeEndpoint,
  testEndpoint,
  testEndpoints,
  verifyEndpoint,
  templates.createTemplate,
  templates.listTemplates,
  templates.getTemplate,
  templates.changeTemplate,
  templates.deleteTemplate,
  pollEvents,
  testFilter,
  deliveries.listDeliveries,
  deliveries.getDelivery,
  deliveries.retryDelivery,
  deliveries.cancelDelivery,
  replays.createReplay,
  replays.recoverEndpoint,
  replays.listReplays,
  replays.getReplay,
  replays.pauseReplay,
  replays.resumeReplay,
  replays.cancelReplay,
  keys.createKeyOperation,
  keys.listKeys,
  keys.getCurrentKey,
  keys.getKey,
  keys.revokeKey,
  putTenant,
  getTenant,
  deleteTenant,
  listTenants,
  signingKeys.listSigningKeys,
  signingKeys.bringSigningKey,
  signingKeys.rotateSigningKey,
  signingKeys.getJwks,
  signingKeys.getPublicKey,
  getSealingKeys,
  reseal,
  getEgressAddresses,
  getHealth,
  getOpenApi,
  getDocs,
  getDocsFile,
  listDeadLetters,
  redriveDeadLetters,
];
