// From the meter's units to dollars for a million deliveries.

import { PRICES } from '../lib/monitoring/prices.ts';
import type { BillableUnit } from '../local/gate/meter.ts';

/**
 * What running on Lambda adds to a time measured here: the functions have a part of a core that is
 * proportional to their memory (1,769 MB are one core), and AWS's services are further away than the
 * emulators. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const MEMORY_OF_ONE_CORE_MB = 1_769;
/**
 * The part is given out in periods: who used up its own waits for the next. Pauses measured on Lambda are
 * multiples of 20 ms. https://github.com/pwrdrvr/lambda-throttling (docs/index.html)
 */
const CPU_PERIOD_MS = 20;
/** Milliseconds that a round of calls to SQS or DynamoDB takes longer on AWS than here: assumed. */
const FURTHER_AWAY_MS = 8;

export interface FunctionUse {
  readonly memoryMb: number;
  /** CPU time of all its invocations, measured here. */
  readonly cpuMs: number;
  readonly units: Readonly<Partial<Record<BillableUnit, number>>>;
  /** Rounds of calls, one after the other, in one invocation. */
  readonly rounds: number;
}

export interface Bill {
  readonly 'API Gateway': number;
  readonly 'Lambda requests': number;
  readonly 'Lambda duration': number;
  readonly SQS: number;
  readonly 'SQS fair queues': number;
  readonly DynamoDB: number;
  readonly S3: number;
  readonly Logs: number;
  readonly Scheduler: number;
  readonly 'Secrets Manager': number;
}

/** The access log's line of each request: lib/http-front.ts. */
const ACCESS_LOG_BYTES =
  '{"requestId":"JKJaXmPLvHcESHA=","route":"POST /v1/events","status":"202","ms":"14","error":"-: -"}'
    .length;
/** What CloudWatch counts beside a line's own bytes where it limits a call, and perhaps where it bills. */
const LINE_BYTES = 26;

/** Milliseconds that the invocations of a function would be billed. */
export function billedMs({ memoryMb, cpuMs, units, rounds }: FunctionUse): number {
  const invocations = units['lambda.requests'] ?? 0;
  if (invocations === 0) return 0;
  const pauses = pausesMs(cpuMs / invocations, memoryMb);
  return (units['lambda.ms'] ?? 0) + invocations * (pauses + rounds * FURTHER_AWAY_MS);
}

/** Milliseconds that an invocation waits for its part of the core. */
export function pausesMs(cpuMs: number, memoryMb: number): number {
  const quotaMs = CPU_PERIOD_MS * Math.min(1, memoryMb / MEMORY_OF_ONE_CORE_MB);
  const pauses = Math.max(0, Math.ceil(cpuMs / quotaMs) - 1);
  return pauses * (CPU_PERIOD_MS - quotaMs);
}

/** Of a unit, how much the functions used together. */
const sumOver =
  (functions: readonly FunctionUse[]) =>
  (unit: BillableUnit): number =>
    functions.reduce((total, { units }) => total + (units[unit] ?? 0), 0);

/** Dollars of all of it together. */
export function billOf(functions: readonly FunctionUse[], apiRequests: number): Bill {
  const sum = sumOver(functions);
  const gbSeconds = functions.reduce(
    (total, use) => total + ((use.memoryMb / 1024) * billedMs(use)) / 1000,
    0,
  );
  return {
    'API Gateway': apiRequests * PRICES['api.requests'],
    'Lambda requests': sum('lambda.requests') * PRICES['lambda.requests'],
    'Lambda duration': gbSeconds * PRICES['lambda.gbSeconds'],
    SQS: sum('sqs.requests') * PRICES['sqs.requests'],
    'SQS fair queues': sum('sqs.grouped') * PRICES['sqs.fair'],
    DynamoDB:
      sum('dynamodb.writeUnits') * PRICES['dynamodb.writeUnits'] +
      sum('dynamodb.readUnits') * PRICES['dynamodb.readUnits'],
    S3: sum('s3.puts') * PRICES['s3.puts'] + sum('s3.gets') * PRICES['s3.gets'],
    // Lambda's own lines of each invocation are not written: see lib/node-function/node-function.ts.
    Logs:
      sum('logs.bytes') * PRICES['logs.bytes'] +
      apiRequests * ACCESS_LOG_BYTES * PRICES['logs.bytesInfrequent'],
    Scheduler: sum('scheduler.invocations') * PRICES['scheduler.invocations'],
    'Secrets Manager': sum('secrets.calls') * PRICES['secrets.calls'],
  };
}

/** Dollars that hang on what AWS does not say. The bill has the middle of each. */
export interface Unknowns {
  /** Less, if each receive of Lambda's pollers brought ten messages: the host's brings what comes, mostly one. */
  readonly fullReceives: number;
  /** More, if the surcharge of fair queues is on receives and deletions too, and not on what carries a group. */
  readonly fairOfAll: number;
  /** More, if each log line is billed with what is counted beside it. */
  readonly bytesPerLine: number;
}

/** @param spareReceives how many more there were than as many messages need */
export function unknownsOf(
  functions: readonly FunctionUse[],
  apiRequests: number,
  spareReceives: number,
): Unknowns {
  const sum = sumOver(functions);
  const { 'logs.bytes': perByte, 'logs.bytesInfrequent': perByteInfrequent } = PRICES;
  return {
    fullReceives: spareReceives * PRICES['sqs.requests'],
    fairOfAll: (sum('sqs.requests') - sum('sqs.grouped')) * PRICES['sqs.fair'],
    bytesPerLine: LINE_BYTES * (sum('logs.lines') * perByte + apiRequests * perByteInfrequent),
  };
}

export function totalOf(bill: Bill): number {
  return Object.values(bill).reduce((sum, dollars) => sum + dollars, 0);
}

/**
 * Dollars a month of a stack that does nothing: Lambda's pollers ask each queue with long polls of 20
 * seconds, five at a time, and each sweep asks each dead-letter queue once. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export function idleMonth(
  eventSources: number,
  sweepsPerHour: number,
  deadLetterQueues: number,
): number {
  const secondsInMonth = 30 * 24 * 3600;
  const sweeps = sweepsPerHour * 24 * 30;
  const polls = (eventSources * 5 * secondsInMonth) / 20 + sweeps * deadLetterQueues;
  return polls * PRICES['sqs.requests'] + sweeps * PRICES['lambda.requests'];
}
