// Whether a body is safe to show, by each service's own rules: written from its documentation and not from the renderer.
import { expect } from 'vitest';
import type { CHATS } from '../../../../lambdas/core/contracts/all.ts';
import { cardFaults } from './adaptive-card.ts';
import { expectPlain, withoutIsolates } from './hostile-texts.ts';
import { inMail } from './mail-oracle.ts';

/** Every text of a body, with the path of its members and indexes. */
export function textsOf(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, `${path}/${key}`));
}

type Text = { type: string; text: string; emoji?: boolean; verbatim?: boolean };
type Block = { type: string; text?: Text; fields?: Text[] };
const SLACK_LINK = /^<https:\/\/app\.acme\.io\/webhooks\?[^<>|\s]*(\|[^<>|]+)?>$/;

function inSlack(body: object): void {
  const { text, blocks, ...rest } = JSON.parse(JSON.stringify(body)) as {
    text: string;
    blocks: Block[];
  };
  expect(rest).toEqual({ mrkdwn: false, unfurl_links: false, unfurl_media: false });
  // The text of notifications.
  expectPlain(text);
  expect(text.length).toBeLessThanOrEqual(3_000);
  expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
  expect(withoutIsolates(text)).not.toMatch(/@[^\s\u2060]|:\/\/|\w\.[a-z]/iu);
  expect(blocks.length).toBeLessThanOrEqual(50);
  const links = blocks.filter((block) => block.text?.type === 'mrkdwn');
  expect(links.length).toBeLessThanOrEqual(1);
  for (const { type, text: own, fields = [] } of blocks) {
    expect(['header', 'section']).toContain(type);
    expect(own === undefined).toBe(fields.length > 0);
    expect(fields.length).toBeLessThanOrEqual(10);
    if (own) expect(own.text.length).toBeLessThanOrEqual(type === 'header' ? 150 : 3_000);
    for (const field of fields) expect(field.text.length).toBeLessThanOrEqual(2_000);
    for (const one of own ? [own, ...fields] : fields) {
      expect(one.text.length).toBeGreaterThan(0);
      expectPlain(one.text);
      if (one.type === 'mrkdwn') {
        expect(one.verbatim).toBe(true);
        expect(one.text.replaceAll('&amp;', '&')).toMatch(SLACK_LINK);
      } else {
        expect(one).toMatchObject({ type: 'plain_text', emoji: false });
        expect(one.text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
      }
    }
  }
}

type Embed = { title?: string; description?: string; fields?: { name: string; value: string }[] };
const DISCORD_LINK =
  /(^|\n)\[((?:\\[!-/:-@[-`{-~]|[^!-/:-@[-`{-~])+)\]\((https:\/\/app\.acme\.io\/webhooks\?[^\s()[\]*_]*)\)$/;
/** Without escapes, as Discord reads them: what is left of the marks of ASCII would have a meaning. */
const unescaped = (text: string) => text.replace(/\\[^0-9A-Za-z\s]/g, '');

function inDiscord(body: object): void {
  const sent = JSON.parse(JSON.stringify(body)) as { allowed_mentions: unknown; embeds: Embed[] };
  expect(Object.keys(sent).sort()).toEqual(['allowed_mentions', 'embeds']);
  expect(sent.allowed_mentions).toEqual({ parse: [] });
  expect(sent.embeds).toHaveLength(1);
  const [{ title = '', description = '', fields = [], ...rest } = {}] = sent.embeds;
  expect(rest).toEqual({});
  expect(title.length).toBeLessThanOrEqual(256);
  expect(description.length).toBeLessThanOrEqual(4_096);
  expect(fields.length).toBeLessThanOrEqual(25);
  const all = [title, description, ...fields.flatMap(({ name, value }) => [name, value])];
  expect(all.join('').length).toBeLessThanOrEqual(6_000);
  for (const { name, value } of fields) {
    expect([name.trim().length > 0, name.length <= 256]).toEqual([true, true]);
    expect([value.trim().length > 0, value.length <= 1_024]).toEqual([true, true]);
  }
  const texts = [title, description.replace(DISCORD_LINK, ''), ...all.slice(2)];
  for (const text of texts) {
    expectPlain(text);
    expect(unescaped(text)).not.toMatch(/[!-/:-@[-`{-~]/);
  }
}

type Sent = {
  type: string;
  attachments: { contentType: string; content: { body: unknown[]; actions?: unknown[] } }[];
};

function inTeams(body: object): void {
  const sent = JSON.stringify(body);
  expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(28 * 1_024);
  const { type, attachments } = JSON.parse(sent) as Sent;
  expect([type, attachments.length]).toEqual(['message', 1]);
  const [{ contentType, content } = expect.fail()] = attachments;
  expect(contentType).toBe('application/vnd.microsoft.card.adaptive');
  expect(cardFaults(content)).toEqual([]);
  expect(content).not.toHaveProperty('msteams');
  for (const block of content.body) {
    expect(block).toMatchObject({ type: 'RichTextBlock', inlines: [{ type: 'TextRun' }] });
    expect(JSON.stringify(block)).not.toContain('selectAction');
  }
  const { actions = [] } = content;
  expect(actions.length).toBeLessThanOrEqual(1);
  for (const action of actions) {
    const { type: kind, url } = action as { type: string; url: string };
    expect([kind, new URL(url).origin]).toEqual(['Action.OpenUrl', 'https://app.acme.io']);
  }
  for (const [path, shown] of textsOf(content)) {
    if (!/\/(text|title)$/.test(path)) continue;
    expect(shown.length).toBeGreaterThan(0);
    expectPlain(shown);
    const text = withoutIsolates(shown);
    expect(text).not.toMatch(/<[^\s\u2060]|\{\{|:\/\/|@[^\s\u2060]/u);
    expect(text).not.toMatch(/[\p{L}\p{N}]\.\p{L}/u);
  }
}

/** Each throws what is wrong with a body. */
export const SAFE: Readonly<Record<keyof typeof CHATS | 'email', (body: object) => void>> = {
  slack: inSlack,
  teams: inTeams,
  discord: inDiscord,
  email: (body) => inMail(JSON.parse(JSON.stringify(body))),
};
