// GET /health: whether the API answers.
import * as z from 'zod';
import { operation, type Serve } from '../../http/operation.ts';

export const getHealth = operation({
  id: 'getHealth',
  method: 'get',
  path: '/health',
  tag: 'Service',
  summary: 'Check that the API answers',
  access: 'open',
  session: 'all',
  replies: {
    200: {
      description: 'The API answers.',
      schema: z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' }),
      example: { status: 'ok' },
    },
  },
});

export function addHealthRoute(serve: Serve): void {
  serve(getHealth, async ({ reply }) => reply(200, { status: 'ok' }));
}
