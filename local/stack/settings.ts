// What the embedded runtime changes in the settings of a deployment: on one machine it saves nothing to gather writes
// for analytics.
import { isObject, type Json } from '../json.ts';

export type Settings = Readonly<Record<string, unknown>>;

const SOON = { windowSeconds: 5, everyMinutes: 1 };

/** What is said holds. @param settings as under `posthorn` in cdk.json */
export function localSettings(settings: Settings): Settings {
  const { analytics = {} } = settings;
  // The app names the fault.
  if (!isObject(analytics as Json)) return settings;
  return { ...settings, analytics: { ...SOON, ...(analytics as object) } };
}
