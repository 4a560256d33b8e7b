import { expect, it } from 'vitest';
import { subjectOfDeadLetter } from '../../lambdas/core/dead-letters.ts';
import { encodeCleanupMessage } from '../../lambdas/core/erasure/message.ts';
import { encodeReplayMessage } from '../../lambdas/core/replays/message.ts';
import { encodeWakeMessage } from '../../lambdas/core/wakes/message.ts';
import { ENDPOINT_ID, EVENT_ID } from '../builders/events.ts';

const SCOPE = { tenant: 'acme', environment: 'live' } as const;
const AT = { ...SCOPE, endpointId: ENDPOINT_ID };

// Regression: redactions and erasures were shown as messages of a form that we do not write.
it.each([
  [
    'a wake-up',
    encodeWakeMessage({ ...AT, bucketMs: 0 }),
    { environment: 'live', endpoint: ENDPOINT_ID },
  ],
  [
    'a replay',
    encodeReplayMessage({ ...AT, replayId: 'rpl_1', version: 1 }),
    { environment: 'live', endpoint: ENDPOINT_ID, replay: 'rpl_1' },
  ],
  [
    'a redaction',
    encodeCleanupMessage({ kind: 'redaction', ...SCOPE, eventId: EVENT_ID }),
    { environment: 'live', event: EVENT_ID },
  ],
  ['an erasure', encodeCleanupMessage({ kind: 'erasure', tenant: 'acme' }), {}],
])('a dead letter of the wakes queue says whom it is about: %s', (_, body, named) => {
  const nothing = { environment: null, event: null, type: null, endpoint: null, replay: null };
  const subject = subjectOfDeadLetter('wakes', body);
  expect(subject).toEqual({ readable: true, ...nothing, tenant: 'acme', ...named });
});
