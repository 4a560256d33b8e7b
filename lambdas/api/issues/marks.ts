// GET /v1/issue-marks and POST /v1/endpoints/{id}/mark-issue: who looks after which failures, and until when.
import * as z from 'zod';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { WITHOUT_CONTROLS } from '../../core/events/event.ts';
import { instantMs, instantSchema } from '../../core/instant.ts';
import {
  type IssueMark,
  type IssueMarkStore,
  MARK_STATES,
  MAX_MARKED_MS,
  MAX_MARKS,
  marksAt,
  marksWith,
} from '../../core/issues/marks.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { Principal } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { overtaken } from '../entity-tag.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { EXAMPLE, idOf, idParams, time, timeSchema, wholeListSchema } from '../schemas.ts';

const ROUNDS = 3;
const MAX_REASON = 500;
/** As an actor has at most. */
const MAX_NAME = 200;
const FULL = `At most ${MAX_MARKS} issues may be marked: open some again.`;

const outcomeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be an outcome of attempts, such as http_503');
const stateSchema = z.enum([...MARK_STATES, 'open']);
const example = {
  endpoint: `ep_${EXAMPLE.suffix}`,
  outcome: 'http_503',
  state: 'muted' as const,
  reason: 'The receiver is being moved.',
  by: 'zoe@acme.example',
  at: EXAMPLE.time,
  until: '2026-02-03T09:30:00.000Z',
};
const markSchema = z
  .strictObject({
    endpoint: idOf('ep'),
    outcome: z.string(),
    state: stateSchema,
    reason: z.string(),
    by: z.string().meta({
      description:
        'The actor of a session, the name of a key, or `operator`: its people are not shown to others.',
    }),
    at: timeSchema,
    until: timeSchema.nullable().meta({ description: 'When it is open again by itself.' }),
  })
  .meta({ id: 'IssueMark', example });

export const listIssueMarks = operation({
  id: 'listIssueMarks',
  method: 'get',
  path: '/v1/issue-marks',
  tag: 'Analytics',
  summary: 'List the issues that are acknowledged or muted',
  description: 'An issue is what failed with one outcome at one endpoint.',
  access: 'deliveries:read',
  session: 'filtered',
  replies: {
    200: {
      description: 'The marks that hold.',
      schema: wholeListSchema(markSchema).meta({
        id: 'IssueMarks',
        example: { data: [example], next: null },
      }),
    },
  },
});

export const markIssue = operation({
  id: 'markIssue',
  method: 'post',
  path: '/v1/endpoints/{id}/mark-issue',
  tag: 'Analytics',
  summary: 'Acknowledge or mute an issue, or open it again',
  description: `It holds until the time that is given, at most 30 days on, and for this outcome only. At most ${MAX_MARKS} hold at once.`,
  access: 'deliveries:write',
  session: 'filtered',
  params: idParams('ep'),
  body: z
    .strictObject({
      outcome: outcomeSchema,
      state: stateSchema,
      reason: z
        .string()
        .max(MAX_REASON)
        .regex(WITHOUT_CONTROLS, 'must not hold control characters')
        .default(''),
      until: instantSchema.optional().meta({ description: 'Required unless `state` is `open`.' }),
    })
    .meta({ id: 'IssueMarkInput' }),
  bodyExample: {
    outcome: example.outcome,
    state: 'muted',
    reason: example.reason,
    until: example.until,
  },
  replies: { 200: { description: 'How the issue stands now.', schema: markSchema } },
  problems: { 404: NO_ENDPOINT, 409: `The marks are being changed, or there are ${MAX_MARKS}.` },
});

interface IssueMarkPorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint'> & IssueMarkStore;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

export function addIssueMarkRoutes(serve: Serve, { registry, surroundings }: IssueMarkPorts): void {
  serve(listIssueMarks, async ({ c, scope, sees, reply }) => {
    const view = viewFor(c.var.principal);
    const marks = marksAt(await registry.getIssueMarks(scope), surroundings.now());
    const data = marks.filter(({ endpointId }) => sees(endpointId)).map(view);
    return reply(200, { data, next: null });
  });

  serve(markIssue, async ({ c, scope, params, body, reply }) => {
    const { id: endpointId } = await requireLiveEndpoint(registry, scope, params.id);
    const nowMs = surroundings.now();
    const { outcome, state, reason } = body;
    const { principal } = c.var;
    const isOperators = principal.kind === 'operator';
    const by = printable(nameOf(principal));
    const said = { endpointId, outcome, reason, by, isOperators, atMs: nowMs };
    const mark =
      state === 'open' ? undefined : { ...said, state, untilMs: endOf(body.until, nowMs) };
    const isDone = await optimistically(ROUNDS, async () => {
      const before = await registry.getIssueMarks(scope);
      const after = marksWith(before, said, mark, nowMs);
      if (after === undefined) throw new Problem(409, FULL);
      return (await registry.replaceIssueMarks(scope, before, after)) || undefined;
    });
    if (!isDone) throw overtaken(c);
    return reply(200, viewFor(principal)(mark ?? { ...said, state: 'open' }));
  });
}

/** @throws Problem 422 */
function endOf(until: string | undefined, nowMs: number): number {
  const untilMs = until === undefined ? Number.NaN : instantMs(until);
  if (untilMs > nowMs && untilMs <= nowMs + MAX_MARKED_MS) return untilMs;
  throw refused([{ path: '/until', message: 'must be in the next 30 days' }]);
}

function nameOf(principal: Principal): string {
  switch (principal.kind) {
    case 'operator':
      return principal.session?.actor ?? 'operator';
    case 'tenant':
      return principal.key.name || principal.key.id;
    case 'portal':
      return principal.session.actor ?? principal.session.id;
    default:
      return principal satisfies never;
  }
}

/** Nobody checked the characters of names, and a control character takes six bytes in what is stored. */
function printable(name: string): string {
  return name
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, MAX_NAME)
    .toWellFormed();
}

type ShownMark = IssueMark | (Omit<IssueMark, 'state' | 'untilMs'> & { readonly state: 'open' });

/** As this principal sees it: the operator's people are not shown to others. */
function viewFor({ kind }: Pick<Principal, 'kind'>) {
  return (mark: ShownMark) => {
    const { endpointId, outcome, state, reason, by, isOperators = true, atMs } = mark;
    return {
      endpoint: endpointId,
      outcome,
      state,
      reason,
      by: isOperators && kind !== 'operator' ? 'operator' : by,
      at: time(atMs),
      until: 'untilMs' in mark ? time(mark.untilMs) : null,
    };
  };
}
