import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../../lambdas/core/faults.ts';
import {
  delaysOf,
  isRetried,
  RETRY_PRESETS,
  resolvePolicy,
} from '../../../lambdas/core/retries/delays.ts';
import { retryPolicySchema } from '../../../lambdas/core/retries/policy.ts';
import { answered, failed } from '../../builders/outcomes.ts';

const { 'forty-days': fortyDays, idnow } = RETRY_PRESETS;

describe('the forty-day curve', () => {
  const delays = [
    60,
    120,
    240,
    480,
    960,
    1920, // 1 to 32 minutes
    3600,
    3600,
    3600,
    3600,
    3600, // five times an hour
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    21600, // twenty times six hours
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    21600,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400, // thirty-four days
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
    86400,
  ];

  it('is 65 delays', () => {
    expect(delays).toHaveLength(65);
    expect(delaysOf(fortyDays)).toEqual(delays);
  });

  it('takes 39.25 days and three minutes', () => {
    const days = delays.reduce((sum, delay) => sum + delay, 0) / 86_400;
    expect(days).toBeCloseTo(39.252_083, 5);
  });

  it('begins with one retry at once, which is not counted', () => {
    expect(fortyDays.immediate).toBe(true);
  });

  it.each([100, 301, 400, 404, 410, 429, 500, 599])('goes on after %d', (status) => {
    expect(isRetried(fortyDays, answered(status))).toBe(true);
  });
});

describe('the curve of idnow', () => {
  it('is 1, 2, 4 ... 512 seconds', () => {
    expect(delaysOf(idnow)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  });

  it.each([answered(500), answered(503), failed('timeout_response'), failed('timeout_connect')])(
    'goes on after $kind $failure $response.status',
    (outcome) => {
      expect(isRetried(idnow, outcome)).toBe(true);
    },
  );

  it.each(['dns', 'connection_refused', 'connection_reset'] as const)(
    'goes on after %s',
    (kind) => {
      expect(isRetried(idnow, failed(kind))).toBe(true);
    },
  );

  it.each([400, 401, 403, 404, 410, 429, 302])('stops at %d', (status) => {
    expect(isRetried(idnow, answered(status))).toBe(false);
  });

  it('stops at an address that is not allowed', () => {
    expect(isRetried(idnow, failed('blocked_address'))).toBe(false);
  });
});

describe('any policy', () => {
  it.each(['unshapeable', 'event_expired'] as const)('stops at %s', (kind) => {
    expect(isRetried(fortyDays, failed(kind))).toBe(false);
    expect(isRetried({ retryOn: ['4xx', '5xx', 'network'] }, failed(kind))).toBe(false);
  });

  it('may name statuses and classes', () => {
    const policy = { retryOn: ['429' as const, '5xx' as const] };
    const retried = [429, 500, 503].map((status) => isRetried(policy, answered(status)));
    expect(retried).toEqual([true, true, true]);
    expect(isRetried(policy, answered(428))).toBe(false);
    expect(isRetried(policy, failed('dns'))).toBe(false);
  });

  it('may be cut off by maxRetries', () => {
    const steps = [
      { count: 3, seconds: 2, factor: 3, maxSeconds: 10 },
      { count: 2, seconds: 60 },
    ];
    expect(delaysOf({ steps })).toEqual([2, 6, 10, 60, 60]);
    expect(delaysOf({ steps, maxRetries: 4 })).toEqual([2, 6, 10, 60]);
    expect(delaysOf({ steps, maxRetries: 0 })).toEqual([]);
    expect(delaysOf({ steps, maxRetries: 50 })).toHaveLength(5);
  });

  it('may be a preset’s name', () => {
    expect(resolvePolicy('idnow')).toBe(idnow);
    expect(delaysOf(resolvePolicy('none'))).toEqual([]);
    expect(delaysOf(resolvePolicy('standard-webhooks'))).toEqual([
      5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400,
    ]);
  });
});

describe('a policy that is refused', () => {
  const paths = (policy: unknown) => {
    const parsed = retryPolicySchema.safeParse(policy);
    return parsed.success ? [] : faultsOf(parsed.error).map((fault) => fault.path);
  };

  it.each<[string, unknown, string[]]>([
    ['an unknown preset', 'thirty-days', ['']],
    ['a number', 5, ['']],
    ['null', null, ['']],
    ['an unknown field', { retries: 5 }, ['/retries']],
    ['immediate of another type', { immediate: 'yes' }, ['/immediate']],
    ['steps of another type', { steps: {} }, ['/steps']],
    ['a step without seconds', { steps: [{ count: 1 }] }, ['/steps/0/seconds']],
    ['no retries in a step', { steps: [{ count: 0, seconds: 1 }] }, ['/steps/0/count']],
    ['half a retry', { steps: [{ count: 1.5, seconds: 1 }] }, ['/steps/0/count']],
    ['a negative delay', { steps: [{ count: 1, seconds: -1 }] }, ['/steps/0/seconds']],
    ['a shrinking delay', { steps: [{ count: 1, seconds: 1, factor: 0.5 }] }, ['/steps/0/factor']],
    ['an unknown field of a step', { steps: [{ count: 1, seconds: 1, ms: 1 }] }, ['/steps/0/ms']],
    ['negative maxRetries', { maxRetries: -1 }, ['/maxRetries']],
    ['jitter above 1', { jitter: 1.1 }, ['/jitter']],
    ['success in retryOn', { retryOn: ['2xx', '5xx', '204'] }, ['/retryOn/0', '/retryOn/2']],
    [
      'more than 100 retries',
      {
        steps: [
          { count: 60, seconds: 1 },
          { count: 41, seconds: 1 },
        ],
      },
      ['/steps'],
    ],
    ['more than 60 days', { steps: [{ count: 61, seconds: 86_400 }] }, ['/steps']],
    [
      'more than 60 days with jitter',
      { steps: [{ count: 40, seconds: 86_400 }], jitter: 0.6 },
      ['/steps'],
    ],
    [
      'several faults, each named',
      {
        steps: [
          { count: 1, seconds: 1 },
          { count: -1, seconds: 'x' },
        ],
        jitter: -1,
        foo: 1,
      },
      ['/steps/1/count', '/steps/1/seconds', '/jitter', '/foo'],
    ],
  ])('names where it is wrong: %s', (_, policy, expected) => {
    expect(paths(policy)).toEqual(expected);
  });

  it('is one below the bounds only', () => {
    expect(paths({ steps: [{ count: 100, seconds: 51_840 }] })).toEqual([]);
    expect(paths({ steps: [{ count: 60, seconds: 86_400 }] })).toEqual([]);
    expect(paths({})).toEqual([]);
  });
});
