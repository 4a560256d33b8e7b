// The answers that the services document (docs/channels/), as dispatch receives and judges them.
import { describe, expect, it } from 'vitest';
import { received } from '../../../../lambdas/adapters/sender/http/outcome.ts';
import { CHATS } from '../../../../lambdas/core/contracts/all.ts';
import { resolvePolicy } from '../../../../lambdas/core/retries/delays.ts';
import { nextStep } from '../../../../lambdas/core/retries/next-step.ts';
import { NOON_MS } from '../../../builders/events.ts';

type Service = keyof typeof CHATS;

function stepAfter(service: Service, status: number, headers: Record<string, string>, body = '') {
  const answer = { status, headers, body: Buffer.from(body) };
  return nextStep(
    resolvePolicy(CHATS[service].defaultRetryPolicy),
    {
      // The first retry, a minute after the attempt.
      numberInRun: 2,
      outcome: { kind: 'response', response: received(answer, NOON_MS) },
      startedAtMs: NOON_MS,
      endedAtMs: NOON_MS,
      anchorMs: NOON_MS,
      deadlineAtMs: NOON_MS + 40 * 24 * 3_600_000,
    },
    0,
  );
}

describe('the answer', () => {
  it.each<[Service, number, string]>([
    ['slack', 200, 'ok'],
    ['teams', 202, ''],
    ['discord', 204, ''],
    ['discord', 200, '{"id":"1","type":0}'],
  ])('of %s %i %s is a delivery', (service, status, body) => {
    expect(stepAfter(service, status, {}, body)).toEqual({ kind: 'delivered' });
  });

  it.each<[Service, string, string]>([
    ['slack', '90', 'rate_limited'],
    ['teams', '90', ''],
    [
      'discord',
      '90',
      '{"message":"You are being rate limited.","retry_after":89.57,"global":false}',
    ],
  ])(
    'of %s 429 waits for its Retry-After, where the policy would not',
    (service, seconds, body) => {
      const step = stepAfter(service, 429, { 'retry-after': seconds }, body);
      expect(step).toMatchObject({ kind: 'wait', dueAtMs: NOON_MS + 90_000 });
      const sooner = stepAfter(service, 429, { 'retry-after': '1' }, body);
      expect(sooner).toMatchObject({ kind: 'wait', dueAtMs: NOON_MS + 60_000 });
    },
  );

  it.each<[Service, number, string]>([
    ['slack', 400, 'invalid_payload'],
    ['slack', 403, 'action_prohibited'],
    ['slack', 404, 'channel_not_found'],
    ['slack', 500, 'rollup_error'],
    ['teams', 401, ''],
    ['teams', 502, ''],
    ['discord', 400, '{"embeds":["0"]}'],
    ['discord', 404, '{"message":"Unknown Webhook","code":10015}'],
  ])('of %s %i %s is a failure, and tried again', (service, status, body) => {
    expect(stepAfter(service, status, {}, body)).toMatchObject({ kind: 'wait' });
  });
});
