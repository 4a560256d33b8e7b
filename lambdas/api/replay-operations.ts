// What the operations on replays take and answer.
import { z } from 'zod';
import { REPLAYED_STATUSES, replayInputSchema } from '../core/replay.ts';
import { operation } from '../http/operation.ts';
import { NO_ENDPOINT } from './endpoint-operations.ts';
import { EXAMPLES } from './examples.ts';
import { idOf, idParams, timeSchema } from './schemas.ts';

const replaySchema = z
  .strictObject({
    id: idOf('rpl'),
    endpoint: idOf('ep'),
    state: z.enum(['running', 'done', 'cancelled']),
    status: z.enum(REPLAYED_STATUSES),
    types: z.array(z.string()),
    since: timeSchema,
    until: timeSchema,
    found: z.int(),
    sent: z.int(),
    skipped: z.int().meta({ description: 'Found, and moved on before they were sent.' }),
    cancelledBy: z.enum(['user', 'endpoint_deleted']).nullable(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    finishedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Replay', example: EXAMPLES.replay });

const countSchema = z
  .strictObject({
    count: z.int(),
    complete: z.boolean().meta({ description: 'False if there was no time to count them all.' }),
  })
  .meta({ id: 'ReplayCount' });

export const NO_REPLAY = 'There is no such replay.';

export const createReplay = operation({
  id: 'createReplay',
  method: 'post',
  path: '/v1/replays',
  tag: 'Replays',
  summary: 'Send deliveries of an endpoint and a span of time once more',
  description:
    'Runs as a job, oldest first, with the deliveries’ own idempotency keys. A dry run only counts.',
  access: 'deliveries:write',
  headers: {
    'Idempotency-Key':
      'The same key with the same body starts one replay only, within 7 days: 1 to 255 printable ASCII characters.',
  },
  body: replayInputSchema.meta({ id: 'ReplayInput' }),
  bodyExample: { endpoint: 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm', since: '2026-01-31T00:00:00Z' },
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
    409: 'The `Idempotency-Key` was used with another body.',
    503: 'The replay could not be started.',
  },
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
