// What is to be created of one endpoint of another service, and what of it has no counterpart here.
import type { Endpoint, EndpointInput } from '../../models.ts';
import { Unsuccessful } from '../command.ts';

/** One endpoint of theirs. */
export interface Planned {
  /** Its id there, which never changes: `app_1/ep_2`. */
  readonly source: string;
  /** Whose it is there; undefined where the service has no such notion. */
  readonly owner?: string | undefined;
  readonly input: EndpointInput;
  /** It gets nothing there at present. */
  readonly isPaused: boolean;
  /** What decides which events it gets, or what they contain, and cannot be said here. */
  readonly lost: readonly string[];
  /** What differs without changing which events it gets. */
  readonly notes: readonly string[];
  /** Why it cannot be created at all. */
  readonly impossible?: string | undefined;
}

export type Members = Readonly<Record<string, unknown>>;

/** @throws Unsuccessful what was read is not what the service documents */
export function membersOf(value: unknown, where: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Unsuccessful(`${where} must be an object`);
  }
  return { ...value };
}

/** Of null and of nothing, nothing. */
export function optional(value: unknown, where: string): Members {
  return value === undefined || value === null ? {} : membersOf(value, where);
}

export function entriesOf(value: unknown, where: string): Members[] {
  if (!Array.isArray(value)) throw new Unsuccessful(`${where} must be a list`);
  return value.map((entry, at) => membersOf(entry, `${where}/${at}`));
}

export function textsOf(value: unknown, where: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Unsuccessful(`${where} must be a list`);
  return value.map((entry, at) => textOf(entry, `${where}/${at}`));
}

export function textOf(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new Unsuccessful(`${where} must be a text`);
  return value;
}

export const textOr = (value: unknown, otherwise = ''): string =>
  typeof value === 'string' ? value : otherwise;

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

/** An id, which becomes a part of paths, of keys and of a description. */
export function idOf(value: unknown, where: string): string {
  const id = textOf(value, where);
  if (!/^[\w.:-]{1,100}$/.test(id)) throw new Unsuccessful(`${where} is not an id`);
  return id;
}

const TYPE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** The types that can be patterns here, and those that cannot. */
export function typesOf(names: readonly string[]): { eventTypes: string[]; lost: string[] } {
  const fits = (name: string) => TYPE.test(name) && name.length <= 128;
  const eventTypes = names.filter(fits).slice(0, MOST_TYPES);
  const lost = names.filter((name) => !fits(name)).map((name) => `event type ${name}`);
  const over = names.length - lost.length - eventTypes.length;
  return { eventTypes, lost: [...lost, ...(over > 0 ? [`${over} event types beyond 100`] : [])] };
}
const MOST_TYPES = 100;

export function channelsOf(names: readonly string[]): { channels: string[]; lost: string[] } {
  const fits = (name: string) => /^[A-Za-z0-9_.:-]{1,64}$/.test(name);
  const lost = names.filter((name) => !fits(name)).map((name) => `channel ${name}`);
  return { channels: names.filter(fits), lost };
}

/** In bytes: what a `whsec_` secret may have here. */
const [LEAST_KEY, MOST_KEY] = [18, 186];

/** A secret in text, in the form of Standard Webhooks: the key stays the same bytes. */
export function standardSecret(text: string): string | undefined {
  const key = Buffer.from(text);
  return key.length >= LEAST_KEY && key.length <= MOST_KEY
    ? `whsec_${key.toString('base64')}`
    : undefined;
}

const RATES = { least: 0.1, most: 1000 };

/** As near as a rate may be here, and a note where that is another rate. @param seconds undefined if it is not a time */
export function rateOf(
  limit: number | undefined,
  seconds: number | undefined,
): { settings: { maxPerSecond?: number }; notes: string[] } {
  if (limit === undefined) return { settings: {}, notes: [] };
  if (seconds === undefined) return { settings: {}, notes: [`limit of ${limit}, not for a time`] };
  const rounded = Math.round((limit / seconds) * 1000) / 1000;
  const maxPerSecond = Math.min(RATES.most, Math.max(RATES.least, rounded));
  const is = maxPerSecond > rounded ? 'the least' : 'the most';
  const note = `limit of ${limit} in ${seconds} s: ${maxPerSecond} a second is ${is}`;
  return { settings: { maxPerSecond }, notes: maxPerSecond === rounded ? [] : [note] };
}

const MOST_CHARACTERS = 500;

/** The description ends with where it came from: a second run finds it again by that. */
export function described(text: string, vendor: string, source: string): string {
  const mark = `[${vendor}:${source}]`;
  const room = MOST_CHARACTERS - mark.length - 1;
  // Half of a surrogate pair would be no text.
  const cut = text.slice(0, room).replace(/[\ud800-\udbff]$/, '');
  return `${cut} ${mark}`.trimStart();
}

export function sourceOf({ description }: Pick<Endpoint, 'description'>): string | undefined {
  return /\[([a-z]+:[^\]\s]+)\]$/.exec(description)?.[1];
}
