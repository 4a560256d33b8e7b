// Each saved query over lines of the situation that it is meant to find.
import { describe, expect, it } from 'vitest';
import { QUERIES } from '../../../lib/monitoring/saved-queries.ts';
import { ask, type Line } from './insights.ts';

const attempt = (endpointId: string, outcome: string, more: Line = {}): Line => ({
  message: 'attempt',
  tenant: endpointId.startsWith('a') ? 'acme' : 'globex',
  environment: 'live',
  endpointId,
  host: `${endpointId}.example.com`,
  eventId: 'evt_1',
  attempt: 1,
  cause: 'first',
  outcome,
  durationMs: 100,
  ...more,
});
const ATTEMPTS = [
  attempt('a1', 'http_200'),
  attempt('a1', 'http_500', { durationMs: 900 }),
  attempt('a1', 'timeout_response', { durationMs: 30_000, eventId: 'evt_2' }),
  attempt('a2', 'http_204'),
  attempt('b1', 'dns', { '@timestamp': 3 }),
  attempt('b1', 'http_201', { '@timestamp': 2, durationMs: 50 }),
  { message: 'dead letters', redriven: 1 },
  { message: 'slow', tenant: 'acme', endpointId: 'a1', durationMs: 60_000 },
];

/** Of Lambda: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report */
const report = (status: string, errorType?: string): Line => ({
  time: '2026-11-21T10:15:03.021Z',
  type: 'platform.report',
  record: {
    requestId: '79b4f56e-95b1-4643-9700-2807f4e68189',
    metrics: { durationMs: 60_000, billedDurationMs: 60_000, memorySizeMB: 256 },
    status,
    ...(errorType === undefined ? {} : { errorType }),
  },
});

describe('the saved query', () => {
  it('"By endpoint" puts the endpoint with the most failures first', () => {
    const [first, ...rest] = ask(QUERIES['By endpoint'], ATTEMPTS);
    expect(first).toMatchObject({ endpointId: 'a1', attempts: 3, failed: 2, p95Ms: 30_000 });
    expect(rest.map(({ endpointId, failed }) => [endpointId, failed])).toEqual([
      ['b1', 1],
      ['a2', 0],
    ]);
  });

  it('"By tenant" puts the tenant with the most attempts first', () => {
    expect(ask(QUERIES['By tenant'], ATTEMPTS)).toMatchObject([
      { tenant: 'acme', attempts: 4, failed: 2, endpoints: 2 },
      { tenant: 'globex', attempts: 2, failed: 1, endpoints: 1 },
    ]);
  });

  it('"Slowest receivers" shows who takes how long, by attempts alone', () => {
    const [first] = ask(QUERIES['Slowest receivers'], ATTEMPTS);
    expect(first).toMatchObject({ endpointId: 'a1', maxMs: 30_000, p50Ms: 900, attempts: 3 });
  });

  it('"Failures by kind" counts what is not 2xx', () => {
    const rows = ask(QUERIES['Failures by kind'], ATTEMPTS);
    expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(
      new Set(['http_500', 'timeout_response', 'dns']),
    );
    expect(rows.every(({ failures }) => failures === 1)).toBe(true);
  });

  it('"One event’s way" shows its attempts in their order', () => {
    const query = QUERIES["One event's way"].map((line) => line.replace('evt_...', 'evt_1'));
    const rows = ask(query, ATTEMPTS).filter(({ endpointId }) => endpointId === 'b1');
    expect(rows.map(({ outcome }) => outcome)).toEqual(['http_201', 'dns']);
  });

  it.each<[string, Line, Line]>([
    [
      'an error of ours',
      { level: 'error', message: 'fan-out failed', error: 'away', errorName: 'Error' },
      { what: 'fan-out failed', error: 'away', errorName: 'Error' },
    ],
    [
      'what was thrown',
      { level: 'ERROR', message: { errorType: 'TypeError', errorMessage: 'no such thing' } },
      { what: 'no such thing' },
    ],
    ['a time-out', report('timeout'), { what: 'platform.report', 'record.status': 'timeout' }],
    [
      'full memory',
      report('error', 'Runtime.OutOfMemory'),
      { 'record.status': 'error', 'record.errorType': 'Runtime.OutOfMemory' },
    ],
    [
      'a function that does not start',
      { type: 'platform.initReport', record: { status: 'error', errorType: 'Runtime.ExitError' } },
      { what: 'platform.initReport', 'record.errorType': 'Runtime.ExitError' },
    ],
  ])('"Faults of ours" shows %s', (_, line, shown) => {
    const rows = ask(QUERIES['Faults of ours'], [line, ...ATTEMPTS, report('success'), line]);
    expect(rows).toMatchObject([{ faults: 2, ...shown }]);
  });
});
