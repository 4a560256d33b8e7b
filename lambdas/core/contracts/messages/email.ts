// A message as a mail: its subject, and what it says as plain text and as HTML. The sender puts it into a page and adds
// the link that is each recipient's own.
import { LIMITS, MAX_FIELDS, MAX_SENTENCES } from './limits.ts';
import type { Message } from './message.ts';
import { disarmed, fitted, linkAddress } from './text.ts';

const { subject: maxSubject, text: maxText, field: maxField } = LIMITS.email;

export interface MailContent {
  /** One line. */
  readonly subject: string;
  readonly text: string;
  /** What stands in the page's body. */
  readonly html: string;
}

const AS_IT_IS = { encode: (plain: string) => plain };

/** Text in HTML, between tags and in quoted attributes. */
export function escapedHtml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** Mail programs make links of what looks like one, in both parts. */
export const shownHtml = (text: string): string => escapedHtml(disarmed(text));

export function emailMessage({ title, sentences, fields, link }: Message): MailContent {
  const subject = fitted(title, maxSubject, AS_IT_IS);
  const said = sentences.slice(0, MAX_SENTENCES).flatMap((one) => {
    const shown = fitted(one, maxText, AS_IT_IS);
    return shown === '' ? [] : [shown];
  });
  const named = fields.slice(0, MAX_FIELDS).flatMap(({ name, value }) => {
    const [first, second] = [fitted(name, 256, AS_IT_IS), fitted(value, maxField, AS_IT_IS)];
    return first === '' || second === '' ? [] : [{ first, second }];
  });
  const leading = link && { url: linkAddress(link.url), words: fitted(link.words, 256, AS_IT_IS) };
  const text = [
    disarmed(subject),
    ...said.map(disarmed),
    // A name and its value on lines of their own, so that neither's direction of writing reorders the other.
    ...named.map(({ first, second }) => `${disarmed(first)}:\n${disarmed(second)}`),
    ...(leading ? [`${disarmed(leading.words)}:\n${leading.url}`] : []),
  ];
  const html = [
    `<h1 dir="auto" style="font-size:20px">${shownHtml(subject)}</h1>`,
    ...said.map((one) => `<p dir="auto">${shownHtml(one)}</p>`),
    ...named.map(
      ({ first, second }) =>
        `<p><span dir="auto" style="color:#666666">${shownHtml(first)}</span><br><span dir="auto">${shownHtml(second)}</span></p>`,
    ),
    ...(leading
      ? [`<p><a href="${escapedHtml(leading.url)}">${shownHtml(leading.words)}</a></p>`]
      : []),
  ];
  return { subject, text: text.join('\n\n'), html: html.join('\n') };
}
