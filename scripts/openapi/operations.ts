// Every operation of the API, in the order of the document. It is made when it is written down, never in a function.

import { getComparison } from '../../lambdas/api/analytics/comparison.ts';
import * as analytics from '../../lambdas/api/analytics/operations.ts';
import { getRecommendations } from '../../lambdas/api/analytics/recommendations.ts';
import * as deliveries from '../../lambdas/api/deliveries/operations.ts';
import {
  pauseEndpoint,
  purgeEndpoint,
  resumeEndpoint,
} from '../../lambdas/api/endpoints/actions.ts';
import { changeEndpoints, createEndpoints } from '../../lambdas/api/endpoints/bulk/operations.ts';
import { changeEndpoint } from '../../lambdas/api/endpoints/change-route.ts';
import * as endpoints from '../../lambdas/api/endpoints/operations.ts';
import { getEndpointSecret, rotateEndpointSecret } from '../../lambdas/api/endpoints/secrets.ts';
import { testEndpoint, testEndpoints } from '../../lambdas/api/endpoints/test.ts';
import { verifyEndpoint } from '../../lambdas/api/endpoints/verification.ts';
import * as eventTypes from '../../lambdas/api/event-types/operations.ts';
import { pollEvents } from '../../lambdas/api/events/feed.ts';
import { redactEvent } from '../../lambdas/api/events/redaction.ts';
import { getEvent, listEvents } from '../../lambdas/api/events/routes.ts';
import { getLatest } from '../../lambdas/api/events/subjects.ts';
import { listIssueMarks, markIssue } from '../../lambdas/api/issues/marks.ts';
import * as keys from '../../lambdas/api/keys/operations.ts';
import { showMailLink, useMailLink } from '../../lambdas/api/mail/links.ts';
import { getNoticeSettings, putNoticeSettings } from '../../lambdas/api/notices/routes.ts';
import * as replays from '../../lambdas/api/replays/operations.ts';
import { getSealingKeys, reseal } from '../../lambdas/api/sealing/routes.ts';
import { listDeadLetters, redriveDeadLetters } from '../../lambdas/api/service/dead-letters.ts';
import { getEgressAddresses } from '../../lambdas/api/service/egress.ts';
import { getHealth } from '../../lambdas/api/service/health.ts';
import { getQueues } from '../../lambdas/api/service/queues.ts';
import { getDocs, getDocsFile, getOpenApi } from '../../lambdas/api/service/viewer.ts';
import * as sessions from '../../lambdas/api/sessions/operations.ts';
import { getSignIn, signIn } from '../../lambdas/api/sessions/sign-in.ts';
import * as signingKeys from '../../lambdas/api/signing/operations.ts';
import { testFilter } from '../../lambdas/api/subscriptions/filter-test.ts';
import { getRoutingRules, putRoutingRules } from '../../lambdas/api/subscriptions/routing-rules.ts';
import * as templates from '../../lambdas/api/templates/operations.ts';
import { deleteTenant } from '../../lambdas/api/tenants/deletion.ts';
import { getTenant, listTenants, putTenant } from '../../lambdas/api/tenants/routes.ts';
import { testTransform } from '../../lambdas/api/transforms/test.ts';
import type { Operation } from '../../lambdas/http/operation.ts';
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
  showMailLink,
  useMailLink,
  templates.createTemplate,
  templates.listTemplates,
  templates.getTemplate,
  templates.changeTemplate,
  templates.deleteTemplate,
  pollEvents,
  testFilter,
  testTransform,
  getRoutingRules,
  putRoutingRules,
  getNoticeSettings,
  putNoticeSettings,
  deliveries.listDeliveries,
  deliveries.getDelivery,
  deliveries.retryDelivery,
  deliveries.cancelDelivery,
  analytics.getAttempts,
  analytics.getDeliveries,
  analytics.getLatency,
  analytics.getRetries,
  analytics.getSummary,
  getComparison,
  getRecommendations,
  listIssueMarks,
  markIssue,
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
  sessions.createPortalSession,
  sessions.listPortalSessions,
  sessions.revokePortalSessions,
  sessions.createConsoleSession,
  sessions.listConsoleSessions,
  sessions.revokeConsoleSessions,
  sessions.endSession,
  getSignIn,
  signIn,
  putTenant,
  getTenant,
  deleteTenant,
  listTenants,
  signingKeys.listSigningKeys,
  signingKeys.bringSigningKey,
  signingKeys.rotateSigningKey,
  signingKeys.getJwks,
  signingKeys.getPublicKey,
  signingKeys.getTenantJwks,
  signingKeys.getTenantPublicKey,
  getSealingKeys,
  reseal,
  getEgressAddresses,
  getHealth,
  getOpenApi,
  getDocs,
  getDocsFile,
  getQueues,
  listDeadLetters,
  redriveDeadLetters,
];
