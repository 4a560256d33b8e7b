import { describe, expect, it } from 'vitest';
import { dynamoDbCall, scheduleCall, sqsCall } from '../../../local/gate/aws-calls.ts';
import { type Credentials, Gatekeeper } from '../../../local/gate/gatekeeper.ts';
import { Meter } from '../../../local/gate/meter.ts';
import { Permissions, rulesOf } from '../../../local/gate/permissions.ts';
import type { SignedRequest } from '../../../local/gate/signature.ts';
import type { JsonObject } from '../../../local/json.ts';
import { Stack } from '../../../local/stack/stack.ts';
import { signedHeaders } from '../../builders/aws-signer.ts';

const place = { queueUrl: (name: string) => name, apiUrl: () => '' };

function permissionsOf(...statements: JsonObject[]): Permissions {
  const policy = { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: statements } };
  const stack = new Stack(
    'App',
    {
      Resources: {
        Role: { Type: 'AWS::IAM::Role' },
        Policy: { Type: 'AWS::IAM::Policy', Properties: policy },
      },
    },
    place,
  );
  return new Permissions(rulesOf(stack));
}

const queue = 'arn:aws:sqs:us-east-1:000000000000:work';
const send = { action: 'sqs:SendMessage', resource: queue };

describe('permissions', () => {
  it('refuse what no statement allows', () => {
    expect(permissionsOf().allows('App-Role', send)).toBe(false);
    const other = permissionsOf({
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Resource: `${queue}2`,
    });
    expect(other.allows('App-Role', send)).toBe(false);
    expect(other.allows('Another', { ...send, resource: `${queue}2` })).toBe(false);
  });

  it('allow by exact names, lists and wildcards', () => {
    const grants: JsonObject[] = [
      { Action: 'sqs:SendMessage', Resource: queue },
      { Action: ['sqs:*'], Resource: ['arn:aws:sqs:*:*:wor?'] },
      { Action: 'sqs:sendmessage', Resource: '*' },
      { NotAction: 'sqs:DeleteMessage', Resource: '*' },
      { Action: '*', NotResource: 'arn:aws:dynamodb:*' },
    ];
    for (const grant of grants) {
      expect(permissionsOf({ Effect: 'Allow', ...grant }).allows('App-Role', send)).toBe(true);
    }
  });

  it('let a denial win over an allowance', () => {
    const permissions = permissionsOf(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'sqs:SendMessage', Resource: queue },
    );
    expect(permissions.allows('App-Role', send)).toBe(false);
    expect(permissions.allows('App-Role', { ...send, action: 'sqs:DeleteMessage' })).toBe(true);
  });

  it('read conditions, and take one they do not know for not met', () => {
    const role = 'arn:aws:iam::000000000000:role/x';
    const pass = (value: string) => ({
      action: 'iam:PassRole',
      resource: role,
      context: { 'iam:PassedToService': value },
    });
    const grant = { Effect: 'Allow', Action: 'iam:PassRole', Resource: role };
    const to = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
    const permissions = permissionsOf({ ...grant, Condition: { StringEquals: to } });
    expect(permissions.allows('App-Role', pass('scheduler.amazonaws.com'))).toBe(true);
    expect(permissions.allows('App-Role', pass('lambda.amazonaws.com'))).toBe(false);
    const strange = permissionsOf({ ...grant, Condition: { DateLessThan: to } });
    expect(strange.allows('App-Role', pass('scheduler.amazonaws.com'))).toBe(false);
  });
});

describe('an update of the registry', () => {
  const allowed = permissionsOf({
    Effect: 'Allow',
    Action: 'dynamodb:UpdateItem',
    Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/registry',
    Condition: {
      'ForAllValues:StringLike': {
        'dynamodb:LeadingKeys': ['*#keys'],
        'dynamodb:Attributes': ['pk', 'sk', 'used', 'slow#*'],
      },
    },
  });
  const used = 'SET used = :at';
  it.each<[what: string, isAllowed: boolean, pk: string, expression: string, more?: object]>([
    ['of a key’s use', true, 'live#acme#keys', used],
    [
      'on a condition',
      true,
      'live#acme#keys',
      used,
      {
        ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(used) OR used < :at)',
      },
    ],
    [
      'of an attribute by another name',
      true,
      'live#acme#keys',
      'SET #slow = :until',
      { ExpressionAttributeNames: { '#slow': 'slow#ep_1' } },
    ],
    ['of a key’s document', false, 'key#0123', 'SET doc = :doc'],
    ['of a key’s use, elsewhere', false, 'key#0123', used],
    ['of signing keys', false, 'live#acme#signing-keys', used],
    ['of another attribute', false, 'live#acme#keys', 'SET doc = :doc'],
    ['of another attribute beside', false, 'live#acme#keys', `${used}, doc = :doc`],
    ['that removes another attribute', false, 'live#acme#keys', 'SET used = :at REMOVE doc'],
    [
      'of another attribute by a name',
      false,
      'live#acme#keys',
      'SET #used = :doc',
      { ExpressionAttributeNames: { '#used': 'doc' } },
    ],
    [
      'that asks for another attribute',
      false,
      'live#acme#keys',
      used,
      {
        ConditionExpression: 'doc = :doc',
      },
    ],
  ])('%s: %s', (_, isAllowed, pk, UpdateExpression, more = {}) => {
    const body = {
      TableName: 'registry',
      Key: { pk: { S: pk }, sk: { S: 's' } },
      UpdateExpression,
    };
    const { needs } = dynamoDbCall('UpdateItem', { ...body, ...more });
    expect(needs.map((need) => allowed.allows('App-Role', need))).toEqual([isAllowed]);
  });
});

