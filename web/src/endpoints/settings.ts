// The settings of an endpoint, once: how each is called, shown, and written in a form.
import type { Endpoint } from '../base/models.ts';
import { count, duration } from '../base/numbers.ts';

export type SettingName =
  | 'url'
  | 'description'
  | 'eventTypes'
  | 'channels'
  | 'filter'
  | 'method'
  | 'timeoutMs'
  | 'retryPolicy'
  | 'maxPerSecond'
  | 'autoPause'
  | 'headers'
  | 'renameHeaders'
  | 'polling'
  | 'timingHeaders'
  | 'contractOptions';

export interface Setting {
  readonly name: SettingName;
  readonly words: string;
  readonly show: (endpoint: Endpoint) => readonly string[];
  /** How it is written in the form: a line, a number, one entry a line, or JSON. */
  readonly form: 'line' | 'number' | 'lines' | 'json';
  readonly hint?: string;
}

const listed = (texts: readonly string[], none: string): readonly string[] =>
  texts.length === 0 ? [none] : texts;
const asJson = (value: unknown): string => JSON.stringify(value);
const named = (record: Readonly<Record<string, unknown>>): readonly string[] =>
  listed(
    Object.entries(record).map(([name, value]) => `${name}: ${String(value)}`),
    'None',
  );

export const SETTINGS: readonly Setting[] = [
  {
    name: 'url',
    words: 'Destination',
    form: 'line',
    show: ({ method, url }) => [`${method} ${url}`],
  },
  {
    name: 'description',
    words: 'Name',
    form: 'line',
    show: ({ description }) => [description || 'None'],
    hint: 'Shown in lists and messages.',
  },
  {
    name: 'eventTypes',
    words: 'Event types',
    form: 'lines',
    show: ({ eventTypes }) => listed(eventTypes, 'All'),
    hint: 'One pattern a line, such as dossier.*; none for all.',
  },
  {
    name: 'channels',
    words: 'Channels',
    form: 'lines',
    show: ({ channels }) => listed(channels, 'Any'),
    hint: 'One a line; none for any.',
  },
  {
    name: 'filter',
    words: 'Filter',
    form: 'json',
    show: ({ filter }) => [filter === null ? 'None' : asJson(filter)],
  },
  {
    name: 'method',
    words: 'Method',
    form: 'line',
    show: ({ method }) => [method],
    hint: 'POST, PUT or PATCH.',
  },
  {
    name: 'timeoutMs',
    words: 'Timeout',
    form: 'number',
    show: ({ timeoutMs }) => [duration(timeoutMs)],
    hint: 'Milliseconds.',
  },
  {
    name: 'retryPolicy',
    words: 'Retry policy',
    form: 'json',
    show: ({ retryPolicy }) => [policyWords(retryPolicy)],
    hint: '"forty-days", "idnow", "standard-webhooks", "none", or an object.',
  },
  {
    name: 'maxPerSecond',
    words: 'Pace',
    form: 'number',
    show: ({ maxPerSecond }) => [
      maxPerSecond === null ? 'No limit' : `${count(maxPerSecond)} requests a second`,
    ],
    hint: 'Requests a second; empty for no limit.',
  },
  {
    name: 'autoPause',
    words: 'Auto-pause',
    form: 'json',
    show: ({ autoPause }) => [pauseWords(autoPause)],
    hint: 'true, false, or {"failures": 100, "overSeconds": 86400}.',
  },
  { name: 'headers', words: 'Headers', form: 'json', show: ({ headers }) => named(headers) },
  {
    name: 'renameHeaders',
    words: 'Renamed headers',
    form: 'json',
    show: ({ renameHeaders }) => named(renameHeaders),
  },
  {
    name: 'contractOptions',
    words: 'Contract’s options',
    form: 'json',
    show: ({ contractOptions }) => [
      Object.keys(contractOptions).length === 0 ? 'None' : asJson(contractOptions),
    ],
  },
  {
    name: 'polling',
    words: 'Polling',
    form: 'json',
    show: ({ polling }) => [polling ? 'On' : 'Off'],
    hint: 'true or false.',
  },
  {
    name: 'timingHeaders',
    words: 'Timing headers',
    form: 'json',
    show: ({ timingHeaders }) => [timingHeaders ? 'On' : 'Off'],
    hint: 'true or false.',
  },
];

export function policyWords(policy: Endpoint['retryPolicy']): string {
  if (policy === 'forty-days') return 'forty-days: 65 retries in 39.25 days';
  if (policy === 'none') return 'none: one attempt';
  if (policy === 'idnow') return 'idnow: 10 retries in 17 minutes';
  if (policy === 'standard-webhooks') return 'standard-webhooks: 9 retries in 3 days';
  return `Its own: ${policy.steps.reduce((sum, step) => sum + step.count, policy.immediate ? 1 : 0)} retries`;
}

function pauseWords(rule: Endpoint['autoPause']): string {
  if (rule === false) return 'Off';
  if (rule === true) return 'On';
  return `${count(rule.failures)} failures and no success over ${duration(rule.overSeconds * 1000)}`;
}

/** As the form shows it. */
export function written(endpoint: Endpoint, { name, form }: Setting): string {
  const value: unknown = endpoint[name];
  if (form === 'lines') return (value as readonly string[]).join('\n');
  if (form === 'json') return value === null ? '' : JSON.stringify(value, undefined, 2);
  return value === null ? '' : String(value);
}

/** As the API takes it: null gives it back. @throws SyntaxError */
export function read(text: string, { form }: Setting): unknown {
  const trimmed = text.trim();
  if (form === 'lines') return trimmed === '' ? [] : trimmed.split(/\s*\n\s*/);
  if (form === 'line') return trimmed;
  if (trimmed === '') return null;
  if (form === 'json') return JSON.parse(trimmed);
  const number = Number(trimmed);
  if (!Number.isFinite(number)) throw new SyntaxError('is no number');
  return number;
}
