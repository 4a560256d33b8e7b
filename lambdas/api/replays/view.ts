// A replay as the API shows it.
import * as z from 'zod';
import { hasEnded, REPLAYED_STATUSES, type Replay } from '../../core/replays/replay.ts';
import { EXAMPLE, idOf, time, timeSchema } from '../schemas.ts';

export function replayView(replay: Replay) {
  return {
    id: replay.id,
    endpoint: replay.endpointId,
    state: replay.state,
    status: replay.status,
    types: replay.types,
    subject: replay.subject ?? null,
    since: time(replay.sinceMs),
    until: time(replay.untilMs),
    reachedAt: replay.reachedMs === undefined ? null : time(replay.reachedMs),
    found: replay.found,
    sent: replay.sent,
    skipped: replay.skipped,
    cancelledBy: replay.cancelledBy ?? null,
    createdAt: time(replay.createdAtMs),
    updatedAt: time(replay.updatedAtMs),
    finishedAt: hasEnded(replay) ? time(replay.updatedAtMs) : null,
  };
}

const example = {
  id: `rpl_${EXAMPLE.suffix}`,
  endpoint: `ep_${EXAMPLE.suffix}`,
  state: 'running',
  status: 'dead',
  types: [],
  subject: null,
  since: '2026-01-30T00:00:00.000Z',
  until: EXAMPLE.time,
  reachedAt: '2026-01-30T17:21:09.113Z',
  found: 1200,
  sent: 1100,
  skipped: 3,
  cancelledBy: null,
  createdAt: EXAMPLE.time,
  updatedAt: EXAMPLE.later,
  finishedAt: null,
};

export const replaySchema = z
  .strictObject({
    id: idOf('rpl'),
    endpoint: idOf('ep'),
    state: z.enum(['running', 'paused', 'done', 'cancelled']),
    status: z.enum(REPLAYED_STATUSES),
    types: z.array(z.string()),
    subject: z.string().nullable(),
    since: timeSchema,
    until: timeSchema,
    reachedAt: timeSchema.nullable().meta({
      description: 'The time between `since` and `until` that the replay has reached.',
    }),
    found: z.int(),
    sent: z.int(),
    skipped: z
      .int()
      .meta({ description: 'Deliveries that changed after they were found, and were not resent.' }),
    cancelledBy: z.enum(['user', 'endpoint_deleted']).nullable(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    finishedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Replay', example: example });
