// What another user or process of the machine, or a web page, asks the emulators behind `npm start`: each operation by its
// service, and each way to pass for somebody who may.
import type { Credentials } from '../../../local/gate/gatekeeper.ts';
import type { Runtime } from '../../../local/runtime.ts';
import { signedHeaders } from '../../builders/aws-signer.ts';

export interface LocalRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const SQS_OPERATIONS =
  'ListQueues GetQueueUrl GetQueueAttributes SetQueueAttributes ReceiveMessage SendMessage SendMessageBatch DeleteMessage DeleteMessageBatch ChangeMessageVisibility ChangeMessageVisibilityBatch PurgeQueue DeleteQueue CreateQueue TagQueue ListQueueTags';
const DYNAMODB_OPERATIONS =
  'ListTables DescribeTable Scan Query GetItem BatchGetItem TransactGetItems PutItem UpdateItem DeleteItem BatchWriteItem TransactWriteItems UpdateTable DeleteTable CreateTable';

const post = (target: string, version: string, body: object, url = '/'): LocalRequest => ({
  method: 'POST',
  url,
  headers: { 'x-amz-target': target, 'content-type': `application/x-amz-json-${version}` },
  body: JSON.stringify(body),
});
const plain = (method: string, url: string, body: object | '' = ''): LocalRequest => ({
  method,
  url,
  headers: {},
  body: body === '' ? '' : JSON.stringify(body),
});

/** By the emulator's member of `Runtime.aws`. */
export function requestsOf({ stack, functions }: Runtime) {
  const named = (...types: string[]) =>
    stack.resources(...types).map(({ logicalId }) => stack.reference(logicalId));
  const queues = named('AWS::SQS::Queue');
  const queue = new URL(queues[0] ?? '');
  const name = queue.pathname.split('/').at(-1) ?? '';
  const [table = ''] = named('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  const key = { pk: { S: 'x' }, sk: { S: 'x' } };
  const ofTable = {
    TableName: table,
    Key: key,
    Item: key,
    KeyConditionExpression: 'pk = :p',
    ExpressionAttributeValues: { ':p': { S: 'x' } },
    RequestItems: { [table]: { Keys: [key] } },
    TransactItems: [{ Put: { TableName: table, Item: key } }],
  };
  const ofQueue = {
    QueueUrl: queue.href,
    QueueName: name,
    MessageBody: '{}',
    Entries: [{ Id: '1', MessageBody: '{}' }],
    ReceiptHandle: 'x',
    MaxNumberOfMessages: 10,
    AttributeNames: ['All'],
  };
  const [bucket = ''] = named('AWS::S3::Bucket');
  const invocation = (of: string) => `/2015-03-31/functions/${encodeURIComponent(of)}/invocations`;
  return {
    sqsUrl: [
      ...SQS_OPERATIONS.split(' ').map((one) => post(`AmazonSQS.${one}`, '1.0', ofQueue)),
      post('AmazonSQS.SendMessage', '1.0', ofQueue, queue.pathname),
      post('AmazonSNS.Publish', '1.0', {}),
      plain('GET', '/_fauxqs/queues'),
      plain('GET', `/_fauxqs/queues/${name}`),
      plain('GET', `/?Action=ReceiveMessage&QueueUrl=${encodeURIComponent(queue.href)}`),
      plain('POST', '/', { Action: 'ListQueues' }),
      plain('GET', '/'),
      plain('PUT', '/bucket'),
    ],
    dynamoDbUrl: [
      ...DYNAMODB_OPERATIONS.split(' ').map((one) =>
        post(`DynamoDB_20120810.${one}`, '1.0', ofTable),
      ),
      plain('GET', '/'),
      plain('GET', '/shell'),
      plain('OPTIONS', '/'),
    ],
    controlUrl: [
      ...named('AWS::SecretsManager::Secret').flatMap((SecretId) =>
        ['GetSecretValue', 'PutSecretValue', 'DescribeSecret'].map((operation) =>
          post(`secretsmanager.${operation}`, '1.1', { SecretId, SecretString: '{}' }),
        ),
      ),
      ...[...functions.keys()].map((of) => plain('POST', invocation(of), {})),
      ...['POST', 'PUT', 'GET', 'DELETE'].map((method) =>
        plain(method, '/schedules/x?groupName=default', {}),
      ),
      plain('GET', '/'),
    ],
    s3Url: [
      plain('GET', '/'),
      plain('GET', `/${bucket}?list-type=2&prefix=`),
      plain('GET', `/${bucket}/attempts/x`),
      plain('GET', `/${bucket}/..%2F..%2Fsecrets.json`),
      plain('PUT', `/${bucket}/attempts/x`, {}),
      plain('DELETE', `/${bucket}/attempts/x`),
      plain('DELETE', `/${bucket}`),
      plain('PUT', '/bucket'),
    ],
  } satisfies Partial<Record<keyof Runtime['aws'], readonly LocalRequest[]>>;
}

const authorized = (authorization: string) => async (request: LocalRequest) => ({
  ...request,
  headers: { ...request.headers, authorization },
});
const credential = (accessKeyId: string) =>
  `Credential=${accessKeyId}/20261130/us-east-1/sqs/aws4_request`;
const signedBy =
  (credentials: (known: Credentials) => Credentials, host?: string) =>
  async (request: LocalRequest, known: Credentials, own: string) => ({
    ...request,
    headers: await signedHeaders(credentials(known), 'sqs', {
      ...request,
      headers: { ...request.headers, host: host ?? own },
    }),
  });

export type Way = (
  request: LocalRequest,
  /** Of the runtime itself: that its id is known must not help. */
  known: Credentials,
  ownHost: string,
) => Promise<LocalRequest>;

export const WAYS: Readonly<Record<string, Way>> = {
  'without a signature': async (request) => request,
  'with a bearer token': authorized('Bearer anything'),
  'with a password': authorized('Basic cm9vdDpyb290'),
  'by a key made of a function’s name': authorized(
    `AWS4-HMAC-SHA256 ${credential('AKIALOCALPOSTHORNAPIFUNCTION')}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
  ),
  'by a key of its own': signedBy(() => ({
    accessKeyId: 'AKIA0123456789ABCDEF',
    secretAccessKey: 'local',
  })),
  'by a known key and a secret of its own': signedBy(({ accessKeyId }) => ({
    accessKeyId,
    secretAccessKey: 'local',
  })),
  'by a known key and no signature': async (request, { accessKeyId }) =>
    authorized(`AWS4-HMAC-SHA256 ${credential(accessKeyId)}, SignedHeaders=host, Signature=`)(
      request,
    ),
  'by a signature in the query': async (request, { accessKeyId }) => {
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${accessKeyId}&X-Amz-Signature=00`;
    const url = `${request.url}${request.url.includes('?') ? '&' : '?'}${query}`;
    return { ...request, url };
  },
  'from a page whose name leads here, signed': signedBy((known) => known, 'evil.example'),
  'from a page, with its origin': async (request) => ({
    ...request,
    headers: { ...request.headers, origin: 'http://evil.example' },
  }),
};
