// What listings have in common: how many entries, and between which times.
import { type Option, type OptionValues, UsageError } from '../command.ts';

const DEFAULT_ENTRIES = 50;
const LARGEST_PAGE = 100;

export const LIMIT: Readonly<Record<string, Option>> = {
  limit: { type: 'string', value: 'N', help: `at most this many entries (${DEFAULT_ENTRIES})` },
};

export const TIMES: Readonly<Record<string, Option>> = {
  since: {
    type: 'string',
    value: 'TIME',
    help: 'accepted at or after this time: RFC 3339, or 15m, 2h, 3d ago',
  },
  until: { type: 'string', value: 'TIME', help: 'accepted before this time' },
};

/** How many are wanted, and the page to ask for. */
export function limitOf(options: OptionValues): { most: number; page: { limit: number } } {
  const most = options.count('limit') ?? DEFAULT_ENTRIES;
  return { most, page: { limit: Math.min(most, LARGEST_PAGE) } };
}

export function timesOf(options: OptionValues): { since?: string; until?: string } {
  const [since, until] = [timeOf(options, 'since'), timeOf(options, 'until')];
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** RFC 3339 as it is; `2h` is two hours ago. */
export function timeOf(options: OptionValues, name: string): string | undefined {
  const text = options.text(name);
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text ?? '') ?? [];
  if (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd') {
    return new Date(Date.now() - Number(amount) * UNIT_MS[unit]).toISOString();
  }
  if (text !== undefined && Number.isNaN(Date.parse(text))) {
    throw new UsageError(`--${name} ${text}: must be RFC 3339, or an age such as 15m, 2h, 3d`);
  }
  return text;
}

/** The options that were given, under the API's names. */
export function given<const Name extends string>(
  options: OptionValues,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = options.text(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}
