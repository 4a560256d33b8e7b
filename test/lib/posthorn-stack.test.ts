import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { COUNTING_AT_MOST_MS } from '../../lambdas/core/analytics/store.ts';
import { listOf, resourcesOf, statementsOf, templateOf } from '../builders/stack.ts';
import { VARIANTS } from './variants.ts';

const template = templateOf({ sources: { deliveries: { batchSize: 50, windowSeconds: 5 } } });
const queues = resourcesOf(template, 'AWS::SQS::Queue');
const functions = resourcesOf(template, 'AWS::Lambda::Function');
const tables = resourcesOf(template, 'AWS::DynamoDB::GlobalTable');
const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
const isStream = ({ Properties }: { Properties: Readonly<Record<string, unknown>> }) =>
  'StartingPosition' in Properties;
const sources = mappings.filter((one) => !isStream(one));

/** The id of the resource that `Ref` or `Fn::GetAtt` points to. */
function target(value: unknown): string {
  const text = JSON.stringify(value);
  return /"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/.exec(text)?.[1] ?? text;
}

describe('queues', () => {
  const isDeadLetters = ({ id }: { id: string }) => id.includes('DeadLetters');
  const main = queues.filter((queue) => !isDeadLetters(queue));

  it('are five, each with a queue of dead letters of its own', () => {
    expect(main).toHaveLength(5);
    const targets = main.map(({ Properties }) =>
      target(Object(Properties.RedrivePolicy).deadLetterTargetArn),
    );
    expect(new Set(targets).size).toBe(5);
    expect(new Set(targets)).toEqual(new Set(queues.filter(isDeadLetters).map(({ id }) => id)));
  });

  it('give a message up only after ten receives', () => {
    for (const { Properties } of main) {
      expect(Properties.RedrivePolicy).toMatchObject({ maxReceiveCount: 10 });
    }
  });

  it('keep messages and dead letters for 14 days, the longest that SQS knows', () => {
    for (const queue of queues) {
      expect(queue.Properties.MessageRetentionPeriod).toBe(14 * 86_400);
    }
  });

  it('are encrypted and refuse what does not come by TLS', () => {
    const policies = JSON.stringify(resourcesOf(template, 'AWS::SQS::QueuePolicy'));
    for (const { id, Properties } of queues) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
      expect(policies).toContain(`"Ref":"${id}"`);
    }
    const statements = statementsOf(template).filter(({ statement }) => statement.Principal);
    const denied = statements.filter(({ statement }) => statement.Effect === 'Deny');
    expect(denied).toHaveLength(queues.length + resourcesOf(template, 'AWS::S3::Bucket').length);
  });

  it('hide a message for longer than its function and the window take together', () => {
    // Five queues; dead letters are looked at by sweep's schedule.
    expect(sources).toHaveLength(5);
    for (const { Properties } of sources) {
      const queue = queues.find(({ id }) => id === target(Properties.EventSourceArn));
      const fn = functions.find(({ id }) => id === target(Properties.FunctionName));
      const window = Number(Properties.MaximumBatchingWindowInSeconds ?? 0);
      const timeout = Number(fn?.Properties.Timeout);
      expect(timeout).toBeGreaterThan(0);
      expect(Number(queue?.Properties.VisibilityTimeout)).toBeGreaterThan(timeout + window);
    }
  });
});

describe('what can be set and taken back', () => {
  // An update leaves what it does not say as it was: the template says it in each variant.
  it.each(Object.entries(VARIANTS))('is said in full: %s', (_, settings) => {
    const all = templateOf(settings);
    for (const { id, Properties } of resourcesOf(all, 'AWS::Lambda::EventSourceMapping')) {
      expect([id, typeof Properties.MaximumBatchingWindowInSeconds]).toEqual([id, 'number']);
      if (isStream({ Properties })) {
        expect([Properties.MaximumRetryAttempts, Properties.MaximumRecordAgeInSeconds]).toEqual([
          -1, -1,
        ]);
        continue;
      }
      expect(Object(Properties.ScalingConfig).MaximumConcurrency).toBeGreaterThanOrEqual(2);
    }
    for (const { Properties } of resourcesOf(all, 'AWS::Lambda::Function')) {
      const Mode = 'tracing' in settings ? 'Active' : 'PassThrough';
      expect(Properties.TracingConfig).toEqual({ Mode });
    }
    for (const { Properties } of resourcesOf(all, 'AWS::SQS::Queue')) {
      expect(Properties.MaximumMessageSize).toBe(1_048_576);
    }
  });
});

