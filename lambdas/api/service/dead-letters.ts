// GET /v1/dead-letters and POST /v1/dead-letters/redrive: what our own code could not process, for the
// operator.
import * as z from 'zod';
import type { DeadLetters } from '../../core/dead-letters.ts';
import { subjectOfDeadLetter } from '../../core/dead-letters.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { limitParameter } from '../listing/query.ts';
import { environmentSchema, timeSchema, wholeListSchema } from '../schemas.ts';

export const OPERATOR_QUEUES = ['events', 'wakes'] as const;
const DEFAULT_SHOWN = 50;
const MAX_SHOWN = 100;
const DEFAULT_REDRIVEN = 100;
/** Some seconds of work: an HTTP API waits for 30. */
const MAX_REDRIVEN = 500;
/** Of a message that nobody can read, so much is shown. */
const SHOWN_CHARACTERS = 500;

const queueSchema = z.enum(
  OPERATOR_QUEUES,
  `must be one of ${OPERATOR_QUEUES.join(', ')}: sweep sends other dead letters back`,
);
const querySchema = z.strictObject({
  queue: queueSchema,
  limit: limitParameter(MAX_SHOWN, DEFAULT_SHOWN),
});
const redriveSchema = z.strictObject({
  queue: queueSchema,
  limit: z.int().min(1).max(MAX_REDRIVEN).default(DEFAULT_REDRIVEN),
});

const deadLetterSchema = z
  .strictObject({
    id: z.string(),
    queue: z.enum(OPERATOR_QUEUES),
    readable: z
      .boolean()
      .meta({ description: 'Whether the message has a format that Posthorn writes.' }),
    tenant: z.string().nullable(),
    environment: environmentSchema.nullable(),
    event: z.string().nullable(),
    type: z.string().nullable(),
    endpoint: z.string().nullable(),
    replay: z.string().nullable(),
    sentAt: timeSchema,
    receives: z.int(),
    bytes: z.int(),
    body: z
      .string()
      .nullable()
      .meta({ description: 'The beginning of an unreadable message; null for a readable one.' }),
  })
  .meta({ id: 'DeadLetter' });

export const listDeadLetters = operation({
  id: 'listDeadLetters',
  method: 'get',
  path: '/v1/dead-letters',
  tag: 'Dead letters',
  summary: 'List messages that could not be processed',
  description:
    'Returns some of the messages, in no particular order, and removes none. A returned message is hidden for five seconds.',
  access: 'operator',
  session: 'refused',
  query: querySchema,
  replies: {
    200: {
      description: 'The messages that were found.',
      schema: wholeListSchema(deadLetterSchema).meta({ id: 'DeadLetters' }),
      example: {
        data: [
          {
            id: '5b1f1b8e-5d6c-4e0b-9a55-0f2f1a1f7c11',
            queue: 'events',
            readable: true,
            tenant: 'acme',
            environment: 'live',
            event: 'evt_01kdvdna00eahs4f3g24k95bvr',
            type: 'order.paid',
            endpoint: null,
            replay: null,
            sentAt: '2026-11-21T10:15:02.852Z',
            receives: 1,
            bytes: 412,
            body: null,
          },
        ],
        next: null,
      },
    },
  },
});
export const redriveDeadLetters = operation({
  id: 'redriveDeadLetters',
  method: 'post',
  path: '/v1/dead-letters/redrive',
  tag: 'Dead letters',
  summary: 'Send dead letters back to their queue',
  description:
    'Each message is sent before it is deleted: a crash in between duplicates it, and loses nothing.',
  access: 'operator',
  session: 'refused',
  body: redriveSchema,
  bodyExample: { queue: 'events', limit: 100 },
  replies: {
    200: {
      description: 'How many messages were sent back.',
      schema: z
        .strictObject({ queue: z.enum(OPERATOR_QUEUES), moved: z.int(), refused: z.int() })
        .meta({ id: 'Redrive' }),
      example: { queue: 'events', moved: 100, refused: 0 },
    },
  },
});

export interface DeadLetterRoutePorts {
  readonly deadLetters: DeadLetters<(typeof OPERATOR_QUEUES)[number]>;
}

export function addDeadLetterRoutes(serve: Serve, { deadLetters }: DeadLetterRoutePorts): void {
  serve(listDeadLetters, async ({ query: { queue, limit }, reply }) => {
    const found = await deadLetters.peek(queue, limit);
    const data = found.map(({ id, body, sentAtMs, receives }) => {
      const subject = subjectOfDeadLetter(queue, body);
      return {
        id,
        queue,
        ...subject,
        sentAt: new Date(sentAtMs).toISOString(),
        receives,
        bytes: Buffer.byteLength(body),
        // An event's data is its tenant's; what is no message of ours carries none.
        body: subject.readable ? null : body.slice(0, SHOWN_CHARACTERS),
      };
    });
    return reply(200, { data, next: null });
  });

  serve(redriveDeadLetters, async ({ body: { queue, limit }, reply }) => {
    const { moved, refused } = await deadLetters.redrive(queue, { limit });
    return reply(200, { queue, moved, refused });
  });
}
