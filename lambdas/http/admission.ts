// What sessions may call, and what there is for them: a role has its operations, and a session that is restricted to
// endpoints sees no others.
import { isId, partsOfDeliveryId } from '../core/identifiers.ts';
import { Problem } from '../core/problem.ts';
import { mayCall } from '../core/sessions/roles.ts';
import type { AppContext } from './authentication.ts';

export const NO_ENDPOINT = 'There is no such endpoint.';
export const NO_DELIVERY = 'There is no such delivery.';

/**
 * What a session that is restricted to endpoints gets of an operation: the same as a key of its tenant, only what
 * belongs to its endpoints, or a refusal.
 */
export type Restriction = 'all' | 'filtered' | 'refused';

/** Whether there is an endpoint for whoever asks. */
export type Sees = (endpointId: string) => boolean;

interface Asked {
  readonly id: string;
  readonly session: Restriction;
}

/** @throws Problem 403 */
export function requireAdmission({ var: { principal } }: AppContext, { id, session }: Asked): void {
  if (principal.kind === 'operator' && principal.session && !mayCall(principal.session.role, id)) {
    throw new Problem(403, `The role ${principal.session.role} may not do this.`);
  }
  if (session === 'refused' && principal.kind === 'portal' && principal.session.endpoints) {
    throw new Problem(403, 'A session for certain endpoints may not do this.');
  }
}

/** The only endpoints that whoever asks may see; undefined for all. */
export function endpointsOf({ var: { principal } }: AppContext): readonly string[] | undefined {
  return principal?.kind === 'portal' ? principal.session.endpoints : undefined;
}

export function seesOf(c: AppContext): Sees {
  const endpoints = endpointsOf(c);
  return (id) => endpoints === undefined || endpoints.includes(id);
}

/** What the path and the query name. @throws Problem 404, the same as for what is not there */
export function requireSeen(c: AppContext, sees: Sees): void {
  for (const value of [...Object.values(c.req.param()), ...Object.values(c.req.query())]) {
    if (isId('ep', value) && !sees(value)) throw new Problem(404, NO_ENDPOINT);
    const delivery = partsOfDeliveryId(value);
    if (delivery && !sees(delivery.endpointId)) throw new Problem(404, NO_DELIVERY);
  }
}

/** A subject is the producer's word, and no receiver gets it: nothing is found by it. @throws Problem 403 */
export function refuseSubject(c: AppContext, { subject }: { readonly subject?: unknown }): void {
  if (subject === undefined || endpointsOf(c) === undefined) return;
  throw new Problem(403, 'A session for certain endpoints does not see subjects.');
}

export function withoutSubject<T extends { readonly subject: string | null }>(
  c: AppContext,
  view: T,
): T {
  return endpointsOf(c) === undefined ? view : { ...view, subject: null };
}

/**
 * A template has settings and credentials that other endpoints share: it may be left, and no other is taken.
 * @param kept the one that the endpoint follows already
 * @throws Problem 403, whether there is one of that name or not
 */
export function refuseTemplate(c: AppContext, asked: unknown, kept: string | undefined): void {
  if (typeof asked !== 'string' || asked === kept || endpointsOf(c) === undefined) return;
  throw new Problem(403, 'A session for certain endpoints does not see templates.');
}

/** What is counted for a whole tenant is not counted for some of its endpoints. @throws Problem 403 */
export function requireNamed(c: AppContext, { endpoint }: { readonly endpoint?: unknown }): void {
  if (endpoint !== undefined || endpointsOf(c) === undefined) return;
  throw new Problem(403, 'A session for certain endpoints must name one of them.');
}
