// GET /health: whether the API answers.
import * as z from 'zod';
import type { Application } from '../../http/application.ts';
import type { Authentication } from '../../http/authentication.ts';
import { operation, serve } from '../../http/operation.ts';

export const getHealth = operation({
  id: 'getHealth',
  method: 'get',
  path: '/health',
  tag: 'Service',
  summary: 'Check that the API answers',
  access: 'open',
  replies: {
    200: {
      description: 'The API answers.',
      schema: z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' }),
      example: { status: 'ok' },
    },
  },
});

export function addHealthRoute(app: Application, authentication: Authentication): void {
  serve(app, authentication, getHealth, async ({ reply }) => reply(200, { status: 'ok' }));
}
