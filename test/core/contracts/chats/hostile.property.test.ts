// Whatever stands in an event, a chat shows it as text: nothing mentions, links or formats, no limit is exceeded. Each
// service has its own oracle, written from its documentation and not from the renderer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discordMessage } from '../../../../lambdas/core/contracts/messages/discord.ts';
import { slackMessage } from '../../../../lambdas/core/contracts/messages/slack.ts';
import { teamsMessage } from '../../../../lambdas/core/contracts/messages/teams.ts';
import { anEvent } from '../../../builders/events.ts';
import { form } from '../form.ts';
import { cardFaults } from './adaptive-card.ts';
import { expectPlain, full, hostile, LINK, message, UNITS } from './hostile-texts.ts';

/** Every text of a body, with the path of its members and indexes. */
function textsOf(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, `${path}/${key}`));
}

const RUNS = { numRuns: 400 };

describe('in Slack', () => {
  type Text = { type: string; text: string; emoji?: boolean; verbatim?: boolean };
  type Block = { type: string; text?: Text; fields?: Text[] };
  const LINKED = /^<https:\/\/app\.acme\.io\/webhooks\?[^<>|\s]*(\|[^<>|]+)?>$/;

  function expectSafe(body: object): void {
    const { text, blocks, ...rest } = JSON.parse(JSON.stringify(body)) as {
      text: string;
      blocks: Block[];
    };
    expect(rest).toEqual({ mrkdwn: false, unfurl_links: false, unfurl_media: false });
    // The text of notifications.
    expectPlain(text);
    expect(text.length).toBeLessThanOrEqual(3_000);
    expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
    expect(text).not.toMatch(/@[^\s\u2060]|:\/\/|\w\.[a-z]/iu);
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
          expect(one.text.replaceAll('&amp;', '&')).toMatch(LINKED);
        } else {
          expect(one).toMatchObject({ type: 'plain_text', emoji: false });
          expect(one.text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
        }
      }
    }
  }

  it('any message is text in objects that are not parsed, and one link', () => {
    fc.assert(
      fc.property(message, (one) => expectSafe(slackMessage(one))),
      RUNS,
    );
  });

  it.each(UNITS)('a message that is full of %s is', (unit) => expectSafe(slackMessage(full(unit))));

  it('any event is', async () => {
    await overEvents('slack', expectSafe);
  });
});

describe('in Discord', () => {
  type Embed = { title?: string; description?: string; fields?: { name: string; value: string }[] };
  const LINKED =
    /(^|\n)\[((?:\\[!-/:-@[-`{-~]|[^!-/:-@[-`{-~])+)\]\((https:\/\/app\.acme\.io\/webhooks\?[^\s()[\]*_]*)\)$/;
  /** Without escapes, as Discord reads them: what is left of the marks of ASCII would have a meaning. */
  const unescaped = (text: string) => text.replace(/\\[^0-9A-Za-z\s]/g, '');

  function expectSafe(body: object): void {
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
    const texts = [title, description.replace(LINKED, ''), ...all.slice(2)];
    for (const text of texts) {
      expectPlain(text);
      expect(unescaped(text)).not.toMatch(/[!-/:-@[-`{-~]/);
    }
  }

  it('any message is text whose every mark is escaped, and one link', () => {
    fc.assert(
      fc.property(message, (one) => expectSafe(discordMessage(one))),
      RUNS,
    );
  });

  it.each(UNITS)('a message that is full of %s is', (unit) =>
    expectSafe(discordMessage(full(unit))),
  );

  it('any event is', async () => {
    await overEvents('discord', expectSafe);
  });
});

describe('in Teams', () => {
  type Sent = {
    type: string;
    attachments: { contentType: string; content: { body: unknown[]; actions?: unknown[] } }[];
  };

  function expectSafe(body: object): void {
    const text = JSON.stringify(body);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(28 * 1_024);
    const { type, attachments } = JSON.parse(text) as Sent;
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
      expect(shown).not.toMatch(/<[^\s\u2060]|\{\{|:\/\/|@[^\s\u2060]/u);
      expect(shown).not.toMatch(/[\p{L}\p{N}]\.\p{L}/u);
    }
  }

  it('any message is a card by the published schema, of texts without markup, and one link', () => {
    fc.assert(
      fc.property(message, (one) => expectSafe(teamsMessage(one))),
      RUNS,
    );
  });

  it.each(UNITS)('a message that is full of %s is', (unit) => expectSafe(teamsMessage(full(unit))));

  it('any event is', async () => {
    await overEvents('teams', expectSafe);
  });
});

/** Events with hostile text wherever an endpoint's options may show it. */
async function overEvents(
  contract: 'slack' | 'teams' | 'discord',
  expectSafe: (body: object) => void,
): Promise<void> {
  const options = {
    title: '{{data.a}} {{subject}}',
    message: '<!here> **{{data.b}}** https://x.example\n# {{data.c.0}} {{data.missing}} {{tenant}}',
    fields: ['data.a', 'data.c', 'data.c.0', 'subject', 'tenant', 'data.d', 'time', 'id'],
  };
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, fc.boolean(), async (a, b, c, isOwn) => {
      const data = JSON.stringify({ a, b, c: [c, 1], d: 12345678901234567890n.toString() });
      const event = anEvent({ data, subject: c });
      const facts = { tenantName: b, portal: LINK };
      const { body } = await form(contract, { event, facts, options: isOwn ? options : {} });
      expectSafe(JSON.parse(body.toString('utf8')));
    }),
    { numRuns: 150 },
  );
}

describe('harmless text', () => {
  const words = fc
    .array(fc.stringMatching(/^[A-Za-zäöüßéñ漢字мир]{1,12}$/), { minLength: 1, maxLength: 6 })
    .map((all) => all.join(' '));

  it('is shown as it is, in each of them', () => {
    fc.assert(
      fc.property(words, words, words, words, (title, sentence, name, value) => {
        const one = { title, sentences: [sentence], fields: [{ name, value }] };
        for (const render of [slackMessage, teamsMessage, discordMessage]) {
          const shown = textsOf(render(one))
            .map(([, text]) => text)
            .join('\n')
            .split('\n');
          expect(shown).toEqual(expect.arrayContaining([title, sentence, name, value]));
        }
      }),
    );
  });

  it('that is too long is cut with an ellipsis, and never within a character', () => {
    const one = { title: '𝒳'.repeat(500), sentences: [], fields: [] };
    for (const render of [slackMessage, teamsMessage, discordMessage]) {
      const shown = textsOf(render(one))
        .map(([, text]) => text)
        .filter((text) => text.includes('𝒳'));
      expect(shown.length).toBeGreaterThan(0);
      for (const text of shown) if (text.length < 1_000) expect(text).toMatch(/^(𝒳)+…$/u);
    }
  });
});
