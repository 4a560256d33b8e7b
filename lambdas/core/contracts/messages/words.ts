// Words of a tenant's own for its notices: a title and lines for a kind, with the notice's members in double braces.
import * as z from 'zod';
import { MAX_SENTENCES } from './limits.ts';
import { pathsIn, placeholderFault, rendered } from './placeholders.ts';

const MAX_TITLE = 256;
const MAX_TEXT = 2_000;
const MAX_LINK_WORDS = 64;

const OF_ENDPOINT = ['name', 'endpoint', 'description', 'host'] as const;
const COMMON = [
  ...OF_ENDPOINT,
  ...['since', 'reminder', 'waiting', 'nextProbeAt', 'outcome', 'reason'],
] as const;

/** What each kind may name; docs/notices.md says what they are. */
export const WORD_MEMBERS = {
  'endpoint.failing': [...COMMON, 'failures'],
  'endpoint.paused': [...COMMON, 'failures', 'pausedBy'],
  'endpoint.recovered': [...COMMON, 'recoveredAt'],
  'endpoint.slow': [...COMMON, 'p95Ms', 'slowAboveMs'],
  'certificate.expiring': [...COMMON, 'certificate', 'expiresAt', 'seenAt', 'days'],
  'deliveries.dead': [...COMMON, 'count'],
  'digest.hourly': ['total'],
  'digest.daily': [
    ...['since', 'until', 'attempts', 'succeeded', 'delivered', 'dead', 'p95Ms', 'troubled'],
  ],
  'filter.over_budget': ['name', 'endpoint', 'eventType'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type WordedKind = keyof typeof WORD_MEMBERS;

// Object.keys widens to string
const KINDS = Object.keys(WORD_MEMBERS) as [WordedKind, ...WordedKind[]];

const kindWordsSchema = z.strictObject({
  title: z.string().trim().min(1).max(MAX_TITLE),
  text: z
    .string()
    .max(MAX_TEXT)
    .refine(
      (text) => text.split('\n').length <= MAX_SENTENCES,
      `must be at most ${MAX_SENTENCES} lines`,
    )
    .describe(
      'Each line is a paragraph; one that names what the notice does not have is left out.',
    ),
  link: z
    .string()
    .trim()
    .min(1)
    .max(MAX_LINK_WORDS)
    .optional()
    .describe('The words of the link, without placeholders.'),
});
type KindWords = z.infer<typeof kindWordsSchema>;

export const noticeWordsSchema = z
  .partialRecord(z.enum(KINDS), kindWordsSchema)
  .superRefine((words, context) => {
    for (const kind of KINDS) {
      const members: readonly string[] = WORD_MEMBERS[kind];
      for (const part of ['title', 'text'] as const) {
        const fault = placeholderFault(
          words[kind]?.[part] ?? '',
          (name) => members.includes(name),
          `a name must be one of ${members.join(', ')}`,
        );
        if (fault) context.addIssue({ code: 'custom', path: [kind, part], message: fault });
      }
    }
  });
export type NoticeWords = z.infer<typeof noticeWordsSchema>;

/** What they say of a notice; a title may come to nothing. @param values those that the notice has */
export function inWords(
  { title, text }: KindWords,
  values: ReadonlyMap<string, string>,
): { readonly title: string; readonly sentences: readonly string[] } {
  const lines = text.split('\n').filter((line) => pathsIn(line).every((name) => values.has(name)));
  return {
    title: rendered(title, values),
    sentences: lines.map((line) => rendered(line, values)),
  };
}
