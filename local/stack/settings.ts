// What the embedded runtime changes in the settings of a deployment: events and first attempts wait for no
// batch, and analytics for a few seconds only. On one machine nothing is saved by waiting.
import { z } from 'zod';

export type Settings = Readonly<Record<string, unknown>>;

const AT_ONCE = { batchSize: 10, windowSeconds: 0 };

const SOON = { windowSeconds: 5, everyMinutes: 1 };

const analyticsSchema = z.looseObject({});
const sourceSchema = z.looseObject({}).default({});
const sourcesSchema = z
  .looseObject({ events: sourceSchema, deliveries: sourceSchema })
  .prefault({});

/** A source whose batch or window is said keeps both. @param settings as under `posthorn` in cdk.json */
export function localSettings(settings: Settings): Settings {
  const parsed = sourcesSchema.safeParse(settings.sources);
  // The app names the fault.
  if (!parsed.success) return settings;
  const { events, deliveries } = parsed.data;
  const analytics = { ...SOON, ...analyticsSchema.safeParse(settings.analytics).data };
  const healthy = { events: unlessSaid(events), deliveries: unlessSaid(deliveries) };
  return { ...settings, analytics, sources: { ...parsed.data, ...healthy } };
}

function unlessSaid(source: Settings): Settings {
  const isSaid = 'batchSize' in source || 'windowSeconds' in source;
  return isSaid ? source : { ...source, ...AT_ONCE };
}
