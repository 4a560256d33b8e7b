// An event as answers show it, with its data.
import { z } from 'zod';
import { environmentSchema, timeSchema } from './schemas.ts';

export const eventShape = {
  id: z.string(),
  type: z.string(),
  tenant: z.string(),
  environment: environmentSchema,
  acceptedAt: timeSchema,
  occurredAt: z.string().nullable().meta({ description: 'As it came in.' }),
  subject: z.string().nullable(),
  channels: z.array(z.string()),
};

export const dataSchema = z
  .unknown()
  .meta({ type: 'object', description: 'The exact bytes that came in.' });