describe('event sources', () => {
  it('report failures message by message and bound their concurrency', () => {
    for (const { Properties } of sources) {
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      const { MaximumConcurrency } = Object(Properties.ScalingConfig);
      expect(MaximumConcurrency).toBeGreaterThanOrEqual(2);
      expect(MaximumConcurrency).toBeLessThanOrEqual(1000);
    }
  });

  it('have a window where a batch is above ten', () => {
    for (const { Properties } of sources) {
      if (Number(Properties.BatchSize) <= 10) continue;
      expect(Number(Properties.MaximumBatchingWindowInSeconds)).toBeGreaterThanOrEqual(1);
    }
  });

  it('do not start before the function may read the queue', () => {
    const json = template.toJSON().Resources;
    for (const { id, Properties } of mappings) {
      const dependencies: string[] = listOf(json[id].DependsOn ?? []).map(String);
      const fn = functions.find((one) => one.id === target(Properties.FunctionName));
      const role = target(fn?.Properties.Role);
      expect(dependencies).toContain(role);
      expect(dependencies.some((one) => one.startsWith(role.slice(0, -8)) && one !== role)).toBe(
        true,
      );
    }
  });
});

describe('the stream of the ledger', () => {
  it('wakes record for deliveries alone, without limit and never in halves', () => {
    const [mapping, ...others] = mappings.filter(isStream);
    expect(others).toEqual([]);
    expect(mapping?.Properties).toMatchObject({
      BatchSize: 10_000,
      MaximumBatchingWindowInSeconds: 300,
      BisectBatchOnFunctionError: false,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      StartingPosition: 'TRIM_HORIZON',
    });
    expect(mapping?.Properties).not.toHaveProperty('DestinationConfig');
    const [filter] = Object(mapping?.Properties.FilterCriteria).Filters;
    expect(JSON.parse(filter.Pattern)).toEqual({
      dynamodb: { NewImage: { s: { S: ['delivered', 'waiting', 'dead', 'cancelled'] } } },
    });
  });

  it('has both images of an item, and the registry has none', () => {
    const streams = tables.map(({ Properties }) => Properties.StreamSpecification);
    expect(streams.filter(Boolean)).toEqual([{ StreamViewType: 'NEW_AND_OLD_IMAGES' }]);
  });
});

describe('the archive', () => {
  it.each([
    [{}, 400],
    [{ analytics: { archiveDays: 92 } }, 92],
  ])('is encrypted, closed to the public, and kept for as long as %j says', (settings, days) => {
    const [bucket, ...others] = resourcesOf(templateOf(settings), 'AWS::S3::Bucket');
    expect(others).toEqual([]);
    expect(bucket?.Properties).toMatchObject({
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: days, Status: 'Enabled' }] },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    expect(JSON.stringify(bucket?.Properties.BucketEncryption)).toContain('AES256');
  });
});

describe('functions', () => {
  it('are nine, on Node.js 24 and arm64, with a log group and a role of their own', () => {
    expect(functions).toHaveLength(9);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    }
    const distinct = (name: string) =>
      new Set(functions.map(({ Properties }) => JSON.stringify(Object(Properties)[name]))).size;
    expect(distinct('Role')).toBe(9);
    expect(distinct('LoggingConfig')).toBe(9);
  });

  it('reserve no concurrency: a new account has none to reserve', () => {
    for (const { Properties } of functions) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('may come back to themselves more often than Lambda lets them by default', () => {
    for (const { Properties } of functions) expect(Properties.RecursiveLoop).toBe('Allow');
  });

  it('read their source maps', () => {
    for (const { Properties } of functions) {
      expect(JSON.stringify(Properties.Environment)).toContain('--enable-source-maps');
    }
  });

  it('behind the HTTP API answer before it gives up', () => {
    const timeouts = resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(({ Properties }) =>
      Number(Properties.TimeoutInMillis),
    );
    expect(timeouts).toHaveLength(3);
    for (const { Properties } of functions.filter(({ id }) => /^(Ingest|Api)/.test(id))) {
      expect(Number(Properties.Timeout) * 1000).toBeLessThan(Math.min(...timeouts));
    }
  });

  it('that count hours are over when a deletion takes them to be', () => {
    const [rollup] = functions.filter(({ id }) => id.startsWith('Rollup'));
    expect(Number(rollup?.Properties.Timeout) * 1000).toBe(COUNTING_AT_MOST_MS);
  });

  it('are never told to relax the destination guard', () => {
    for (const { Properties } of functions) {
      const { Variables } = Object(Properties.Environment);
      expect(Variables).not.toHaveProperty('POSTHORN_ALLOW_HTTP');
      expect(Variables).not.toHaveProperty('POSTHORN_ALLOW_PRIVATE');
      expect([undefined, '443,8443']).toContain(Variables.POSTHORN_ALLOWED_PORTS);
    }
  });
});

describe('logs', () => {
  it('are kept for as long as the configuration says, and no longer', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup');
    expect(groups).toHaveLength(10);
    for (const { Properties } of groups) expect(Properties.RetentionInDays).toBe(30);
  });

  it('of the HTTP API are of the cheaper class; metrics are made of all others as they come', () => {
    const classes = resourcesOf(template, 'AWS::Logs::LogGroup').map(({ id, Properties }) => [
      id.startsWith('Http'),
      Properties.LogGroupClass,
    ]);
    expect(classes.filter(([isOfApi]) => isOfApi)).toEqual([[true, 'INFREQUENT_ACCESS']]);
    for (const [isOfApi, itsClass] of classes) {
      if (!isOfApi) expect(itsClass ?? 'STANDARD').toBe('STANDARD');
    }
  });

  it('of the HTTP API hold no address, no header and no body', () => {
    const [stage] = resourcesOf(template, 'AWS::ApiGatewayV2::Stage');
    const format = String(Object(stage?.Properties.AccessLogSettings).Format);
    expect(format).toContain('$context.requestId');
    // What API Gateway refused, and what went wrong between it and Lambda.
    expect(format).toContain('$context.error.message');
    expect(format).toContain('$context.integrationErrorMessage');
    expect(format).not.toMatch(/sourceIp|userAgent|header|authorizer|path/i);
  });
});

