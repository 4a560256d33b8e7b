// What listings have in common: how many entries, and between which times.
import type { Listing } from '../../listing.ts';
import { type CommandCall, type Option, type OptionValues, UsageError } from '../command.ts';
import type { Row } from '../output.ts';

const DEFAULT_ENTRIES = 50;
const LARGEST_PAGE = 100;

export const LIMIT: Readonly<Record<string, Option>> = {
  limit: { type: 'string', value: 'N', help: `at most this many entries (${DEFAULT_ENTRIES})` },
  all: { type: 'boolean', help: 'all entries' },
};

export const TIMES: Readonly<Record<string, Option>> = {
  since: {
    type: 'string',
    value: 'TIME',
    help: 'accepted at or after this time: RFC 3339, or 15m, 2h, 3d ago',
  },
  until: { type: 'string', value: 'TIME', help: 'accepted before this time' },
};

/** Shows as many as are wanted, and says when there are more. */
export async function showList<T extends object>(
  { out, options }: Pick<CommandCall, 'out' | 'options'>,
  listing: (page: { limit: number }) => Listing<T>,
  columns: (entry: T) => Row,
): Promise<void> {
  const limit = options.count('limit');
  if (limit !== undefined && options.flag('all')) {
    throw new UsageError('give --limit or --all, not both');
  }
  const most = options.flag('all') ? Number.POSITIVE_INFINITY : (limit ?? DEFAULT_ENTRIES);
  const found = await listing({ limit: Math.min(most + 1, LARGEST_PAGE) }).toArray(most + 1);
  out.list(found.slice(0, most), columns);
  if (found.length > most) out.warn(`only the first ${most}: more with --limit N, all with --all`);
}

export function timesOf(options: OptionValues): { since?: string; until?: string } {
  const [since, until] = [timeOf(options, 'since'), timeOf(options, 'until')];
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const RFC_3339 =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** RFC 3339 as it is; `2h` is two hours ago. @param direction 1 where it is two hours from now */
export function timeOf(
  options: OptionValues,
  name: string,
  direction: 1 | -1 = -1,
): string | undefined {
  const text = options.text(name);
  if (text === undefined || RFC_3339.test(text)) return text;
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd') {
    const at = new Date(Date.now() + direction * Number(amount) * UNIT_MS[unit]);
    const year = at.getUTCFullYear();
    if (year >= 1 && year <= 9999) return at.toISOString();
  }
  throw new UsageError(
    `--${name} ${text}: must be RFC 3339, such as 2026-01-31T09:30:00Z, or 15m, 2h, 3d`,
  );
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
