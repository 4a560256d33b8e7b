import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../web/src/base/models.ts';
import { mismatchOf } from '../../../web/src/events/matching.ts';

const event = {
  type: 'dossier.closed',
  channels: ['region:eu'],
  acceptedAt: '2026-12-01T10:00:00.000Z',
};
const endpoint = (changes: Partial<Endpoint>): Endpoint =>
  ({
    createdAt: '2026-11-01T00:00:00.000Z',
    eventTypes: [],
    channels: [],
    filter: null,
    status: 'active',
    ...changes,
  }) as Endpoint;

describe('why an endpoint did not match', () => {
  it.each<[string, Partial<Endpoint>]>([
    ['later', { createdAt: '2026-12-01T10:00:00.001Z', eventTypes: ['aml.*'] }],
    ['type', { eventTypes: ['aml.*', 'dossier.created'], channels: ['region:us'] }],
    ['channel', { eventTypes: ['dossier.*'], channels: ['region:us'] }],
    ['filter', { eventTypes: ['**'], channels: ['region:us', 'region:eu'], filter: {} }],
    ['status', { status: 'unverified' }],
    ['nothing', {}],
  ])('%s', (by, changes) => {
    expect(mismatchOf(endpoint(changes), event).by).toBe(by);
  });

  it.each([[[]], [['**']], [['**.paused']]])('the reserved prefix, with %j', (eventTypes) => {
    const notice = { ...event, type: 'posthorn.endpoint.paused' };
    expect(mismatchOf(endpoint({ eventTypes }), notice).by).toBe('type');
  });
});