describe('a call needs', () => {
  it('the action without Batch, on the queue of its URL', () => {
    const body = { QueueUrl: 'http://127.0.0.1:1/000000000000/work' };
    for (const operation of ['SendMessage', 'SendMessageBatch']) {
      expect(sqsCall(operation, body).needs).toEqual([send]);
    }
    expect(sqsCall('DeleteMessageBatch', body).needs[0]?.action).toBe('sqs:DeleteMessage');
  });

  it('the index when a query is on one, and every table of a batch', () => {
    const table = 'arn:aws:dynamodb:us-east-1:000000000000:table';
    expect(dynamoDbCall('Query', { TableName: 't', IndexName: 'i' }).needs).toEqual([
      { action: 'dynamodb:Query', resource: `${table}/t/index/i` },
    ]);
    expect(dynamoDbCall('BatchWriteItem', { RequestItems: { a: [], b: [] } }).needs).toEqual([
      { action: 'dynamodb:BatchWriteItem', resource: `${table}/a` },
      { action: 'dynamodb:BatchWriteItem', resource: `${table}/b` },
    ]);
  });

  it('the passing of the role when it makes a schedule', () => {
    const actions = scheduleCall('CreateSchedule', 'g', 'n', 'arn:role').needs.map(
      (one) => one.action,
    );
    expect(actions).toEqual(['scheduler:CreateSchedule', 'iam:PassRole']);
  });
});

describe('the gatekeeper', () => {
  const meter = new Meter();
  const gatekeeper = new Gatekeeper(meter);
  gatekeeper.enforce(
    permissionsOf({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queue }),
  );
  const key = gatekeeper.admit({ functionName: 'App-Ingest', roleName: 'App-Role' });
  const send = sqsCall('SendMessage', { QueueName: 'work' });
  const unsigned = {
    method: 'POST',
    url: '/',
    headers: { host: '127.0.0.1:4566', 'x-amz-target': 'AmazonSQS.SendMessage' },
    body: '{"QueueName":"work"}',
  };
  const signed = async (credentials: Credentials, headers: Record<string, string> = {}) => ({
    ...unsigned,
    headers: await signedHeaders(credentials, 'sqs', {
      ...unsigned,
      headers: { ...unsigned.headers, ...headers },
    }),
  });
  const codeOf = (request: SignedRequest) => gatekeeper.check(request, send)?.code;

  it('lets a function do what its role grants, and counts it', async () => {
    expect(codeOf(await signed(key))).toBeUndefined();
    expect(meter.snapshot()['App-Ingest']).toEqual({ 'sqs:SendMessage': 1 });
  });

  it('names the action and the resource that it refuses', async () => {
    const call = sqsCall('PurgeQueue', { QueueName: 'work' });
    const refusal = gatekeeper.check(await signed(key), call);
    expect(refusal?.code).toBe('AccessDeniedException');
    expect(refusal?.message).toContain(`sqs:PurgeQueue on resource: ${queue}`);
  });

  it('refuses a caller without a known key', async () => {
    expect(codeOf(unsigned)).toBe('UnrecognizedClientException');
    const other = { accessKeyId: 'AKIALOCALAPPINGEST', secretAccessKey: 'local' };
    expect(codeOf(await signed(other))).toBe('UnrecognizedClientException');
  });

  it('makes other keys at each start, which nothing tells', () => {
    const again = new Gatekeeper(new Meter()).admit({
      functionName: 'App-Ingest',
      roleName: 'App-Role',
    });
    expect(again.accessKeyId).not.toBe(key.accessKeyId);
    expect(again.secretAccessKey).not.toBe(key.secretAccessKey);
    expect(`${key.accessKeyId}${key.secretAccessKey}`.toLowerCase()).not.toContain('ingest');
  });

  it('refuses what is signed with another secret, or is not what was signed', async () => {
    const request = await signed(key);
    const { 'x-amz-target': _, ...without } = request.headers;
    const refused: [string, SignedRequest][] = [
      ['another secret', await signed({ ...key, secretAccessKey: 'local' })],
      ['another body', { ...request, body: '{"QueueName":"other"}' }],
      ['another path', { ...request, url: '/other' }],
      ['a query', { ...request, url: '/?Action=DeleteQueue' }],
      ['another method', { ...request, method: 'GET' }],
      ['another operation', { ...request, headers: { ...request.headers, 'x-amz-target': 'x' } }],
      ['a header less', { ...request, headers: without }],
      [
        'no signature',
        {
          ...request,
          headers: { ...request.headers, authorization: `Credential=${key.accessKeyId}/a` },
        },
      ],
      [
        'zeros',
        {
          ...request,
          headers: {
            ...request.headers,
            authorization: String(request.headers.authorization).replace(
              /Signature=\w+/,
              'Signature=00',
            ),
          },
        },
      ],
    ];
    for (const [name, one] of refused) expect(codeOf(one), name).toBe('InvalidSignatureException');
  });

  it.each(['evil.example', 'evil.example:4566', '127.0.0.1.nip.io', 'localhost.evil.example', ''])(
    'refuses the Host %j, however it is signed',
    async (host) => {
      expect(codeOf(await signed(key, { host }))).toBe('AccessDeniedException');
    },
  );

  it('takes paths and queries as they are signed by AWS’s own signer', async () => {
    const url = '/schedules/posthorn%2Fa%20b?groupName=group%2B1&a=%C3%A9~!*()';
    const request = { method: 'DELETE', url, headers: { host: 'localhost' }, body: '' };
    const headers = await signedHeaders(key, 'scheduler', request);
    expect(codeOf({ ...request, headers })).toBeUndefined();
  });
});
