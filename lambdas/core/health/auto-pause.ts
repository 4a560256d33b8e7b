// When a failing endpoint is paused by itself.
import * as z from 'zod';

export const autoPauseSchema = z
  .union([
    z.boolean(),
    z
      .strictObject({
        failures: z.int().min(1).max(1_000_000).default(100),
        overSeconds: z
          .int()
          .min(60)
          .max(40 * 24 * 3600)
          .default(24 * 3600),
      })
      .meta({ id: 'AutoPauseRule' }),
  ])
  .meta({ id: 'AutoPause' });

export type AutoPause = z.infer<typeof autoPauseSchema>;
