// What people in a chat read of each notice; docs/notices.md has the members of its data.
import { describe, expect, it } from 'vitest';
import { CHATS } from '../../../../lambdas/core/contracts/all.ts';
import { messageOfNotice } from '../../../../lambdas/core/contracts/messages/of-notice.ts';
import { NOTICE_KINDS } from '../../../../lambdas/core/notices/kinds.ts';
import { anEvent } from '../../../builders/events.ts';
import { form } from '../form.ts';
import { cardFaults } from './adaptive-card.ts';

const ABOUT = {
  endpoint: 'ep_1',
  description: 'KYC backend',
  host: 'hooks.acme.io',
  since: '2026-12-01T10:00:31.000Z',
  reminder: 0,
  waiting: 1000,
  waitingIsMore: true,
  nextProbeAt: '2026-12-01T10:45:00.000Z',
  outcome: 'http_503',
  reason: 'It says that it is not available.',
  link: 'https://app.acme.io/hooks/ep_1',
};
const FINE = { waiting: 0, waitingIsMore: false, nextProbeAt: null, outcome: null, reason: null };
const STANDS = [
  'It says that it is not available.',
  'At least 1,000 deliveries wait.',
  'It is tried again at 2026-12-01 10:45 UTC.',
];

const TOLD: readonly [kind: string, data: object, title: string, sentences: readonly string[]][] = [
  [
    'endpoint.failing',
    { failures: 12, pausedBy: null },
    'KYC backend is failing',
    ['Its deliveries fail since 2026-12-01 10:00 UTC.', ...STANDS],
  ],
  [
    'endpoint.failing',
    { reminder: 2, waiting: 1, waitingIsMore: false },
    'Still: KYC backend is failing',
    [
      'Its deliveries fail since 2026-12-01 10:00 UTC.',
      'It says that it is not available.',
      '1 delivery waits.',
      'It is tried again at 2026-12-01 10:45 UTC.',
    ],
  ],
  [
    'endpoint.paused',
    { pausedBy: 'gone' },
    'KYC backend is paused',
    [
      'It fails since 2026-12-01 10:00 UTC.',
      'It answered 410 Gone, so nothing is sent to it.',
      ...STANDS,
    ],
  ],
  [
    'endpoint.recovered',
    { ...FINE, recoveredAt: '2026-12-01T11:00:00.000Z' },
    'KYC backend has recovered',
    ['It failed since 2026-12-01 10:00 UTC.', 'It has done well since 2026-12-01 11:00 UTC.'],
  ],
  [
    'endpoint.slow',
    { ...FINE, description: '', p95Ms: 7200, slowAboveMs: 5000 },
    'ep_1 is slow',
    ['One answer in 20 takes 7200 ms or more; told from 5000 ms on.'],
  ],
  [
    'certificate.expiring',
    { ...FINE, certificate: 'client', expiresAt: '2026-12-15T00:00:00.000Z', days: 14 },
    'The client certificate for KYC backend expires within 14 days',
    ['It expires at 2026-12-15 00:00 UTC.'],
  ],
  [
    'deliveries.dead',
    { ...FINE, count: 12_345 },
    '12,345 deliveries to KYC backend are dead',
    ['They died since 2026-12-01 10:00 UTC.'],
  ],
];

const notice = (kind: string, data: object) =>
  anEvent({ type: `posthorn.${kind}`, data: JSON.stringify({ ...ABOUT, ...data }) });

it('each kind has its words', () => {
  expect(new Set(TOLD.map(([kind]) => kind))).toEqual(new Set(NOTICE_KINDS));
});

describe.each(TOLD)('posthorn.%s', (kind, data, title, sentences) => {
  it('says what, since when, why, and what comes', () => {
    const message = messageOfNotice(notice(kind, data), undefined);
    expect(message?.title).toBe(title);
    expect(message?.sentences.filter((one) => one !== '')).toEqual(sentences);
    expect(message?.link?.url).toBe(ABOUT.link);
    expect(message?.fields).toContainEqual({ name: 'Host', value: 'hooks.acme.io' });
  });

  it.each(Object.keys(CHATS) as (keyof typeof CHATS)[])('is written for %s', async (contract) => {
    const { body } = await form(contract, { event: notice(kind, data) });
    const sent = JSON.parse(body.toString('utf8'));
    if (contract === 'teams') expect(cardFaults(sent.attachments[0].content)).toEqual([]);
    const texts = JSON.stringify(sent).replaceAll('\\\\', '');
    for (const said of [title, ...sentences]) expect(texts).toContain(said);
  });
});

describe('a digest', () => {
  it('of an hour says how many', () => {
    const data = JSON.stringify({ total: 42, counts: {}, notices: [] });
    const event = anEvent({ type: 'posthorn.digest.hourly', data });
    expect(messageOfNotice(event, 'https://portal.acme.io')).toMatchObject({
      title: '42 more notices in an hour',
      link: { url: 'https://portal.acme.io' },
    });
  });

  it('of a day says how it was', () => {
    const day = { since: '2026-11-30T08:00:00.000Z', until: '2026-12-01T08:00:00.000Z' };
    const counts = { attempts: 1200, succeeded: 1150, delivered: 1100, dead: 3, troubled: 2 };
    const data = JSON.stringify({ ...day, ...counts, p95Ms: 80, endpoints: [], link: null });
    const event = anEvent({ type: 'posthorn.digest.daily', data });
    expect(messageOfNotice(event, undefined)).toMatchObject({
      title: '1,100 deliveries arrived, 3 died',
      sentences: [
        'From 2026-11-30 08:00 UTC to 2026-12-01 08:00 UTC.',
        'Endpoints in trouble: 2.',
        '',
        '',
        '',
      ],
      link: undefined,
    });
  });
});

describe('what is told as any event', () => {
  it.each([
    ['another type', anEvent({ type: 'endpoint.failing', data: JSON.stringify(ABOUT) })],
    ['a kind that there is not', notice('endpoint.exploded', {})],
    ['a member of another form', notice('endpoint.failing', { waiting: 'many' })],
    ['a link that is none', notice('endpoint.failing', { link: 'javascript:alert(1)' })],
  ])('%s', (_, event) => {
    expect(messageOfNotice(event, undefined)).toBeUndefined();
  });

  it('words of one’s own', async () => {
    const options = { title: 'Trouble at {{data.host}}' };
    const { body } = await form('slack', { event: notice('endpoint.failing', {}), options });
    expect(body.toString('utf8')).toContain('Trouble at hooks.acme.io');
  });
});
