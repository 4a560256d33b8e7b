// What the declaration of a setting says, and everything that is derived from declarations: what requests may
// give, what is stored, and what answers show.
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { ContractName } from '../../contracts/all.ts';
import type { Scope } from '../../scope.ts';
import type { SealingKeys } from '../../sealing/seal.ts';
import type { Transform } from '../../transforms/transform.ts';
import type { SealedAuthentication } from '../authentication.ts';
import { DEFAULTS } from './defaults.ts';

export interface Setting {
  /** What requests may give, and its default. */
  readonly input: z.ZodType;
  /** Each endpoint has its own: no template may hold it. */
  readonly isOwn?: true;
  /** Why a change of the endpoint cannot change it. */
  readonly fixed?: string;
  /** Stored under other names, or as part of something else: the code for it is elsewhere. */
  readonly isKeptApart?: true;
  /** Its stored form, if that is not what was given. */
  readonly keep?: (given: never, keeping: Keeping) => unknown;
  /** What answers show; left out, they do not show it, or show it as part of something else. */
  readonly shown?: z.ZodType;
  /** From its stored form; left out, this is shown itself, or else the default, or null. */
  readonly show?: (kept: never) => unknown;
  /** In the OpenAPI document, if it is not the default. */
  readonly example?: unknown;
}
export type Declarations = Readonly<Record<string, Setting>>;

/** What stored forms are made with. */
export interface Keeping {
  readonly contract: ContractName;
  /** The endpoint or template that sealed values belong to. */
  readonly place: Scope & { readonly id: string };
  readonly sealingKey: SealingKeys;
  /** Gives new random bytes at each call. */
  readonly random: (bytes: number) => Uint8Array;
  /** What is changed. */
  readonly before?:
    | {
        readonly authentication?: readonly SealedAuthentication[];
        readonly transform?: Transform;
      }
    | undefined;
  readonly nowMs: number;
}

/** Declares a setting whose stored form is not what was given; checks that the two go together. */
export function converted<const T, I extends z.ZodType, Kept>(
  declared: T & {
    readonly input: I;
    readonly keep: (given: z.output<I>, keeping: Keeping) => Kept | undefined;
    readonly show?: (kept: Kept | undefined) => unknown;
  },
): T {
  return declared;
}

type InputShape<D extends Declarations> = { readonly [N in keyof D]: D[N]['input'] };
export type Given<D extends Declarations> = z.output<z.ZodObject<InputShape<D>>>;

type KeptForm<S extends Setting> = S extends { readonly keep: (...args: never) => infer Kept }
  ? Exclude<Kept, undefined>
  : Readonly<Exclude<z.output<S['input']>, undefined>>;
type KeptName<D extends Declarations> = {
  [N in keyof D]: D[N] extends { readonly isKeptApart: true } ? never : N;
}[keyof D];
type AlwaysKept = keyof typeof DEFAULTS;
/** The settings as they are stored. */
export type Kept<D extends Declarations> = {
  readonly [N in KeptName<D> & AlwaysKept]: KeptForm<D[N]>;
} & { readonly [N in Exclude<KeptName<D>, AlwaysKept>]?: KeptForm<D[N]> };

type ShownName<D extends Declarations> = {
  [N in keyof D]: D[N] extends { readonly shown: z.ZodType } ? N : never;
}[keyof D];
type ShownShape<D extends Declarations> = {
  readonly [N in ShownName<D>]: D[N] extends { readonly shown: infer S extends z.ZodType }
    ? S
    : never;
};
type Shown<D extends Declarations> = {
  readonly [N in ShownName<D>]: D[N] extends { readonly show: (kept: never) => infer Value }
    ? Value
    : KeptForm<D[N]> | (undefined extends z.output<D[N]['input']> ? null : never);
};

/** The names of those that templates may hold. */
export type SharedName<D extends Declarations> = {
  [N in keyof D]: D[N] extends { readonly isOwn: true } ? never : N;
}[keyof D];

/** What an object has for each of the chosen settings. */
function mapped<T>(
  declarations: Declarations,
  member: (setting: Setting, name: string) => T | undefined,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(declarations).flatMap(([name, setting]) => {
      const value = member(setting, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** For the body that creates an endpoint. */
export function inputShape<D extends Declarations>(declarations: D): InputShape<D> {
  return mapped(declarations, ({ input }) => input) as InputShape<D>; // each under its own name
}

/** For the body that changes an endpoint: null restores the default. */
export function changesShape(declarations: Declarations): Record<string, z.ZodType> {
  return mapped(declarations, ({ input, fixed }) => {
    if (fixed !== undefined) return undefined;
    const inner = withoutDefault(input);
    return z.optional(inner === input ? inner : z.nullable(inner));
  });
}

/** For the body that creates a template: without defaults. */
export function templateShape(declarations: Declarations): Record<string, z.ZodType> {
  return mapped(declarations, ({ input, isOwn }) =>
    isOwn ? undefined : z.optional(withoutDefault(input)),
  );
}

/** For the body that changes a template: null removes a setting. */
export function templateChangesShape(declarations: Declarations): Record<string, z.ZodType> {
  return mapped(declarations, ({ input, isOwn, fixed }) =>
    isOwn || fixed !== undefined ? undefined : z.optional(z.nullable(withoutDefault(input))),
  );
}

function withoutDefault(input: z.ZodType): z.ZodType {
  if (input instanceof z.ZodDefault || input instanceof z.ZodOptional) {
    return input.unwrap() as z.ZodType; // zod's type of its core, made by these same classes
  }
  return input;
}

/** Undefined where a setting has none. */
export function defaultOf({ input }: Setting): unknown {
  return input instanceof z.ZodDefault ? input.def.defaultValue : undefined;
}

/** What is stored of settings that were given. */
export function keptSettings<D extends Declarations>(
  declarations: D,
  given: Given<D>,
  keeping: Keeping,
): Kept<D> {
  const values: Readonly<Record<string, unknown>> = given;
  return mapped(declarations, (setting, name) => {
    if (setting.isKeptApart) return undefined;
    const value = values[name] as never; // what the setting's own schema gave
    const kept = setting.keep ? setting.keep(value, keeping) : value;
    return Object.hasOwn(DEFAULTS, name) || !isDeepStrictEqual(kept, defaultOf(setting))
      ? kept
      : undefined;
  }) as Kept<D>; // each under its own name
}

/** For the answers that show an endpoint. */
export function shownShape<D extends Declarations>(declarations: D): ShownShape<D> {
  return mapped(declarations, ({ shown }) => shown) as ShownShape<D>; // each under its own name
}

/** Stored settings as answers show them. */
export function shownSettings<D extends Declarations>(
  declarations: D,
  kept: { readonly [N in keyof D]?: unknown },
): Shown<D> {
  return mapped(declarations, (setting, name) => {
    if (!setting.shown) return undefined;
    const value = kept[name] as never; // its own stored form
    return setting.show ? setting.show(value) : (value ?? defaultOf(setting) ?? null);
  }) as Shown<D>; // each under its own name
}

/** What the OpenAPI document shows of an endpoint. */
export function exampleSettings(declarations: Declarations): Record<string, unknown> {
  const nothing: Readonly<Record<string, unknown>> = shownSettings(declarations, {});
  return mapped(declarations, ({ example }, name) => example ?? nothing[name]);
}
