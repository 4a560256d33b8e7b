// Every kind of notice in every chat, in English and in one set of words from right to left: recorded bodies, and what
// holds of each. A further channel is a row of SAFE and its files under recorded/notices.
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../lambdas/core/contracts/messages/message.ts';
import { messageOfNotice } from '../../../../lambdas/core/contracts/messages/of-notice.ts';
import {
  type NoticeWords,
  noticeWordsSchema,
  WORD_MEMBERS,
  type WordedKind,
} from '../../../../lambdas/core/contracts/messages/words.ts';
import { DIGEST_KINDS, NOTICE_KINDS } from '../../../../lambdas/core/notices/kinds.ts';
import { anEvent } from '../../../builders/events.ts';
import { form } from '../form.ts';
import { ARABIC } from './arabic.ts';
import { LINK } from './hostile-texts.ts';
import { SAFE, textsOf } from './oracles.ts';

const ABOUT = {
  endpoint: 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm',
  description: 'Décisions (KYC) ميناء',
  host: 'hooks.acme.io',
  since: '2026-12-01T10:00:31.000Z',
  reminder: 2,
  waiting: 1000,
  waitingIsMore: true,
  nextProbeAt: '2026-12-01T10:45:00.000Z',
  outcome: 'http_503',
  reason: 'It says that it is not available.',
  link: LINK,
};
const DATA: Readonly<Record<WordedKind, object>> = {
  'endpoint.failing': { failures: 12, pausedBy: null },
  'endpoint.paused': { failures: 40, pausedBy: 'gone' },
  'endpoint.recovered': { recoveredAt: '2026-12-01T11:00:00.000Z' },
  'endpoint.slow': { p95Ms: 7200, slowAboveMs: 5000 },
  'certificate.expiring': {
    certificate: 'client',
    expiresAt: '2026-12-15T00:00:00.000Z',
    days: 14,
  },
  'deliveries.dead': { count: 12_345 },
  'digest.hourly': { total: 42 },
  'digest.daily': {
    ...{ until: '2026-12-02T10:00:00.000Z', attempts: 1200, succeeded: 1150, delivered: 1100 },
    ...{ dead: 3, p95Ms: 80, troubled: 2 },
  },
  'filter.over_budget': { event: 'evt_1', eventType: 'dossier.created', maxSteps: 10_000 },
};
const SETS: Readonly<Record<string, NoticeWords>> = { english: {}, arabic: ARABIC };

const KINDS = Object.keys(WORD_MEMBERS) as WordedKind[];
const notice = (kind: WordedKind, changes: object = {}) =>
  anEvent({
    type: `posthorn.${kind}`,
    data: JSON.stringify({ ...ABOUT, ...DATA[kind], ...changes }),
  });

it('there are words for every kind', () => {
  expect(KINDS).toEqual([...NOTICE_KINDS, ...DIGEST_KINDS, 'filter.over_budget']);
});

describe.each(Object.keys(SAFE) as (keyof typeof SAFE)[])('in %s', (contract) => {
  it.each(Object.entries(SETS))('every kind is as recorded in %s', async (set, noticeWords) => {
    const all: Record<string, unknown> = {};
    for (const kind of KINDS) {
      const { body } = await form(contract, { event: notice(kind), facts: { noticeWords } });
      all[kind] = JSON.parse(body.toString('utf8'));
      SAFE[contract](all[kind] as object);
    }
    await expect(`${JSON.stringify(all, null, 2)}\n`).toMatchFileSnapshot(
      `recorded/notices/${contract}-${set}.json`,
    );
  });

  it('in Arabic each paragraph goes from right to left, and values go their own way', async () => {
    for (const kind of KINDS) {
      const facts = { noticeWords: ARABIC };
      const { body } = await form(contract, { event: notice(kind), facts });
      const shown = textsOf(JSON.parse(body.toString('utf8')))
        .filter(([path]) => /\/(text|title|description)$/.test(path))
        .flatMap(([, text]) => text.split('\n'));
      const own = shown.filter((text) => /\p{L}/u.test(text) && !text.includes('https://'));
      expect(own.length).toBeGreaterThan(0);
      for (const text of own) {
        // Rule P2 of UAX #9: the first strong character that stands in no isolate.
        const outside = text.replace(/\u2068[^\u2068\u2069]*\u2069/g, '');
        expect(outside.match(/\p{L}/u)?.[0], text).toMatch(/\p{Script=Arabic}/u);
        // The only letters of another script are a unit of measure.
        expect(outside.replaceAll('ms', '')).not.toMatch(/\p{Script=Latin}/u);
      }
    }
  });
});

