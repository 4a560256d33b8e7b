// The events of a platform as a type: `new Posthorn<MyEvents>(...)` knows the data of each of them.
import type { JsonText } from './json-text.ts';
import type { components } from './schema.ts';

type Schemas = components['schemas'];

/** `interface MyEvents { 'dossier.created': { dossier: string } }`: the data by the event's type. */
export type EventMap<M> = { readonly [Type in keyof M]: object };
/** Unless said otherwise: any type, with any object. */
export type AnyEvents = Readonly<Record<string, object>>;

/** `data` may be given as it is to be stored and delivered, byte for byte. */
type WithData<Base, M> = Omit<Base, 'type' | 'data'> &
  {
    [Type in keyof M & string]: { readonly type: Type; readonly data: M[Type] | JsonText };
  }[keyof M & string];

export type EventInput<M extends EventMap<M> = AnyEvents> = WithData<Schemas['EventInput'], M>;
export type BatchEventInput<M extends EventMap<M> = AnyEvents> = WithData<
  Schemas['BatchEventInput'],
  M
>;

/** An event that was read: its data is null once it is redacted. */
export type EventOf<Base, M> = string extends keyof M
  ? Base
  : Omit<Base, 'type' | 'data'> &
      {
        [Type in keyof M & string]: { readonly type: Type; readonly data: M[Type] | null };
      }[keyof M & string];

/** What `verify` gives for Standard Webhooks: `verify<StandardPayload<MyEvents>>(...)`. */
export type StandardPayload<M extends EventMap<M>> = {
  [Type in keyof M & string]: {
    readonly type: Type;
    readonly timestamp: string;
    readonly data: M[Type];
  };
}[keyof M & string];
