// What a kind of destination is: the form of its address and the check of it, what requests give and answers show,
// and where an attempt goes. A further kind is a folder beside http/ and a line in all.ts; what sends to it is a
// folder and a line in adapters/sender/.
import type * as z from 'zod';
import type { Scope } from '../scope.ts';
import type { EndpointTls } from './http/tls.ts';
import type { DestinationRules } from './http/url.ts';

/** Where an endpoint's events go, as the registry keeps it. */
export interface KeptDestination {
  /** A name in all.ts. */
  readonly kind: string;
}

/** Where one attempt goes. */
export interface Target {
  readonly kind: string;
  /** A URI, whole: message signatures cover it. */
  readonly url: string;
  /** HTTP's, or the name of the call that takes its place. */
  readonly method: string;
}

/** Settings of an endpoint by their names, as requests give them or answers show them. */
type Settings = Readonly<Record<string, unknown>>;

/** A setting that is part of an address: see endpoints/settings/setting.ts. */
export interface AddressSetting {
  readonly input: z.ZodType;
  readonly isOwn: true;
  readonly isKeptApart: true;
  readonly shown: z.ZodType;
  readonly example: unknown;
}

/** What requests give of an address, what is stored of it, and what answers show. */
interface AddressForm<D extends KeptDestination> {
  /** The settings that are its address, checked by a stack's rules. No other kind has one of these names. */
  settings(rules: DestinationRules): Readonly<Record<string, AddressSetting>>;
  /**
   * The destination that is stored; undefined if the settings name none of this kind.
   * @param given settings that passed their schemas
   * @param before what it replaces: what was proved of the same address stays proved
   */
  keep(given: Settings, before?: D): D | undefined;
  /** The settings that `keep` would make it of. */
  asked(destination: D): Settings;
  /** The settings as answers show them: what is secret is masked. */
  show(destination: D): Settings;
  /** Which of an endpoint's settings do not go with its address. */
  conflicts(given: Settings): readonly Conflict[];
}

interface Conflict {
  readonly path: readonly string[];
  /** Follows the setting's name. */
  readonly message: string;
}

/** Where an address leads. */
interface Whereabouts<D extends KeptDestination, T extends Target> {
  /** Who gets what is sent: credentials that were given for some go to no others. */
  origins(destination: D): readonly string[];
  /** Hosts with their ports: as much of an address as logs may hold. */
  hosts(destination: D): readonly string[];
  /** Since when all of it is proved to be its tenant's, Unix milliseconds; undefined while some of it is not. */
  provedAtMs(destination: D): number | undefined;
  proved(destination: D, atMs: number): D;
  /** Where the next attempt goes. */
  target(destination: D, opened: OpenedSettings): T;
}

export interface DestinationKind<
  D extends KeptDestination = KeptDestination,
  T extends Target = Target,
> extends AddressForm<D>,
    Whereabouts<D, T> {}

/** What attempts of an endpoint are made with, unsealed. */
export interface OpenedSettings {
  readonly method: string;
  readonly tls?: EndpointTls | undefined;
  /** The newest of its secrets. */
  readonly secret: string;
  /** Whose settings they are. */
  readonly place: Scope & { readonly id: string };
}
