// Whether a mail is safe to show: no header, no markup and no link but its own. The HTML is read by a parser of its own here,
// which knows no more than the tags that a mail has.
import { expect } from 'vitest';
import type { MailContent } from '../../../../lambdas/core/contracts/messages/email.ts';
import { mailWithLink } from '../../../../lambdas/core/destinations/email/mail.ts';
import { expectPlain, LINK } from './hostile-texts.ts';

const OWN = 'https://hooks.acme.io/v1/mail-links/unsubscribe.live.acme.ep_1.0.mac';
const TAG = /<(\/?)([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>|<!doctype html>/g;
const KNOWN = ['html', 'head', 'meta', 'title', 'body', 'h1', 'p', 'span', 'br', 'a'];

const decoded = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

export function inMail(content: MailContent): void {
  const mail = mailWithLink(content, 'unsubscribe', OWN);
  expect(mail.subject.length).toBeLessThanOrEqual(150);
  expectPlain(mail.subject);
  expect(mail.subject).not.toContain('\n');
  expect(mail.headers).toEqual([
    ['List-Unsubscribe', `<${OWN}>`],
    ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
  ]);
  // As text: nothing looks like a link but the two that stand on lines of their own.
  const lines = mail.text.split('\n');
  const links = lines.filter((line) => /:\/\//.test(line));
  expect(links.length).toBeLessThanOrEqual(2);
  for (const link of links) expect([OWN, new URL(LINK).origin]).toContain(linkOf(link));
  for (const line of lines.filter((one) => !links.includes(one))) {
    expectPlain(line);
    expect(line).not.toMatch(/:\/\/|@[^\s\u2060]|[\p{L}\p{N}]\.\p{L}/u);
  }
  expectHtml(mail.html);
  expect(Buffer.byteLength(mail.html)).toBeLessThan(700_000);
}

const linkOf = (url: string): string => (url === OWN ? OWN : new URL(url).origin);

function expectHtml(html: string): void {
  const open: string[] = [];
  let shown = '';
  let to = 0;
  for (const { 0: whole, 1: end, 2: name = '', 3: attributes = '', index } of html.matchAll(TAG)) {
    shown += html.slice(to, index);
    to = index + whole.length;
    if (name === '') continue;
    expect(KNOWN).toContain(name);
    if (end === '/') expect(open.pop()).toBe(name);
    else if (name !== 'br' && name !== 'meta') open.push(name);
    for (const [, attribute, value = ''] of attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
      expect(['dir', 'style', 'lang', 'charset', 'href']).toContain(attribute);
      if (attribute === 'href')
        expect([OWN, 'https://app.acme.io']).toContain(linkOf(decoded(value)));
    }
  }
  expect(open).toEqual([]);
  shown += html.slice(to);
  // What is no tag holds nothing that begins one, and no reference but by number.
  expect(shown).not.toMatch(/[<>"']|&(?!#\d+;)/);
  expect(decoded(shown)).not.toMatch(/:\/\//);
}
