// What people of the operator may do in the console: operations by role, in one table.
import { KEY_SCOPES, type KeyScope, READING_SCOPES } from '../keys/api-key.ts';

export const ROLES = ['viewer', 'support', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Reads all but secrets. */
const VIEWER = [
  'getCurrentKey',
  'endSession',
  'listEvents',
  'getEvent',
  'getLatestEvent',
  'getEventType',
  'listEventTypes',
  'listEndpoints',
  'getEndpoint',
  'listTemplates',
  'getTemplate',
  'testFilter',
  'testTransform',
  'getRoutingRules',
  'getNoticeSettings',
  'listDeliveries',
  'getDelivery',
  'getAttemptAnalytics',
  'getDeliveryAnalytics',
  'getLatencyAnalytics',
  'getRetryAnalytics',
  'getAnalyticsSummary',
  'getComparison',
  'getRecommendations',
  'listIssueMarks',
  'listReplays',
  'getReplay',
  'listKeys',
  'getKey',
  'listPortalSessions',
  'getTenant',
  'listTenants',
  'listSigningKeys',
  'getSealingKeys',
  'getQueues',
  'listDeadLetters',
] as const;

/** And repairs what failed, without changing a setting. */
const SUPPORT = [
  ...VIEWER,
  'pauseEndpoint',
  'resumeEndpoint',
  'testEndpoint',
  'testEndpoints',
  'verifyEndpoint',
  'retryDelivery',
  'cancelDelivery',
  'createReplay',
  'recoverEndpoint',
  'markIssue',
  'pauseReplay',
  'resumeReplay',
  'cancelReplay',
  'createPortalSession',
  'redriveDeadLetters',
] as const;

interface Grants {
  /** Ids of operations. */
  readonly operations: readonly string[] | 'all';
  /** The scopes that a key with the same rights would have: no session that it makes has more. */
  readonly scopes: readonly KeyScope[];
}

export const ROLE_GRANTS: Readonly<Record<Role, Grants>> = {
  viewer: { operations: VIEWER, scopes: READING_SCOPES },
  support: { operations: SUPPORT, scopes: [...READING_SCOPES, 'deliveries:write'] },
  admin: { operations: 'all', scopes: KEY_SCOPES },
};

export function mayCall(role: Role, operationId: string): boolean {
  const { operations } = ROLE_GRANTS[role];
  return operations === 'all' || operations.includes(operationId);
}
