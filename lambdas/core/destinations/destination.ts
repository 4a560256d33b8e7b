// What endpoints' destinations have in common, whatever their kind.
import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { type Destination, KINDS, type KindName } from './all.ts';
import { type DestinationRules, STRICT_RULES } from './http/url.ts';
import type { AddressSetting, DestinationKind, KeptDestination } from './kind.ts';

type Settings = Readonly<Record<string, unknown>>;

const ALL: readonly (readonly [string, DestinationKind])[] = Object.entries(KINDS);

type EachOf<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void
  ? All
  : never;
type Either<S extends AddressSetting> = Omit<S, 'input' | 'shown'> & {
  readonly input: z.ZodOptional<S['input']>;
  readonly shown: z.ZodNullable<S['shown']>;
};
type OwnSettings = EachOf<ReturnType<(typeof KINDS)[KindName]['settings']>>;
type AddressSettings = { readonly [N in keyof OwnSettings]: Either<OwnSettings[N]> };

/** The settings of all kinds: each may be absent, see `addressFault`. */
export function addressSettings(rules: DestinationRules): AddressSettings {
  return Object.assign({}, ...ALL.map(([, kind]) => either(kind.settings(rules))));
}

function either(settings: Readonly<Record<string, AddressSetting>>) {
  const optional = ({ input, shown, ...rest }: AddressSetting): AddressSetting => ({
    ...rest,
    input: input.optional(),
    shown: shown.nullable(),
  });
  return Object.fromEntries(Object.entries(settings).map(([name, one]) => [name, optional(one)]));
}

const NAMES_OF = new Map(
  ALL.map(([name, kind]) => [name, Object.keys(kind.settings(STRICT_RULES))]),
);
/** The names of the settings that are addresses. */
export const ADDRESS_NAMES: ReadonlySet<string> = new Set([...NAMES_OF.values()].flat());

/** Why settings do not name one destination; undefined if they do. */
export function addressFault(
  given: Settings,
): { readonly path: string; readonly message: string } | undefined {
  const [first = '', ...others] = [...NAMES_OF.values()].flatMap(
    (names) => names.find((name) => given[name] !== undefined) ?? [],
  );
  if (first === '') {
    const all = [...ADDRESS_NAMES];
    return { path: all[0] ?? '', message: `is missing: one of ${all.join(', ')} must be given` };
  }
  const [second] = others;
  const message = `cannot be combined with ${first}: an endpoint has one destination`;
  return second === undefined ? undefined : { path: second, message };
}

/** Which of an endpoint's settings do not go with its address. */
export function addressConflicts(given: Settings): ReturnType<DestinationKind['conflicts']> {
  return ALL.flatMap(([name, kind]) => {
    const isGiven = NAMES_OF.get(name)?.some((one) => given[one] !== undefined);
    return isGiven ? kind.conflicts(given) : [];
  });
}

/** @param given settings that passed their schemas @throws TypeError if they name no destination */
export function destinationOf(given: Settings, before?: Destination): Destination {
  for (const [name, kind] of ALL) {
    const found = kind.keep(given, before?.kind === name ? before : undefined);
    if (found) return found as Destination; // its kind made it
  }
  throw new TypeError('the settings name no destination');
}

export function isKnownKind(destination: KeptDestination): boolean {
  return Object.hasOwn(KINDS, destination.kind);
}

export function kindOf({ kind }: Destination): DestinationKind {
  return KINDS[kind];
}

/** The settings that an endpoint's destination was made of, in the form of a request. */
export const askedAddress = (destination: Destination): Settings =>
  kindOf(destination).asked(destination);

export const shownAddress = (destination: Destination): Settings =>
  kindOf(destination).show(destination);

export function isSameAddress(one: Destination, other: Destination): boolean {
  return isDeepStrictEqual(askedAddress(one), askedAddress(other));
}

export function provedAt(destination: Destination, atMs: number): Destination {
  return kindOf(destination).proved(destination, atMs) as Destination; // of the kind that it was
}

export const isProved = (destination: Destination): boolean =>
  kindOf(destination).provedAtMs(destination) !== undefined;
