// What a recipient gets: the message of an event, or the question whether it wants such messages, and a link of its own.
import {
  emailMessage,
  escapedHtml,
  type MailContent,
  shownHtml,
} from '../../contracts/messages/email.ts';
import type { LinkPurpose } from './links.ts';

export interface Mail extends MailContent {
  readonly headers: readonly (readonly [string, string])[];
}

/** Strangers read no more of a tenant's text than its name. */
const MAX_SHOWN = 64;

/** The question, which says who asks and nothing of events. */
export function questionOf(tenantName: string): MailContent {
  const name = tenantName.slice(0, MAX_SHOWN).toWellFormed();
  return emailMessage({
    title: 'Do you want messages about webhooks?',
    sentences: [
      `${name} asks to send messages about its webhooks to this address.`,
      'Nothing is sent before you say yes. If you did not expect this, do nothing.',
    ],
    fields: [],
  });
}

const WORDS: Readonly<Record<LinkPurpose, { readonly why: string; readonly words: string }>> = {
  confirm: { why: '', words: 'Say yes on this page, within seven days' },
  unsubscribe: {
    why: 'You get this because you said yes to these messages.',
    words: 'Get no more of them',
  },
};

/** @param url the recipient's own link */
export function mailWithLink(
  { subject, text, html }: MailContent,
  purpose: LinkPurpose,
  url: string,
): Mail {
  const { why, words } = WORDS[purpose];
  const foot = why === '' ? [] : [why];
  const address = escapedHtml(url);
  return {
    subject,
    text: [text, ...foot, `${words}:\n${url}`].join('\n\n'),
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${shownHtml(subject)}</title></head>
<body style="font-family:sans-serif;max-width:600px">
${html}
<p style="color:#666666">${[...foot, `<a href="${address}">${words}</a>`].join(' ')}</p>
</body>
</html>
`,
    headers: purpose === 'unsubscribe' ? oneClick(url) : [],
  };
}

/** RFC 8058: a mail program unsubscribes by a POST, without a page. */
function oneClick(url: string): Mail['headers'] {
  return [
    ['List-Unsubscribe', `<${url}>`],
    ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
  ];
}