it('the operator reads of any tenant, under names without the prefix', () => {
  const data = JSON.stringify({
    ...{ tenant: 'acme', environment: 'live', endpoint: 'ep_1', since: ABOUT.since },
    ...{ reminder: 1, p95Ms: null, slowAboveMs: 5_000 },
  });
  const event = anEvent({ tenant: '_posthorn', type: 'endpoint.slow', data });
  expect(messageOfNotice(event, LINK)).toMatchObject({
    title: 'Still: ep_1 is slow',
    fields: [
      { name: 'Tenant', value: 'acme' },
      { name: 'Environment', value: 'live' },
      { name: 'Endpoint', value: 'ep_1' },
    ],
  });
  const words = { 'endpoint.slow': { title: 'Langsam: {{name}}', text: '' } };
  expect(messageOfNotice(event, LINK, words)?.title).toBe('Langsam: ep_1');
});

describe('the words of a kind', () => {
  const of = (text: string, changes: object = {}, title = 'T') =>
    messageOfNotice(notice('endpoint.failing', changes), undefined, {
      'endpoint.failing': { title, text },
    }) as Message;

  it('take the place of title, text and fields; others stay in English', () => {
    expect(of('{{name}} at {{host}} since {{since}}', { description: 'KYC' })).toEqual({
      title: 'T',
      sentences: ['KYC at hooks.acme.io since 2026-12-01 10:00 UTC'],
      fields: [],
      link: { url: LINK, words: 'Look at it' },
    });
    const words = { 'endpoint.slow': { title: 'T', text: '' } };
    expect(messageOfNotice(notice('endpoint.failing'), undefined, words)?.title).toContain(
      'is failing',
    );
  });

  it.each([
    ['has not', { nextProbeAt: null }, ['next {{nextProbeAt}}', 'stays'], ['stays']],
    ['has none of', { waiting: 0 }, ['{{waiting}} wait', 'stays'], ['stays']],
    ['was not told before', { reminder: 0 }, ['reminder {{reminder}}'], []],
    ['has', { waitingIsMore: false, waiting: 3 }, ['{{waiting}} wait'], ['3 wait']],
    ['counts no further', {}, ['{{waiting}} wait'], ['1000+ wait']],
  ])('a line with what the notice %s', (_, changes, lines, sentences) => {
    expect(of(lines.join('\n'), changes).sentences).toEqual(sentences);
  });

  it('the title of a kind holds where theirs shows nothing', () => {
    expect(of('', { description: 'KYC' }, '\u200b').title).toBe('Still: KYC is failing');
    expect(of('', { nextProbeAt: null }, '{{nextProbeAt}}').title).toContain('is failing');
  });

  it('a name from right to left does not turn an English title around', () => {
    expect(of('', { description: 'ميناء' }, '{{name}} fails').title).toBe(
      '\u2068ميناء\u2069 fails',
    );
    const english = messageOfNotice(
      notice('endpoint.failing', { description: 'ميناء' }),
      undefined,
    );
    expect(english?.title).toBe('Still: \u2068ميناء\u2069 is failing');
  });

  it('a value ends no isolate but its own', () => {
    const { sentences } = of('ميناء {{host}}', { host: 'a\u2069b\u2068c\u202ed' });
    expect(sentences).toEqual(['ميناء \u2068abc\u202ed\u2069']);
  });
});

describe('words are refused', () => {
  const faultsOf = (words: unknown) =>
    noticeWordsSchema
      .safeParse(words)
      .error?.issues.map(({ path, message }) => [path.join('/'), message]);
  const failing = (part: object) => ({ 'endpoint.failing': { title: 'T', text: '', ...part } });

  it.each([
    ['a kind that there is not', { 'endpoint.exploded': { title: 'T', text: '' } }, '', /endpoint/],
    [
      'a member of another kind',
      failing({ text: '{{days}}' }),
      'endpoint.failing/text',
      /^holds \{\{days\}\}: a name must be one of name, endpoint, /,
    ],
    [
      'a path into data',
      failing({ title: '{{data.host}}' }),
      'endpoint.failing/title',
      /^holds \{\{data\.host\}\}/,
    ],
    [
      'a placeholder without end',
      failing({ text: 'a {{name' }),
      'endpoint.failing/text',
      /^has \{\{ without \}\}$/,
    ],
    [
      'too many placeholders',
      failing({ text: '{{name}}'.repeat(21) }),
      'endpoint.failing/text',
      /at most 20 placeholders/,
    ],
    ['an empty title', failing({ title: ' ' }), 'endpoint.failing/title', />=1/],
    ['a long title', failing({ title: 'x'.repeat(257) }), 'endpoint.failing/title', /<=256/],
    ['a long text', failing({ text: 'x'.repeat(2_001) }), 'endpoint.failing/text', /<=2000/],
    ['many lines', failing({ text: '\n'.repeat(10) }), 'endpoint.failing/text', /at most 10 lines/],
    ['long words of the link', failing({ link: 'x'.repeat(65) }), 'endpoint.failing/link', /<=64/],
    ['another member', failing({ html: '' }), 'endpoint.failing', /html/],
  ])('%s', (_, words, path, message) => {
    expect(faultsOf(words)).toEqual([[path, expect.stringMatching(message)]]);
  });

  it('words of every kind are taken', () => {
    expect(noticeWordsSchema.parse(ARABIC)).toEqual(ARABIC);
  });
});
