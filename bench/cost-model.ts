// From the meter's units to dollars for a million deliveries.
import type { BillableUnit } from '../local/meter.ts';
import { PRICES } from './prices.ts';

/**
 * What running on Lambda adds to a time measured here: the functions have a part of a core that is
 * proportional to their memory (1,769 MB are one core), and AWS's services are further away than the
 * emulators. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const MEMORY_OF_ONE_CORE_MB = 1_769;
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
  readonly Logs: number;
  readonly Scheduler: number;
  readonly 'Secrets Manager': number;
}

/** The access log's line of each request (lib/http-front.ts), with what CloudWatch adds to each. */
export const ACCESS_LOG_BYTES =
  '{"requestId":"JKJaXmPLvHcESHA=","route":"POST /v1/events","status":"202","ms":"14","error":"-"}'
    .length + 26;

/** Milliseconds that the invocations of a function would be billed. */
export function billedMs({ memoryMb, cpuMs, units, rounds }: FunctionUse): number {
  const invocations = units['lambda.requests'] ?? 0;
  const slower = Math.max(0, MEMORY_OF_ONE_CORE_MB / memoryMb - 1);
  return (units['lambda.ms'] ?? 0) + cpuMs * slower + invocations * rounds * FURTHER_AWAY_MS;
}

/** Dollars of all of it together. */
export function billOf(functions: readonly FunctionUse[], apiRequests: number): Bill {
  const sum = (unit: BillableUnit): number =>
    functions.reduce((total, { units }) => total + (units[unit] ?? 0), 0);
  const gbSeconds = functions.reduce(
    (total, use) => total + ((use.memoryMb / 1024) * billedMs(use)) / 1000,
    0,
  );
  const logBytes =
    // Lambda's own lines of each invocation are not written: see lib/node-function.ts.
    sum('logs.bytes') + apiRequests * ACCESS_LOG_BYTES;
  return {
    'API Gateway': apiRequests * PRICES['api.requests'],
    'Lambda requests': sum('lambda.requests') * PRICES['lambda.requests'],
    'Lambda duration': gbSeconds * PRICES['lambda.gbSeconds'],
    SQS: sum('sqs.requests') * PRICES['sqs.requests'],
    // All our queues carry groups; requests of those that do not would cost nothing more.
    'SQS fair queues': sum('sqs.requests') * PRICES['sqs.fair'],
    DynamoDB:
      sum('dynamodb.writeUnits') * PRICES['dynamodb.writeUnits'] +
      sum('dynamodb.readUnits') * PRICES['dynamodb.readUnits'],
    Logs: logBytes * PRICES['logs.bytes'],
    Scheduler: sum('scheduler.invocations') * PRICES['scheduler.invocations'],
    'Secrets Manager': sum('secrets.calls') * PRICES['secrets.calls'],
  };
}

export function totalOf(bill: Bill): number {
  return Object.values(bill).reduce((sum, dollars) => sum + dollars, 0);
}

/**
 * Dollars a month of a stack that does nothing: Lambda's pollers ask each queue with long polls of 20
 * seconds, five at a time. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export function idleMonth(eventSources: number, sweepsPerHour: number): number {
  const secondsInMonth = 30 * 24 * 3600;
  const polls = (eventSources * 5 * secondsInMonth) / 20;
  const sweeps = sweepsPerHour * 24 * 30;
  return polls * PRICES['sqs.requests'] + sweeps * PRICES['lambda.requests'];
}
