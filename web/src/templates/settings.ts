// A template's settings as text, and what a change of them reaches.
import { isJson } from '../base/json-text.ts';
import type { Endpoint, Template } from '../base/models.ts';

/** It is fixed when a template is created, and has a card of its own. */
const NOT_HERE: ReadonlySet<string> = new Set(['contract', 'transform']);

type Settings = Readonly<Record<string, unknown>>;

/** Those that the form changes, as it shows them. */
export function writtenSettings({ settings }: Pick<Template, 'settings'>): string {
  const shown = Object.entries(settings).filter(([name]) => !NOT_HERE.has(name));
  return JSON.stringify(Object.fromEntries(shown), undefined, 2);
}

/** What is posted: only what became another, null for what is left out. Undefined for what is no JSON object. */
export function changesIn(text: string, { settings }: Pick<Template, 'settings'>) {
  if (!isJson(text)) return undefined;
  const wanted: unknown = JSON.parse(text);
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return undefined;
  const after: Settings = { ...wanted };
  const before: Settings = settings;
  const names = new Set(
    [...Object.keys(after), ...Object.keys(before)].filter((name) => !NOT_HERE.has(name)),
  );
  const changed = [...names].filter(
    (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}

/** Of a template's endpoints, those that have the setting from it. */
export function inheriting(followers: readonly Endpoint[], name: string): readonly Endpoint[] {
  return followers.filter(({ own }) => own !== null && !own.includes(name));
}
