// What the operations on replays take and answer.
import * as z from 'zod';
import { isId } from '../../core/identifiers.ts';
import { recoveryInputSchema, replayInputSchema } from '../../core/replays/replay.ts';
import { creationHeader, OTHER_BODY } from '../../http/creation.ts';
import { operation } from '../../http/operation.ts';
import { pageShape } from '../listing/query.ts';
import { NO_ENDPOINT } from '../lookups.ts';
import { idOf, idParams, pageSchema } from '../schemas.ts';
import { replaySchema } from './view.ts';

const countSchema = z
  .strictObject({
    count: z.int(),
    complete: z
      .boolean()
      .meta({ description: 'False if the time limit was reached before all were counted.' }),
  })
  .meta({ id: 'ReplayCount' });

export const NO_REPLAY = 'There is no such replay.';

const begun = {
  access: 'deliveries:write',
  session: 'filtered',
  headers: creationHeader,
  replies: {
    200: {
      description: 'The result of a dry run.',
      schema: countSchema,
      example: { count: 5000, complete: true },
    },
    202: {
      description: 'Started.',
      schema: replaySchema,
      headers: { Location: 'The path of the replay, which shows its progress.' },
    },
  },
  problems: {
    404: NO_ENDPOINT,
    409: OTHER_BODY,
    503: 'The replay could not be started.',
  },
} as const;

export const createReplay = operation({
  ...begun,
  id: 'createReplay',
  method: 'post',
  path: '/v1/replays',
  tag: 'Replays',
  summary: 'Resend an endpoint’s deliveries from a period of time',
  description:
    'Runs as a job, oldest first. Each delivery keeps its idempotency key. A dry run only counts the deliveries.',
  body: replayInputSchema.meta({ id: 'ReplayInput' }),
  bodyExample: { endpoint: 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm', since: '2026-01-31T00:00:00Z' },
});
export const recoverEndpoint = operation({
  ...begun,
  id: 'recoverEndpoint',
  method: 'post',
  path: '/v1/endpoints/{id}/recover',
  tag: 'Replays',
  summary: 'Resend all failed deliveries since a point in time',
  description:
    'Starts a replay with the status `failed`: it resends dead deliveries, and those that wait for another attempt after a failure.',
  params: idParams('ep'),
  body: recoveryInputSchema.meta({ id: 'RecoveryInput' }),
  bodyExample: { since: '2026-01-31T00:00:00Z' },
});
export const listReplays = operation({
  id: 'listReplays',
  method: 'get',
  path: '/v1/replays',
  tag: 'Replays',
  summary: 'List replays, newest first',
  access: 'deliveries:read',
  session: 'filtered',
  query: z.strictObject({
    ...pageShape((id) => isId('rpl', id)),
    endpoint: idOf('ep').optional(),
  }),
  replies: { 200: { description: 'A page of replays.', schema: pageSchema(replaySchema) } },
  problems: { 404: NO_ENDPOINT },
});
export const getReplay = operation({
  id: 'getReplay',
  method: 'get',
  path: '/v1/replays/{id}',
  tag: 'Replays',
  summary: 'Read a replay and its progress',
  access: 'deliveries:read',
  session: 'filtered',
  params: idParams('rpl'),
  replies: { 200: { description: 'The replay.', schema: replaySchema } },
  problems: { 404: NO_REPLAY },
});
export const cancelReplay = operation({
  id: 'cancelReplay',
  method: 'post',
  path: '/v1/replays/{id}/cancel',
  tag: 'Replays',
  summary: 'Cancel a replay',
  description: 'Deliveries that the replay has already resent are not cancelled.',
  access: 'deliveries:write',
  session: 'filtered',
  params: idParams('rpl'),
  replies: { 200: { description: 'The replay, cancelled.', schema: replaySchema } },
  problems: { 404: NO_REPLAY, 409: 'The replay is already done, or is being changed.' },
});
export const pauseReplay = operation({
  id: 'pauseReplay',
  method: 'post',
  path: '/v1/replays/{id}/pause',
  tag: 'Replays',
  summary: 'Pause a replay',
  description: 'The current page of about 100 deliveries is still sent.',
  access: 'deliveries:write',
  session: 'filtered',
  params: idParams('rpl'),
  replies: { 200: { description: 'The replay, paused.', schema: replaySchema } },
  problems: { 404: NO_REPLAY, 409: 'The replay has ended, or is being changed.' },
});
export const resumeReplay = operation({
  id: 'resumeReplay',
  method: 'post',
  path: '/v1/replays/{id}/resume',
  tag: 'Replays',
  summary: 'Resume a paused replay',
  access: 'deliveries:write',
  session: 'filtered',
  params: idParams('rpl'),
  replies: { 200: { description: 'The replay, running.', schema: replaySchema } },
  problems: {
    404: NO_REPLAY,
    409: 'The replay has ended, or is being changed.',
    503: 'The replay could not be resumed: send the request again.',
  },
});
