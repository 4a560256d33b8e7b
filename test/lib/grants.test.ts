import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Env } from '../../lambdas/environment.ts';
import { listOf, nagFindings, resourcesOf, statementsOf, templateOf } from '../builders/stack.ts';

const template = templateOf();
const statements = statementsOf(template);
/** What Lambda needs for an update from static egress to dynamic, and dispatch's own code is denied. */
const LEAVING = ['ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces'];

/** Actions that a role's policies allow, by the beginning of the role's id. */
function actionsOf(prefix: string): string[] {
  return statements
    .filter(({ holder, statement }) => holder.startsWith(prefix) && statement.Effect === 'Allow')
    .filter(({ statement }) => statement.Resource !== undefined)
    .flatMap(({ statement }) => listOf(statement.Action).map(String));
}

/** Functions that may read the sealing secret, and those whose environment says where it is. */
function sealingIn(from: Template): { readonly readers: string[]; readonly told: string[] } {
  const [sealing] = resourcesOf(from, 'AWS::SecretsManager::Secret').filter(({ id }) =>
    id.startsWith('KeysSealing'),
  );
  const names = (value: unknown) => JSON.stringify(value ?? '').includes(`"${sealing?.id}"`);
  const readers = statementsOf(from)
    .filter(({ statement }) => names(statement.Resource))
    .map(({ holder }) => holder.replace(/Role.*/, ''));
  const told = resourcesOf(from, 'AWS::Lambda::Function')
    .filter(({ Properties }) =>
      names(Object(Properties.Environment).Variables?.[Env.sealingSecretArn]),
    )
    .map(({ id }) => id.replace(/Function.*/, ''));
  return { readers: readers.sort(), told: told.sort() };
}

