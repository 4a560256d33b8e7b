// Queries of CloudWatch Logs Insights, saved with the stack. They go over the one line per attempt; its
// fields are in docs/observability.md.
import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { instanceNameOf } from '../instance.ts';

const ATTEMPTS = 'filter message = "attempt"';
const FAILED = `${ATTEMPTS} and outcome not like /^http_2/`;

const FAILURE = 'fields 1 - strcontains(outcome, "http_2") as failure';

/** Lines of a query, one clause each. */
export const QUERIES = {
  'By endpoint': [
    ATTEMPTS,
    FAILURE,
    'stats count(*) as attempts, sum(failure) as failed, pct(durationMs, 95) as p95Ms by tenant, endpointId, host',
    'sort failed desc, attempts desc',
    'limit 50',
  ],
  'By tenant': [
    ATTEMPTS,
    FAILURE,
    'stats count(*) as attempts, sum(failure) as failed, count_distinct(endpointId) as endpoints by tenant, environment',
    'sort attempts desc',
    'limit 50',
  ],
  'Slowest receivers': [
    ATTEMPTS,
    'stats pct(durationMs, 50) as p50Ms, pct(durationMs, 99) as p99Ms, max(durationMs) as maxMs, count(*) as attempts by host, endpointId, tenant',
    'sort p99Ms desc',
    'limit 50',
  ],
  'Failures by kind': [
    FAILED,
    'stats count(*) as failures, count_distinct(endpointId) as endpoints by outcome',
    'sort failures desc',
  ],
  "One event's way": [
    // The id is put in by whoever asks.
    'filter eventId = "evt_..."',
    'fields @timestamp, endpointId, attempt, cause, outcome, durationMs, sinceAcceptedMs, state, nextDelayMs, traceId',
    'sort @timestamp asc',
  ],
  'Faults of ours': [
    // Ours, what was thrown, and Lambda's own of time-outs and full memory, which have no level and no message:
    // https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
    'filter level in ["error", "ERROR", "WARN"] or (type like /^platform/ and record.status != "success")',
    'fields coalesce(message, message.errorMessage, type) as what',
    'stats count(*) as faults, latest(@timestamp) as last by what, errorName, error, record.status, record.errorType',
    'sort faults desc',
    'limit 50',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

interface SavedQueriesProps {
  readonly attempts: ILogGroup;
  /** Of all functions. */
  readonly all: readonly ILogGroup[];
}

export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { attempts, all }: SavedQueriesProps) {
    super(scope, id);
    for (const [name, lines] of Object.entries(QUERIES)) {
      const logGroups = name === 'Faults of ours' ? [...all] : [attempts];
      new CfnQueryDefinition(this, name.replace(/\W/g, ''), {
        name: `${instanceNameOf(this)}/${name}`,
        queryString: lines.join('\n| '),
        logGroupNames: logGroups.map(({ logGroupName }) => logGroupName),
      });
    }
  }
}
