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
    complete: z.boolean().meta({ description: 'False if there was no time to count them all.' }),
  })
  .meta({ id: 'ReplayCount' });

export const NO_REPLAY = 'There is no such replay.';

const begun = {
  access: 'deliveries:write',
  headers: creationHeader,
  replies: {
    200: {
      description: 'The count of a dry run.',
      schema: countSchema,
      example: { count: 5000, complete: true },
    },
    202: {
      description: 'Started.',
      schema: replaySchema,
      headers: { Location: 'Where its progress can be read.' },
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
  summary: 'Send deliveries of an endpoint and a span of time once more',
  description:
    'Runs as a job, oldest first, with the deliveries’ own idempotency keys. A dry run only counts.',
  body: replayInputSchema.meta({ id: 'ReplayInput' }),
  bodyExample: { endpoint: 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm', since: '2026-01-31T00:00:00Z' },
});
export const recoverEndpoint = operation({
  ...begun,
  id: 'recoverEndpoint',
  method: 'post',
  path: '/v1/endpoints/{id}/recover',
  tag: 'Replays',
  summary: 'Send all that did not arrive since a time',
  description:
    'A replay with the status `failed`: the dead, and what waits for its next attempt after a failure.',
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
  params: idParams('rpl'),
  replies: { 200: { description: 'The replay.', schema: replaySchema } },
  problems: { 404: NO_REPLAY },
});
export const cancelReplay = operation({
  id: 'cancelReplay',
  method: 'post',
  path: '/v1/replays/{id}/cancel',
  tag: 'Replays',
  summary: 'Stop a replay',
  description: 'What it sent already is not taken back.',
  access: 'deliveries:write',
  params: idParams('rpl'),
  replies: { 200: { description: 'The replay, cancelled.', schema: replaySchema } },
  problems: { 404: NO_REPLAY, 409: 'It is done already, or changing at the moment.' },
});
export const pauseReplay = operation({
  id: 'pauseReplay',
  method: 'post',
  path: '/v1/replays/{id}/pause',
  tag: 'Replays',
  summary: 'Pause a replay',
  description: 'The page of about 100 deliveries that is on its way is still sent.',
  access: 'deliveries:write',
  params: idParams('rpl'),
  replies: { 200: { description: 'The replay, paused.', schema: replaySchema } },
  problems: { 404: NO_REPLAY, 409: 'It has ended, or is changing at the moment.' },
});
export const resumeReplay = operation({
  id: 'resumeReplay',
  method: 'post',
  path: '/v1/replays/{id}/resume',
  tag: 'Replays',
  summary: 'Let a paused replay go on where it was',
  access: 'deliveries:write',
  params: idParams('rpl'),
  replies: { 200: { description: 'The replay, running.', schema: replaySchema } },
  problems: {
    404: NO_REPLAY,
    409: 'It has ended, or is changing at the moment.',
    503: 'It could not be set going: call it again.',
  },
});
