// `posthorn stats` and `posthorn advice`.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { sparkline } from '../../../client/src/cli/sparkline.ts';
import { documented, type FakeService, startFakeService } from '../fake-service.ts';
import { ran } from './in-process.ts';

let service: FakeService;
beforeAll(async () => {
  service = await startFakeService();
});
afterAll(() => service.close());
beforeEach(() => {
  service.asked.splice(0);
  service.answer = documented;
});

it.each([
  [[], 10, ''],
  [[0, 1, 8], 10, ' ▁█'],
  [[1, 1, 2, 2], 2, '▄█'],
  [[0, 0], 10, '  '],
])('%j in %d columns is "%s"', (values, width, line) => {
  expect(sparkline(values, width)).toBe(line);
});

const STATS = {
  since: '2026-01-31T00:00:00.000Z',
  until: '2026-02-01T00:00:00.000Z',
  complete: true,
  live: null,
  asOf: null,
  percentiles: 'exact hours',
  uncertainHours: 0,
  data: [
    {
      at: '2026-01-31T00:00:00.000Z',
      group: null,
      count: 412,
      success: 409,
      failure: 3,
      successRate: 0.9927,
      avgMs: 121,
      p50Ms: 96,
      p95Ms: 310,
      p99Ms: 820,
      outcomes: {},
    },
  ],
};

it('stats shows bars and a table, of one endpoint if one is named', async () => {
  service.answer = () => ({ status: 200, body: STATS });
  const { code, stdout } = await ran(service.url, ['stats', 'ep_1', '--granularity', '1d']);
  expect(code).toBe(0);
  expect(stdout).toContain('attempts  █  at most 412');
  expect(stdout).toMatch(/AT +ATTEMPTS +FAILURES +SUCCESS/);
  expect(stdout).toMatch(/2026-01-31T00:00:00.000Z +412 +3 +99.3 %/);
  expect(service.asked[0]?.path).toBe('/v1/analytics/attempts');
  expect(`${service.asked[0]?.query}`).toBe('granularity=1d&endpoint=ep_1');
});

it('stats without an endpoint is of all, and JSON is the answer as it is', async () => {
  service.answer = () => ({ status: 200, body: STATS });
  const { code, stdout } = await ran(service.url, ['stats', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).data[0]).toMatchObject({ count: 412, p95Ms: 310 });
  expect(service.asked[0]?.path).toBe('/v1/analytics/attempts');
});

it('stats says what the numbers lack', async () => {
  service.answer = () => ({ status: 200, body: STATS });
  expect((await ran(service.url, ['stats', '--type', 'a.b'])).stderr).toBe('');
  service.answer = () => ({ status: 200, body: { ...STATS, complete: false, uncertainHours: 3 } });
  const { stderr } = await ran(service.url, ['stats', '--type', 'a.b']);
  expect(stderr).toContain('not counted in full');
  expect(stderr).toContain('the type may have more than is counted: 3');
});

it('stats takes one endpoint at most', async () => {
  const { code, stderr } = await ran(service.url, ['stats', 'ep_1', 'ep_2']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('stats expects [endpoint]')]);
});

const BEFORE = {
  period: 'before',
  attempts: 440,
  successRate: 0.9295,
  firstAttemptRate: 0.9242,
  retryShare: 0.0705,
  avgMs: 121,
  p50Ms: 96,
  p95Ms: 310,
  p99Ms: 820,
};
const COMPARISON = {
  endpoint: 'ep_1',
  at: '2026-01-31T10:20:00.000Z',
  hours: 1,
  complete: false,
  live: null,
  data: [BEFORE, { ...BEFORE, period: 'after', attempts: 12, successRate: null, p95Ms: 270 }],
  difference: { successRate: null, retryShare: 0.0312, p95Ms: -40 },
};

it.each([
  [['--compare'], ''],
  [['--changed-at', '2026-01-31T10:20:00Z'], 'at=2026-01-31T10%3A20%3A00Z'],
])('stats %j shows both sides of a change and how they differ', async (given, query) => {
  service.answer = () => ({ status: 200, body: COMPARISON });
  const { code, stdout, stderr } = await ran(service.url, ['stats', 'ep_1', ...given]);
  expect(code).toBe(0);
  expect(service.asked[0]?.path).toBe('/v1/endpoints/ep_1/comparison');
  expect(`${service.asked[0]?.query}`).toBe(query);
  expect(stdout).toContain('1 h before and after the change at 2026-01-31T10:20:00.000Z');
  expect(stdout).toMatch(/PERIOD +ATTEMPTS +SUCCESS +FIRST ATTEMPTS +RETRIES/);
  expect(stdout).toMatch(/before +440 +93 % +92.4 % +7.1 % +121 +96 +310 +820/);
  expect(stdout).toMatch(/after +12 +- /);
  expect(stdout).toContain('success: too few attempts to say, retries +3.1 points, p95 -40 ms');
  expect(stderr).toContain('not counted in full');
});

it('a comparison as JSON is the answer as it is', async () => {
  service.answer = () => ({ status: 200, body: COMPARISON });
  const { stdout } = await ran(service.url, ['stats', 'ep_1', '--compare', '--json']);
  expect(JSON.parse(stdout)).toEqual(COMPARISON);
});

it.each([
  [['--compare'], 'a comparison needs an endpoint'],
  [['ep_1', '--compare', '--since', '2h'], '--since is not for a comparison'],
  [['ep_1', '--changed-at', '2h', '--type', 'a.b'], '--type is not for a comparison'],
])('stats %j is refused', async (given, message) => {
  const { code, stderr } = await ran(service.url, ['stats', ...given]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(service.asked).toEqual([]);
});

it('advice names what to do, what it rests on, and what would apply it', async () => {
  service.answer = () => ({
    status: 200,
    body: {
      since: 'x',
      until: 'y',
      data: [
        {
          code: 'timeout_too_short',
          severity: 'warning',
          needsAPerson: false,
          advice: 'Wait longer.',
          evidence: { timeouts: 40 },
          change: { timeoutMs: 20000 },
        },
        {
          code: 'certificate',
          severity: 'critical',
          needsAPerson: true,
          advice: 'TLS fails.',
          evidence: { failed: 50 },
          change: null,
        },
      ],
    },
  });
  const { code, stdout } = await ran(service.url, ['advice', 'ep_1']);
  expect(code).toBe(0);
  expect(stdout).toContain('{"timeoutMs":20000}');
  expect(stdout).toContain('needs a person');
  expect(service.asked[0]?.path).toBe('/v1/endpoints/ep_1/recommendations');
});