describe('tables', () => {
  it('are two, on demand, recoverable to the second, and stay when the stack goes', () => {
    expect(tables).toHaveLength(2);
    for (const table of tables) {
      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Replicas: [
            expect.objectContaining({
              DeletionProtectionEnabled: true,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
            }),
          ],
        },
      });
    }
  });

  it('go with the stack where the configuration says so', () => {
    for (const table of resourcesOf(
      templateOf({ retainData: false }),
      'AWS::DynamoDB::GlobalTable',
    )) {
      expect(table.DeletionPolicy).toBe('Delete');
    }
  });

  it('hold the ledger with its expiry and its sparse index of keys', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      TimeToLiveSpecification: { AttributeName: 'exp', Enabled: true },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'work',
          KeySchema: [
            { AttributeName: 'wk', KeyType: 'HASH' },
            { AttributeName: 'wat', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      AttributeDefinitions: Match.arrayWith([{ AttributeName: 'wat', AttributeType: 'N' }]),
    });
  });
});

describe('secrets', () => {
  it('are two, made by chance, and always stay', () => {
    for (const settings of [{}, { retainData: false }]) {
      const secrets = resourcesOf(templateOf(settings), 'AWS::SecretsManager::Secret');
      expect(secrets).toHaveLength(2);
      for (const secret of secrets) {
        expect(secret).toMatchObject({
          DeletionPolicy: 'RetainExceptOnCreate',
          UpdateReplacePolicy: 'Retain',
        });
        const { PasswordLength } = Object(secret.Properties.GenerateSecretString);
        expect(PasswordLength).toBeGreaterThanOrEqual(32);
      }
    }
  });

  it('stand in no environment variable and no output: only where they are does', () => {
    expect(JSON.stringify(template.toJSON())).not.toContain('{{resolve:secretsmanager');
  });
});

describe('the HTTP API', () => {
  it('has the name of its stack, so that the console tells several apart', () => {
    const named = (settings: object) =>
      resourcesOf(templateOf(settings), 'AWS::ApiGatewayV2::Api')[0]?.Properties.Name;
    expect(named({})).toBe('Posthorn');
    expect(named({ stackName: 'Second' })).toBe('Second');
  });

  it('sends events to ingest, the pages to web, and everything else, the root included, to api', () => {
    const keys = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(
      ({ Properties }) => Properties.RouteKey,
    );
    expect(keys.sort()).toEqual([
      '$default',
      'ANY /console',
      'ANY /console/{file+}',
      'ANY /portal',
      'ANY /portal/{file+}',
      'POST /v1/events',
      'POST /v1/events/batch',
    ]);
  });

  it('holds back more than the configuration allows', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 2000 },
    });
  });
});

describe('schedules', () => {
  it('run sweep every five minutes', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
  });

  it('have a group, and a role that only this account’s scheduler takes on', () => {
    template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 1);
    const roles = resourcesOf(template, 'AWS::IAM::Role')
      .map(({ Properties }) => JSON.stringify(Properties.AssumeRolePolicyDocument))
      .filter((document) => document.includes('scheduler.amazonaws.com'));
    expect(roles).toHaveLength(3);
    for (const document of roles) expect(document).toContain('aws:SourceAccount');
  });
});

it('the outputs say where the API is and where the operator’s key is', () => {
  const { Outputs } = template.toJSON();
  const names = Object.keys(Outputs);
  expect(names).toEqual(expect.arrayContaining(['ApiUrl', 'OperatorKeySecret']));
  expect(JSON.stringify(Outputs.ApiUrl.Value)).toContain('execute-api');
});
