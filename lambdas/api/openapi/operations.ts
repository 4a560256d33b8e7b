// Every operation of the API, in the order of the document.
import type { Operation } from '../../http/operation.ts';
import { listDeadLetters, redriveDeadLetters } from '../dead-letters.ts';
import * as deliveries from '../delivery-operations.ts';
import { getEgressAddresses } from '../egress.ts';
import { pauseEndpoint, purgeEndpoint, resumeEndpoint } from '../endpoint-actions.ts';
import { changeEndpoints, createEndpoints } from '../endpoint-bulk.ts';
import { changeEndpoint } from '../endpoint-changes.ts';
import * as endpoints from '../endpoint-operations.ts';
import { getEndpointSecret, rotateEndpointSecret } from '../endpoint-secrets.ts';
import { testEndpoint, testEndpoints } from '../endpoint-tests.ts';
import { verifyEndpoint } from '../endpoint-verification.ts';
import { redactEvent } from '../event-redaction.ts';
import * as eventTypes from '../event-type-operations.ts';
import { getEvent, listEvents } from '../events.ts';
import { testFilter } from '../filters.ts';
import { getHealth } from '../health.ts';
import { createKeyOperation, getCurrentKey, getKey, listKeys, revokeKey } from '../keys.ts';
import { pollEvents } from '../polling.ts';
import * as replays from '../replay-operations.ts';
import { getSealingKeys, reseal } from '../sealing-keys.ts';
import * as signingKeys from '../signing-key-operations.ts';
import { getLatest } from '../subjects.ts';
import * as templates from '../template-operations.ts';
import { deleteTenant } from '../tenant-deletion.ts';
import { getTenant, listTenants, putTenant } from '../tenants.ts';
import { getDocs, getDocsFile, getOpenApi } from '../viewer.ts';
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
  createKeyOperation,
  listKeys,
  getCurrentKey,
  getKey,
  revokeKey,
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
