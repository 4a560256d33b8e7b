// A message as a Discord embed: https://docs.discord.com/developers/resources/webhook#execute-webhook
import { LIMITS, MAX_FIELDS, MAX_SENTENCES } from './limits.ts';
import type { Message } from './message.ts';
import { fitted, linkAddress, type Writing } from './text.ts';

const { title: maxTitle, description, fieldName, fieldValue, total } = LIMITS.discord;

/** A backslash takes its meaning from every character of ASCII that has one, those of links and mentions included. */
const MARKDOWN: Writing = { encode: (plain) => plain.replace(/[!-/:-@[-`{-~]/g, '\\$&') };

/** Nothing in it notifies anybody, whatever the text. */
const NO_MENTIONS = { parse: [] };

export function discordMessage({ title, sentences, fields, link }: Message): object {
  const spent = { size: 0 };
  /** The longest beginning that fits, also among all texts together. */
  const take = (text: string, max: number): string => {
    const shown = fitted(text, Math.min(max, total - spent.size), MARKDOWN);
    spent.size += shown.length;
    return shown;
  };
  const markup = link ? `[${take(link.words, 256) || 'Open'}](${linkAddress(link.url)})` : '';
  spent.size += markup.length;
  const heading = take(title, maxTitle);
  const named = fields.slice(0, MAX_FIELDS).flatMap(({ name, value }) => {
    const [first, second] = [take(name, fieldName), take(value, fieldValue)];
    return first === '' || second === '' ? [] : [{ name: first, value: second, inline: true }];
  });
  const paragraphs: string[] = [];
  let left = description - markup.length - 1;
  for (const sentence of sentences.slice(0, MAX_SENTENCES)) {
    const shown = take(sentence, left);
    left -= shown.length + 1;
    spent.size += 1;
    if (shown !== '') paragraphs.push(shown);
  }
  const shown = [...paragraphs, markup].filter((one) => one !== '').join('\n');
  return {
    allowed_mentions: NO_MENTIONS,
    embeds: [
      {
        ...(heading === '' ? {} : { title: heading }),
        ...(shown === '' ? {} : { description: shown }),
        ...(named.length === 0 ? {} : { fields: named }),
      },
    ],
  };
}
