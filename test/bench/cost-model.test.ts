// From units to dollars, by figures worked out by hand from the list prices.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  billedMs,
  billOf,
  idleMonth,
  pausesMs,
  totalOf,
  unknownsOf,
} from '../../bench/cost-model.ts';
import { PRICES } from '../../lib/monitoring/prices.ts';
import { resourcesOf, templateOf } from '../builders/stack.ts';

const MILLION = 1_000_000;

describe('the time that Lambda bills', () => {
  // 256 of 1,769 MB are 2.894 ms of each 20.
  it.each([
    [2, 256, 0],
    [2.9, 256, 17.106],
    [8, 256, 34.211],
    [8, 1_769, 0],
    [30, 3_000, 0],
    [0, 128, 0],
  ])('has pauses for %d ms of CPU at %d MB: %d ms', (cpuMs, memoryMb, pauses) => {
    expect(pausesMs(cpuMs, memoryMb)).toBeCloseTo(pauses, 3);
  });

  it('is the time here, the pauses, and 8 ms for each round of calls', () => {
    const units = { 'lambda.requests': 10, 'lambda.ms': 50 };
    const use = { memoryMb: 256, cpuMs: 80, units, rounds: 2 };
    expect(billedMs(use)).toBeCloseTo(50 + 10 * (34.211 + 16), 2);
  });

  it('is nothing without an invocation', () => {
    expect(billedMs({ memoryMb: 256, cpuMs: 5, units: {}, rounds: 2 })).toBe(0);
  });
});

describe('a bill', () => {
  const units = {
    'lambda.requests': MILLION,
    'lambda.ms': 2 * MILLION,
    'sqs.requests': 3 * MILLION,
    'sqs.grouped': MILLION,
    'dynamodb.writeUnits': 2 * MILLION,
    'dynamodb.readUnits': MILLION,
    'logs.bytes': 1e9,
    'logs.lines': MILLION,
  };
  const uses = [{ memoryMb: 1_024, cpuMs: 0, units, rounds: 1 }];

  it('puts a list price to each unit', () => {
    const bill = billOf(uses, MILLION);
    expect(bill).toMatchObject({ 'API Gateway': 1, 'Lambda requests': 0.2, Scheduler: 0 });
    // 10 ms at 1 GB, a million times.
    expect(bill['Lambda duration']).toBeCloseTo(0.133334, 6);
    expect(bill.SQS).toBeCloseTo(1.2, 6);
    expect(bill['SQS fair queues']).toBeCloseTo(0.1, 6);
    expect(bill.DynamoDB).toBeCloseTo(1.25 + 0.125, 6);
    // The functions' gigabyte, and 98 bytes of access log at half the price.
    expect(bill.Logs).toBeCloseTo(0.5 + 0.0245, 6);
    expect(totalOf(bill)).toBeCloseTo(4.532834, 6);
  });

  it('leaves open what AWS does not say', () => {
    expect(unknownsOf(uses, MILLION, MILLION)).toEqual({
      fullReceives: expect.closeTo(0.4, 6),
      fairOfAll: expect.closeTo(0.2, 6),
      bytesPerLine: expect.closeTo(0.0195, 6),
    });
  });
});

describe('what the model knows of the stack is what the template has', () => {
  const template = templateOf();

  it('in the line of the access log', () => {
    const [stage] = resourcesOf(template, 'AWS::ApiGatewayV2::Stage');
    const values: Readonly<Record<string, string>> = {
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'POST /v1/events',
      status: '202',
      responseLatency: '14',
    };
    const line = String(Object(stage?.Properties.AccessLogSettings).Format).replace(
      /\$context\.([\w.]+)/g,
      (_, name: string) => values[name] ?? '-',
    );
    const perRequest = PRICES['logs.bytesInfrequent'];
    expect(billOf([], 1).Logs / perRequest).toBeCloseTo(line.length, 6);
  });

  it('in what polls at rest', () => {
    const count = (type: string) => resourcesOf(template, type).length;
    const [schedule] = resourcesOf(template, 'AWS::Scheduler::Schedule');
    const minutes = Number(
      /^rate\((\d+) minutes\)$/.exec(String(schedule?.Properties.ScheduleExpression))?.[1],
    );
    // Lambda's reading of a stream costs nothing.
    const sources = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => !('StartingPosition' in Properties),
    ).length;
    const deadLetters = count('AWS::SQS::Queue') / 2;
    const { idleDollarsAMonth } = JSON.parse(
      readFileSync(new URL('../../bench/results/cost.json', import.meta.url), 'utf8'),
    );
    expect(idleMonth(sources, 60 / minutes, deadLetters)).toBeCloseTo(idleDollarsAMonth, 2);
  });
});
