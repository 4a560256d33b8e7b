import { describe, expect, it } from 'vitest';
import {
  matchesPattern,
  matchesSubscription,
} from '../../../lambdas/core/subscriptions/matching.ts';
import { patternSchema } from '../../../lambdas/core/subscriptions/patterns.ts';

describe('a pattern', () => {
  it.each([
    ['identity_document.approved', 'identity_document.approved', true],
    ['identity_document.approved', 'identity_document.rejected', false],
    ['identity_document.approved', 'identity_document.approved.late', false],
    ['identity_document.approved', 'identity_document', false],
    ['identity_document', 'identity_document.approved', false],
    ['Identity_document.approved', 'identity_document.approved', false],
    // `*` alone
    ['*', 'a', true],
    ['*', 'a.b.c', true],
    // `*` at the end: one segment or more
    ['identity_document.*', 'identity_document.approved', true],
    ['identity_document.*', 'identity_document.check.failed', true],
    ['identity_document.*', 'identity_document', false],
    ['identity_document.*', 'identity_documents.approved', false],
    ['a.*.*', 'a.b', false],
    ['a.*.*', 'a.b.c', true],
    ['a.*.*', 'a.b.c.d', true],
    // `*` inside: exactly one segment
    ['*.approved', 'identity_document.approved', true],
    ['*.approved', 'identity.document.approved', false],
    ['*.approved', 'approved', false],
    ['a.*.c', 'a.b.c', true],
    ['a.*.c', 'a.c', false],
    ['a.*.c', 'a.b.b.c', false],
    ['*.b.*', 'a.b.c.d', true],
    ['*.b.*', 'a.b', false],
    // `**`: any number of segments
    ['**', 'a.b', true],
    ['a.**', 'a', true],
    ['a.**', 'a.b.c', true],
    ['a.**.z', 'a.z', true],
    ['a.**.z', 'a.b.c.z', true],
    ['a.**.z', 'a.b.c', false],
    ['**.z', 'z', true],
    ['**.b.**.b', 'a.b.c.b', true],
    ['**.b.**.b', 'a.b', false],
    ['**.b.*', 'a.b.b', true],
    ['**.b.*', 'a.b', false],
  ])('%s against %s: %s', (pattern, type, expected) => {
    expect(matchesPattern(pattern, type)).toBe(expected);
  });

  it.each(['*', '**', 'a', 'a.*', '*.b', 'a.**.b', 'A-1_x.*'])('may be %s', (pattern) => {
    expect(patternSchema.safeParse(pattern).success).toBe(true);
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a*',
    '*a',
    '***',
    'a.***',
    'a b',
    'ä',
    'a.*b',
    'a/b',
    'a\n',
  ])('may not be %j', (pattern) => {
    expect(patternSchema.safeParse(pattern).success).toBe(false);
  });

  it('may have 128 characters and not more', () => {
    expect(patternSchema.safeParse('a'.repeat(128)).success).toBe(true);
    expect(patternSchema.safeParse('a'.repeat(129)).success).toBe(false);
  });
});

describe('a subscription', () => {
  const event = { type: 'decision.approved', channels: ['kyc', 'eu'] };

  it('without patterns and channels takes every event', () => {
    expect(matchesSubscription({ eventTypes: [], channels: [] }, event)).toBe(true);
  });

  it('takes an event that one of its patterns matches', () => {
    const eventTypes = ['dossier.created', 'decision.*'];
    expect(matchesSubscription({ eventTypes, channels: [] }, event)).toBe(true);
    expect(matchesSubscription({ eventTypes: ['dossier.*'], channels: [] }, event)).toBe(false);
  });

  it('bound to channels takes only events that carry one of them', () => {
    expect(matchesSubscription({ eventTypes: [], channels: ['us', 'eu'] }, event)).toBe(true);
    expect(matchesSubscription({ eventTypes: [], channels: ['us'] }, event)).toBe(false);
    const without = { ...event, channels: [] };
    expect(matchesSubscription({ eventTypes: ['*'], channels: ['eu'] }, without)).toBe(false);
  });

  it('not bound to channels takes events whatever they carry', () => {
    expect(matchesSubscription({ eventTypes: ['decision.*'], channels: [] }, event)).toBe(true);
  });

  it('needs both a channel and a pattern', () => {
    expect(matchesSubscription({ eventTypes: ['dossier.*'], channels: ['eu'] }, event)).toBe(false);
  });
});
