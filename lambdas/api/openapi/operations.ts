// Every operation of the API, in the order of the document.
import type { Operation } from '../../http/operation.ts';
import * as deliveries from '../delivery-operations.ts';
import { pauseEndpoint, purgeEndpoint, resumeEndpoint } from '../endpoint-actions.ts';
import { changeEndpoint } from '../endpoint-changes.ts';
import * as endpoints from '../endpoint-operations.ts';
import { getEndpointSecret, rotateEndpointSecret } from '../endpoint-secrets.ts';
import { testEndpoint } from '../endpoint-tests.ts';
import * as eventTypes from '../event-type-operations.ts';
import { getEvent, listEvents } from '../events.ts';
import { testFilter } from '../filters.ts';
import { getHealth } from '../health.ts';
import { createKeyOperation, listKeys, revokeKey } from '../keys.ts';
import * as replays from '../replay-operations.ts';
import * as signingKeys from '../signing-key-operations.ts';
import { getTenant, listTenants, putTenant } from '../tenants.ts';
import { getDocs, getDocsFile, getOpenApi } from '../viewer.ts';
import { postEvent, postEvents } from './ingest-operations.ts';

export const OPERATIONS: readonly Operation[] = [
  postEvent,
  postEvents,
  listEvents,
  getEvent,
  eventTypes.putEventType,
  eventTypes.getEventType,
  eventTypes.deleteEventType,
  eventTypes.listEventTypes,
  eventTypes.listPublicEventTypes,
  endpoints.createEndpoint,
  endpoints.listEndpoints,
  endpoints.getEndpoint,
  changeEndpoint,
  endpoints.deleteEndpoint,
  getEndpointSecret,
  rotateEndpointSecret,
  pauseEndpoint,
  resumeEndpoint,
  purgeEndpoint,
  testEndpoint,
  testFilter,
  deliveries.listDeliveries,
  deliveries.getDelivery,
  deliveries.retryDelivery,
  deliveries.cancelDelivery,
  replays.createReplay,
  replays.getReplay,
  replays.cancelReplay,
  createKeyOperation,
  listKeys,
  revokeKey,
  putTenant,
  getTenant,
  listTenants,
  signingKeys.listSigningKeys,
  signingKeys.bringSigningKey,
  signingKeys.rotateSigningKey,
  signingKeys.getJwks,
  signingKeys.getPublicKey,
  getHealth,
  getOpenApi,
  getDocs,
  getDocsFile,
];