describe('actions', () => {
  it('are named: none holds a wildcard', () => {
    const actions = statements.flatMap(({ statement }) => listOf(statement.Action).map(String));
    expect(actions.length).toBeGreaterThan(30);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('that a role may do are on a named resource', () => {
    for (const { statement } of statements) {
      if (statement.Effect !== 'Allow') continue;
      const ofLambda = listOf(statement.Action).every((action) => LEAVING.includes(String(action)));
      for (const resource of listOf(statement.Resource ?? [])) {
        expect([resource === '*', statement.Action]).toEqual([ofLambda, statement.Action]);
      }
    }
  });

  it('with a wildcard in their resource are these only', () => {
    const wild = statements.flatMap(({ holder, statement }) =>
      listOf(statement.Resource ?? [])
        .filter((resource) => JSON.stringify(resource).includes('*'))
        .map(() => `${holder.replace(/[0-9A-F]{8}$/, '')}: ${listOf(statement.Action).join(' ')}`),
    );
    // Lambda takes dispatch out of a network, if it was in one.
    // Schedules are made while the stack runs, one for an endpoint and ten minutes, in a group of
    // their own: their names cannot be known before.
    // Objects of the archive are named by hour, streams by the time they were made.
    expect(wild.sort()).toEqual([
      'ArchiveBucketPolicy: s3:GetObject s3:PutObject s3:DeleteObject s3:ListBucket',
      `DispatchLeavingNotByItsCode: ${LEAVING.join(' ')}`,
      `DispatchRoleDefaultPolicy: ${LEAVING.join(' ')}`,
      'DispatchRoleDefaultPolicy: scheduler:CreateSchedule',
      'RecordRoleDefaultPolicy: dynamodb:ListStreams',
      'RecordRoleDefaultPolicy: s3:PutObject',
      'RecordRoleDefaultPolicy: s3:PutObject',
      'RollupRoleDefaultPolicy: s3:GetObject',
      'WakeRoleDefaultPolicy: scheduler:CreateSchedule',
    ]);
  });
});

describe('a function', () => {
  it.each<[string, RegExp[]]>([
    ['Ingest', [/^dynamodb:(Get|Put|Update)Item$/, /^sqs:SendMessage$/]],
    [
      'FanOut',
      [/^dynamodb:(BatchGet|BatchWrite|Get|Put|Update)Item$/, /^dynamodb:Query$/, /^sqs:/],
    ],
    ['Sweep', [/^dynamodb:/, /^sqs:/, /^scheduler:/, /^iam:PassRole$/]],
    [
      'Record',
      [
        /^dynamodb:UpdateItem$/,
        /^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/,
        /^s3:PutObject$/,
      ],
    ],
    [
      'Rollup',
      [
        /^dynamodb:(BatchGet|BatchWrite|Delete|Update)Item$/,
        /^dynamodb:Query$/,
        /^s3:(GetObject|ListBucket)$/,
      ],
    ],
  ])('%s does what it calls and nothing else', (name, allowed) => {
    const always = [/^logs:(CreateLogStream|PutLogEvents)$/, /^secretsmanager:GetSecretValue$/];
    const others = actionsOf(`${name}Role`).filter(
      (action) => ![...always, ...allowed].some((pattern) => pattern.test(action)),
    );
    expect(others).toEqual([]);
  });

  it('that serves pages does nothing, and knows neither tables nor secrets', () => {
    expect(actionsOf('WebRole')).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    const [web] = resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) =>
      id.startsWith('WebFunction'),
    );
    const { Variables } = Object(web?.Properties.Environment);
    const told = ['NODE_OPTIONS', 'UV_THREADPOOL_SIZE', Env.instanceName, Env.settings];
    expect(Object.keys(Variables).sort()).toEqual(told.sort());
    expect(JSON.parse(Variables[Env.settings])).toEqual({ portal: { origins: [] } });
  });

  it.each([
    ['Ingest', '*#keys', ['used']],
    ['Dispatch', '*#endpoints', ['v', 'slow#*']],
  ])('%s updates of the registry only what is named', (name, partition, attributes) => {
    const updates = statements.filter(
      ({ holder, statement }) =>
        holder.startsWith(`${name}Role`) &&
        JSON.stringify(statement.Resource ?? '').includes('Registry') &&
        listOf(statement.Action).some((action) => /(Update|Put|Delete)Item/.test(String(action))),
    );
    expect(updates.map(({ statement }) => statement.Condition)).toEqual([
      {
        'ForAllValues:StringLike': {
          'dynamodb:LeadingKeys': [partition],
          'dynamodb:Attributes': ['pk', 'sk', ...attributes],
        },
      },
    ]);
  });

  it('that only takes events in or spreads them opens no sealed secret', () => {
    expect(sealingIn(template)).toEqual({
      readers: ['Api', 'Dispatch'],
      told: ['Api', 'Dispatch'],
    });
  });

  it('opens sealed data where it is sealed: what takes events in, and what matches them', () => {
    expect(sealingIn(templateOf({ sealEventData: true }))).toEqual({
      readers: ['Api', 'Dispatch', 'FanOut', 'Ingest'],
      told: ['Api', 'Dispatch', 'FanOut', 'Ingest'],
    });
    expect(nagFindings({ sealEventData: true })).toEqual([]);
  });

  it('that answers the API may invoke dispatch, for tests of endpoints, and nothing else', () => {
    const invoking = statements.filter(
      ({ holder, statement }) =>
        holder.startsWith('ApiRole') && listOf(statement.Action).includes('lambda:InvokeFunction'),
    );
    expect(invoking.map(({ statement }) => JSON.stringify(statement.Resource))).toEqual([
      expect.stringMatching(/^\{"Fn::GetAtt":\["DispatchFunction\w+","Arn"\]\}$/),
    ]);
  });

  it('passes on the scheduler’s role and no other', () => {
    const passed = statements.filter(({ statement }) =>
      listOf(statement.Action).includes('iam:PassRole'),
    );
    expect(passed.length).toBeGreaterThan(0);
    for (const { statement } of passed) {
      expect(JSON.stringify(statement.Resource)).toMatch(
        /^\{"Fn::GetAtt":\["WakeUpRole\w+","Arn"\]\}$/,
      );
    }
  });
});

describe('cdk-nag', () => {
  it('finds nothing that is not suppressed', () => {
    expect(nagFindings()).toEqual([]);
  });

  it('is silenced with a reason each time', () => {
    const suppressed = resourcesOf(template).flatMap(({ id, Metadata }) =>
      listOf(Object(Metadata?.cdk_nag).rules_to_suppress ?? []).map((rule) => ({
        holder: id,
        ...Object(rule),
      })),
    );
    expect(suppressed.length).toBeGreaterThan(0);
    for (const { id, reason } of suppressed) {
      expect(id).toMatch(/^AwsSolutions-[A-Z0-9]+$/);
      expect(reason.length).toBeGreaterThan(30);
    }
    const rules = new Set(suppressed.map(({ id }) => id));
    expect([...rules].sort()).toEqual([
      'AwsSolutions-APIG4',
      'AwsSolutions-IAM5',
      'AwsSolutions-S1',
      'AwsSolutions-S10',
      'AwsSolutions-SMG4',
      'AwsSolutions-SQS4',
    ]);
  });
});
