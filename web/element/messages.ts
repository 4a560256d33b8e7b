// What the host's page and the portal in its frame say to each other. Every message is an object with `posthorn`.

/** The names of the colours, fonts and corners that a host may set: on the element, as `--posthorn-accent` and so on. */
export const LOOKS = [
  'accent',
  'on-accent',
  'page',
  'surface',
  'text',
  'font',
  'mono',
  'radius',
] as const;
export type Look = Partial<Record<(typeof LOOKS)[number], string>>;

export type LookMessage = Extract<FromHost, { readonly posthorn: 'look' }>;

export type FromPortal =
  /** The portal listens. It holds nothing secret, so it goes to any origin. */
  | { readonly posthorn: 'ready' }
  /** The session ends soon, or has ended. */
  | { readonly posthorn: 'renew' }
  /** How high its content is, in CSS pixels. */
  | { readonly posthorn: 'height'; readonly px: number }
  /** The screen that is shown. */
  | { readonly posthorn: 'path'; readonly path: string };

export type FromHost =
  | { readonly posthorn: 'session'; readonly token: string }
  | {
      readonly posthorn: 'look';
      readonly theme: 'light' | 'dark' | 'auto';
      readonly look: Look;
      /** The host's words in the place of the portal's: `{ "Endpoint": "Webhook" }`. */
      readonly words: Readonly<Record<string, string>>;
      /** The language of the words, as `lang` has it, and its direction; of a host without words nothing is taken. */
      readonly lang: string;
      readonly dir: string;
    }
  | { readonly posthorn: 'go'; readonly path: string };
