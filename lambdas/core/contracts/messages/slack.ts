// A message in Slack's Block Kit: https://docs.slack.dev/block-kit
import { LIMITS, MAX_FIELDS, MAX_SENTENCES } from './limits.ts';
import type { Message, MessageField, MessageLink } from './message.ts';
import { disarmed, fitted, linkAddress, type Writing } from './text.ts';

const { header, text, field, fieldsOfSection } = LIMITS.slack;

/** "Slack uses &, <, and > as control characters for special parsing in text objects." */
function escaped(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const BLOCK: Writing = { encode: escaped };
/** The text of notifications, which has no plain form. */
const NOTIFICATION: Writing = { encode: (plain) => escaped(disarmed(plain)) };

/** Shown as it is: no markup, no mention, no link, no emoji of colons. */
const plainTextObject = (shown: string) => ({ type: 'plain_text', text: shown, emoji: false });

/** All text stands in objects that Slack does not parse. */
export function slackMessage({ title, sentences, fields, link }: Message): object {
  const heading = fitted(title, header, BLOCK);
  const blocks = [
    ...(heading === '' ? [] : [{ type: 'header', text: plainTextObject(heading) }]),
    ...sentences.slice(0, MAX_SENTENCES).flatMap((sentence) => {
      const shown = fitted(sentence, text, BLOCK);
      return shown === '' ? [] : [{ type: 'section', text: plainTextObject(shown) }];
    }),
    ...sectionsOf(fields.slice(0, MAX_FIELDS)),
    ...(link ? [linkBlock(link)] : []),
  ];
  return {
    text: fitted(title, text, NOTIFICATION),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks,
  };
}

/** A name and its value on lines of their own, so that neither's direction of writing reorders the other. */
function sectionsOf(fields: readonly MessageField[]): object[] {
  const shown = fields.flatMap(({ name, value }) => {
    const first = fitted(name, 256, BLOCK);
    const second = fitted(value, field - first.length - 1, BLOCK);
    return first === '' || second === '' ? [] : [plainTextObject(`${first}\n${second}`)];
  });
  const sections: object[] = [];
  for (let from = 0; from < shown.length; from += fieldsOfSection) {
    sections.push({ type: 'section', fields: shown.slice(from, from + fieldsOfSection) });
  }
  return sections;
}

/** The only markup. A button would have Slack call back, which a webhook's app does not answer. */
function linkBlock({ url, words }: MessageLink): object {
  const address = escaped(linkAddress(url));
  const shown = fitted(words, 256, {
    encode: (plain) => escaped(disarmed(plain).replaceAll('|', '¦')),
  });
  const markup = shown === '' ? `<${address}>` : `<${address}|${shown}>`;
  return { type: 'section', text: { type: 'mrkdwn', text: markup, verbatim: true } };
}
