// Whatever stands in an event, a chat shows it as text: nothing mentions, links or formats, no limit is exceeded. Each
// service has its own oracle.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHATS } from '../../../../lambdas/core/contracts/all.ts';
import { discordMessage } from '../../../../lambdas/core/contracts/messages/discord.ts';
import type { Message, Renderer } from '../../../../lambdas/core/contracts/messages/message.ts';
import { slackMessage } from '../../../../lambdas/core/contracts/messages/slack.ts';
import { teamsMessage } from '../../../../lambdas/core/contracts/messages/teams.ts';
import {
  noticeWordsSchema,
  WORD_MEMBERS,
  type WordedKind,
} from '../../../../lambdas/core/contracts/messages/words.ts';
import { anEvent } from '../../../builders/events.ts';
import { form } from '../form.ts';
import { full, hostile, LINK, message, UNITS } from './hostile-texts.ts';
import { SAFE, textsOf } from './oracles.ts';

const RUNS = { numRuns: 400 };

const KINDS = Object.keys(WORD_MEMBERS) as WordedKind[];
const TEXTS = [
  ...['endpoint', 'description', 'host', 'since', 'until', 'nextProbeAt', 'outcome', 'reason'],
  ...['pausedBy', 'recoveredAt', 'certificate', 'expiresAt', 'eventType'],
];
const NUMBERS = [
  ...['waiting', 'reminder', 'failures', 'p95Ms', 'slowAboveMs', 'days', 'count', 'total'],
  ...['attempts', 'succeeded', 'delivered', 'dead', 'troubled'],
];
/** A notice that no code of ours would make: hostile text in each of its members. */
const notice = fc.tuple(
  fc.constantFrom(...KINDS),
  fc
    .tuple(fc.array(hostile, { minLength: 13, maxLength: 13 }), fc.double())
    .map(([texts, number]) => ({
      ...Object.fromEntries(TEXTS.map((name, at) => [name, texts[at]])),
      ...Object.fromEntries(NUMBERS.map((name) => [name, Number.isFinite(number) ? number : 7])),
      link: LINK,
    })),
);
/** What stands between placeholders; braces would be one. */
const between = fc.oneof(hostile, fc.constantFrom('مرحبا ', ' שלום')).map((text) =>
  text
    .slice(0, 20)
    .replaceAll('{{', '')
    .replace(/^[{}]+|[{}]+$/g, ''),
);
interface Words {
  readonly parts: readonly string[];
  readonly link: string;
}
const words: fc.Arbitrary<Words | undefined> = fc.option(
  fc.record({ parts: fc.array(between, { minLength: 2, maxLength: 6 }), link: between }),
  { nil: undefined },
);

/** Words with each member of a kind, and hostile text around them. */
function spoken(kind: WordedKind, { parts, link }: Words): object {
  const members = WORD_MEMBERS[kind].map((name, at) => `${parts[at % parts.length]}{{${name}}}`);
  const named = link.trim();
  return {
    title: `x${members.slice(0, 3).join('')}`,
    text: members.join('').split('\n').slice(0, 10).join('\n'),
    ...(named !== '' && { link: named }),
  };
}

const RENDERERS: Readonly<Record<keyof typeof CHATS, Renderer>> = {
  slack: slackMessage,
  teams: teamsMessage,
  discord: discordMessage,
};
const IN_EACH = Object.keys(CHATS) as (keyof typeof CHATS)[];

describe.each(IN_EACH)('in %s', (contract) => {
  const expectSafe = (one: Message) => SAFE[contract](RENDERERS[contract](one));

  it('any message is text without a meaning, within the limits, and one link', () => {
    fc.assert(fc.property(message, expectSafe), RUNS);
  });

  it.each(UNITS)('a message that is full of %s is', (unit) => expectSafe(full(unit)));

  it('any event is', async () => {
    await overEvents(contract, SAFE[contract]);
  });

  it('any notice is, in English and in any words', async () => {
    await fc.assert(
      fc.asyncProperty(notice, words, async ([kind, data], some) => {
        const event = anEvent({ type: `posthorn.${kind}`, data: JSON.stringify(data) });
        const noticeWords = some && noticeWordsSchema.parse({ [kind]: spoken(kind, some) });
        const facts = { portal: LINK, noticeWords };
        const { body } = await form(contract, { event, facts });
        SAFE[contract](JSON.parse(body.toString('utf8')));
      }),
      { numRuns: 250 },
    );
  });
});

/** Events with hostile text wherever an endpoint's options may show it. */
async function overEvents(
  contract: keyof typeof CHATS,
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
