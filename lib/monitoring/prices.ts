// AWS's list prices in us-east-1, first tier, in US dollars. Looked up in November 2026.

const MILLION = 1_000_000;

/** Dollars for one of each unit. */
export const PRICES = {
  /** https://aws.amazon.com/api-gateway/pricing/: HTTP APIs, per 512 KB begun. */
  'api.requests': 1.0 / MILLION,
  /** https://aws.amazon.com/lambda/pricing/ */
  'lambda.requests': 0.2 / MILLION,
  /** arm64, duration in steps of 1 ms. */
  'lambda.gbSeconds': 0.0000133334,
  /** https://aws.amazon.com/sqs/pricing/: standard queues, per 64 KB begun. */
  'sqs.requests': 0.4 / MILLION,
  /** Added to requests that carry a message group: fair queues. */
  'sqs.fair': 0.1 / MILLION,
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  'dynamodb.writeUnits': 0.625 / MILLION,
  'dynamodb.readUnits': 0.125 / MILLION,
  /** https://aws.amazon.com/s3/pricing/: standard, PUTs and lists, and GETs. Lambda reads streams for nothing. */
  's3.puts': 5.0 / MILLION,
  's3.gets': 0.4 / MILLION,
  /** https://aws.amazon.com/cloudwatch/pricing/: logs taken in, per GB of 10^9 bytes. */
  'logs.bytes': 0.5 / 1e9,
  /** The same in the class Infrequent Access. */
  'logs.bytesInfrequent': 0.25 / 1e9,
  /** https://aws.amazon.com/eventbridge/pricing/: Scheduler. */
  'scheduler.invocations': 1.0 / MILLION,
  /** https://aws.amazon.com/secrets-manager/pricing/ */
  'secrets.calls': 0.05 / 10_000,
} as const;
