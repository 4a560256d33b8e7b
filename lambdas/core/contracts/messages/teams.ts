// A message as an Adaptive Card, in the envelope that Workflows of Teams take:
// https://learn.microsoft.com/en-us/connectors/teams/#when-a-teams-webhook-request-is-received
import { LIMITS, MAX_FIELDS, MAX_SENTENCES } from './limits.ts';
import type { Message } from './message.ts';
import { disarmed, fitted, linkAddress, type Writing } from './text.ts';

const { textBytes, title: maxTitle, text } = LIMITS.teams;

const bytesOf = (encoded: string): number => Buffer.byteLength(JSON.stringify(encoded));

/** Text runs know no Markdown. Some clients look for links, and `<at>` and `{{DATE()}}` have a meaning of their own. */
const RUN: Writing = { encode: disarmed };
const RUN_IN_BYTES: Writing = { encode: disarmed, sizeOf: bytesOf };

const run = (shown: string, looks: object = {}) => ({ type: 'TextRun', text: shown, ...looks });
const paragraph = (inline: object, place: object = {}) => ({
  type: 'RichTextBlock',
  inlines: [inline],
  ...place,
});

/** In version 1.2 of the schema, which every client of Teams shows. */
export function teamsMessage({ title, sentences, fields, link }: Message): object {
  let left = textBytes;
  /** The longest beginning that fits, also among all texts together. */
  const take = (given: string, max: number): string => {
    const short = fitted(given, max, RUN);
    const shown = bytesOf(short) <= left ? short : fitted(given, left, RUN_IN_BYTES);
    left -= bytesOf(shown);
    return shown;
  };
  const heading = take(title, maxTitle);
  const actions = link
    ? [
        {
          type: 'Action.OpenUrl',
          title: take(link.words, 64) || 'Open',
          url: linkAddress(link.url),
        },
      ]
    : [];
  const facts = fields.slice(0, MAX_FIELDS).flatMap(({ name, value }) => {
    const [first, second] = [take(name, maxTitle), take(value, text)];
    // Each a paragraph of its own, so that neither's direction of writing reorders the other.
    return first === '' || second === ''
      ? []
      : [
          paragraph(run(first, { isSubtle: true, size: 'Small' })),
          paragraph(run(second), { spacing: 'None' }),
        ];
  });
  const said = sentences.slice(0, MAX_SENTENCES).flatMap((sentence) => {
    const shown = take(sentence, text);
    return shown === '' ? [] : [paragraph(run(shown))];
  });
  const head = heading === '' ? [] : [paragraph(run(heading, { size: 'Large', weight: 'Bolder' }))];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: [...head, ...said, ...facts],
          ...(actions.length === 0 ? {} : { actions }),
        },
      },
    ],
  };
}
