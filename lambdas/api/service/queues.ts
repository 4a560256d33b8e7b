// GET /v1/queues: how much is in the way of events, beside their dead letters, for the operator.
import * as z from 'zod';
import { QUEUE_NAMES, type QueueDepths } from '../../core/queues/depths.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { wholeListSchema } from '../schemas.ts';
import { addDeadLetterRoutes, type DeadLetterRoutePorts } from './dead-letters.ts';

const count = z.int().min(0);
const depthSchema = z
  .strictObject({
    queue: z.enum(QUEUE_NAMES),
    ready: count.meta({ description: 'Messages that may be received now.' }),
    inFlight: count.meta({ description: 'Messages that a function works on.' }),
    delayed: count.meta({ description: 'Messages that are not due, such as retries.' }),
    deadLetters: count.meta({ description: 'Messages in its dead-letter queue.' }),
  })
  .meta({
    id: 'QueueDepth',
    example: { queue: 'events', ready: 0, inFlight: 2, delayed: 0, deadLetters: 0 },
  });

export const getQueues = operation({
  id: 'getQueues',
  method: 'get',
  path: '/v1/queues',
  tag: 'Dead letters',
  summary: 'Read how many messages the queues hold',
  description:
    'As SQS counts them, about a minute late and approximately. How old the oldest message is, only CloudWatch knows.',
  access: 'operator',
  session: 'refused',
  replies: {
    200: {
      description: 'Each queue.',
      schema: wholeListSchema(depthSchema).meta({ id: 'Queues' }),
      example: {
        data: [{ queue: 'events', ready: 0, inFlight: 2, delayed: 0, deadLetters: 0 }],
        next: null,
      },
    },
  },
});

interface QueueRoutePorts extends DeadLetterRoutePorts {
  readonly queueDepths: QueueDepths;
}

export function addQueueRoutes(serve: Serve, ports: QueueRoutePorts): void {
  addDeadLetterRoutes(serve, ports);
  const { queueDepths } = ports;
  serve(getQueues, async ({ reply }) => reply(200, { data: await queueDepths.read(), next: null }));
}
