// HTTP: requests to a URL.
import * as z from 'zod';
import type { DestinationKind, Target } from '../kind.ts';
import type { EndpointTls } from './tls.ts';
import { type DestinationRules, judgeUrl, MAX_URL_LENGTH } from './url.ts';

/** One of them so far; the form is that of several. */
export interface HttpDestination {
  readonly kind: 'http';
  readonly urls: readonly HttpUrl[];
}

interface HttpUrl {
  readonly url: string;
  /** When it echoed a challenge: see endpoints/verification.ts. */
  readonly verifiedAtMs?: number;
}

export interface HttpTarget extends Target {
  readonly kind: 'http';
  readonly tls?: EndpointTls;
}

/** What a JSON Schema can say of the destination guard's rules: some services and environments allow http. */
const URL_PATTERN = '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s\\\\#@]+$';

const urlSchema = (rules: DestinationRules) =>
  z
    .string()
    .superRefine((text, context) => {
      const verdict = judgeUrl(text, rules);
      if (verdict.kind === 'refused') context.addIssue({ code: 'custom', message: verdict.reason });
    })
    .meta({ format: 'uri', maxLength: MAX_URL_LENGTH, pattern: URL_PATTERN });

const asked = ({ urls }: HttpDestination) => ({ url: urls[0]?.url });
const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

export const http = {
  settings: (rules: DestinationRules) =>
    ({
      url: {
        input: urlSchema(rules),
        isOwn: true,
        isKeptApart: true,
        shown: z.string().meta({
          description: 'Masked where it is the secret: of the contracts slack, teams and discord.',
        }),
        example: 'https://acme.io/webhooks',
      },
    }) as const,

  keep({ url }, before) {
    if (typeof url !== 'string') return undefined;
    const known = before?.urls.find((one) => one.url === url);
    return { kind: 'http', urls: [known ?? { url }] };
  },

  asked,
  show: asked,

  conflicts({ url, tls, contract }) {
    const isPlain = tls !== undefined && /^http:/i.test(String(url));
    return [
      ...(isPlain ? [{ path: ['tls'], message: 'needs a URL with https' }] : []),
      ...(contract === 'email'
        ? [{ path: ['contract'], message: 'cannot be email: that needs recipients, not a URL' }]
        : []),
    ];
  },

  origins: ({ urls }) => unique(urls.map(({ url }) => new URL(url).origin)),
  hosts: ({ urls }) => unique(urls.map(({ url }) => new URL(url).host)),

  provedAtMs({ urls }) {
    // Of several the latest, and none where one of them has none.
    const latestMs = Math.max(...urls.map(({ verifiedAtMs = Number.NaN }) => verifiedAtMs));
    return Number.isFinite(latestMs) ? latestMs : undefined;
  },
  proved: ({ urls, ...rest }, verifiedAtMs) => ({
    ...rest,
    urls: urls.map(({ url }) => ({ url, verifiedAtMs })),
  }),

  target({ urls }, { method, tls }) {
    const [first = { url: '' }] = urls;
    return { kind: 'http', url: first.url, method, ...(tls && { tls }) };
  },
} satisfies DestinationKind<HttpDestination, HttpTarget>;
