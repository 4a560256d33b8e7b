// The message that an event is to the people in a chat: its title, what it is, what was chosen of its data, a link.
import * as z from 'zod';
import type { DeliveryFacts } from '../contract.ts';
import type { Message, MessageField } from './message.ts';
import { messageOfNotice } from './of-notice.ts';
import { pathSchema, pathsIn, rendered, templateSchema, valuesAt } from './placeholders.ts';
import { MAX_LOOKED_AT, plainText } from './text.ts';

const MAX_TITLE_TEMPLATE = 256;
const MAX_MESSAGE_TEMPLATE = 2_000;
const MAX_CHOSEN = 8;

/** The `contractOptions` of every contract that writes to a chat. */
export const messageOptionsSchema = z.strictObject({
  /** In place of the event type in words. */
  title: templateSchema(MAX_TITLE_TEMPLATE).optional(),
  /** In place of type and subject; each line is a paragraph. */
  message: templateSchema(MAX_MESSAGE_TEMPLATE).optional(),
  /** Shown with their names, where the event has them. */
  fields: z
    .array(pathSchema)
    .max(MAX_CHOSEN, `must be at most ${MAX_CHOSEN}`)
    .refine((paths) => new Set(paths).size === paths.length, 'must not repeat a path')
    .default([]),
});
export type MessageOptions = z.infer<typeof messageOptionsSchema>;

const LINK_WORDS = 'Open the portal';

export function messageOfEvent(
  {
    event,
    tenantName,
    portal,
    noticeWords,
  }: Pick<DeliveryFacts, 'event' | 'tenantName' | 'portal' | 'noticeWords'>,
  { title = '', message, fields }: MessageOptions,
): Message {
  const isPlain = title === '' && message === undefined && fields.length === 0;
  const notice = isPlain ? messageOfNotice(event, portal, noticeWords) : undefined;
  if (notice) return notice;
  const said = message ?? '';
  const paths = ['subject', ...fields, ...pathsIn(title), ...pathsIn(said)];
  const values = valuesAt(event, tenantName, paths);
  const field = (name: string, value: string | undefined): MessageField[] =>
    value === undefined ? [] : [{ name, value }];
  const own =
    message === undefined
      ? [...field('Type', event.type), ...field('Subject', values.get('subject'))]
      : [];
  const heading = rendered(title, values);
  return {
    // What is rendered may show nothing.
    title: plainText(heading.slice(0, MAX_LOOKED_AT)) === '' ? wordsOf(event.type) : heading,
    sentences: said.split('\n').map((line) => rendered(line, values)),
    fields: [
      ...own,
      ...fields.flatMap((path) => field(path.replace(/^data\./, ''), values.get(path))),
    ],
    link: portal === undefined ? undefined : { url: portal, words: LINK_WORDS },
  };
}

/** `identity_document.approved` is "Identity document approved". */
function wordsOf(type: string): string {
  const words = type.replace(/[._-]+/g, ' ').trim();
  return words === '' ? type : words[0]?.toUpperCase() + words.slice(1);
}
