// The mails that were written, as a page of their texts. Its address is a secret: links in mails are for their recipients.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Outbox, WrittenMail } from './outbox.ts';

const SHOWN = 50;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** Whether it is a request for the page, which it has answered then. */
export type ServeMails = (request: IncomingMessage, response: ServerResponse) => boolean;

export function mailsPath(token: string): string {
  return `/_mail/${token}`;
}

/** @param apiUrl what links of this runtime begin with */
export function serveMails(outbox: Outbox, token: string, apiUrl: () => string): ServeMails {
  return (request, response) => {
    if (request.method !== 'GET' || !isSame(request.url ?? '', mailsPath(token))) return false;
    const mails = outbox.list().slice(0, SHOWN);
    const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Mails</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;font:inherit}article{border-top:1px solid #ccc}</style></head>
<body><main>
<h1>Mails that were written, and not sent</h1>
${mails.length === 0 ? '<p>None yet.</p>' : mails.map((mail) => articleOf(mail, apiUrl())).join('\n')}
</main></body>
</html>
`;
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    response.end(html);
    return true;
  };
}

function articleOf({ at, from, to, subject, text }: WrittenMail, apiUrl: string): string {
  // Only our own links lead anywhere.
  const shown = text
    .split(/(?<=\n)(?=https?:\/\/)|(?<=\S)(?=\n)/)
    .map((part) =>
      part.startsWith(`${apiUrl}/`)
        ? `<a href="${escaped(part)}" rel="noopener noreferrer">${escaped(part)}</a>`
        : escaped(part),
    );
  return `<article><h2>${escaped(subject)}</h2>
<p>${escaped(at)}, from ${escaped(from)} to ${escaped(to.join(', '))}</p>
<pre>${shown.join('')}</pre></article>`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSame = (one: string, other: string): boolean => timingSafeEqual(hash(one), hash(other));
