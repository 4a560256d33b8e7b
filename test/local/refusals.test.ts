// What AWS refuses is refused on this machine too, each by the sentence of AWS's documentation.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoDbEmulator, startDynamoDb } from '../../local/dynamodb/emulator.ts';
import { FunctionHost } from '../../local/functions/host.ts';
import { requireEnvironment } from '../../local/functions/limits.ts';
import { Gatekeeper } from '../../local/gate/gatekeeper.ts';
import { Meter } from '../../local/gate/meter.ts';
import { type SqsEmulator, startSqs } from '../../local/sqs/emulator.ts';
import { makeQueue, temporaryFolder } from './emulators.ts';

const folder = temporaryFolder();
const TableName = 'table';
let emulators: { sqs: SqsEmulator; dynamoDb: DynamoDbEmulator };
let sqs: SQSClient;
let dynamoDb: DynamoDBClient;
let QueueUrl: string;
let host: FunctionHost;

beforeAll(async () => {
  const gatekeeper = new Gatekeeper(new Meter());
  gatekeeper.enforce({ allows: () => true } as never);
  const folderOf = (name: string) => {
    mkdirSync(join(folder.path, name));
    return join(folder.path, name);
  };
  emulators = {
    sqs: await startSqs(folderOf('sqs'), gatekeeper),
    dynamoDb: await startDynamoDb(folderOf('dynamodb'), gatekeeper),
  };
  const credentials = gatekeeper.admit({ functionName: 'fn', roleName: 'role' });
  const client = { region: 'us-east-1', credentials, maxAttempts: 1 };
  sqs = new SQSClient({ ...client, endpoint: emulators.sqs.url });
  dynamoDb = new DynamoDBClient({ ...client, endpoint: emulators.dynamoDb.url });
  const queue = makeQueue(emulators.sqs, 'queue', { MaximumMessageSize: '2048' });
  QueueUrl = queue.url;
  await dynamoDb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  const bundleFile = join(folder.path, 'index.mjs');
  writeFileSync(bundleFile, 'export const handler = async ({ length }) => "x".repeat(length);');
  host = new FunctionHost(
    { name: 'fn', arn: '', roleName: '', bundleFile, timeoutMs: 30_000, memoryMb: 128, env: {} },
    { onLine: () => undefined },
  );
  await host.start();
});
afterAll(async () => {
  await host?.stop();
  sqs?.destroy();
  dynamoDb?.destroy();
  await emulators?.sqs.close();
  await emulators?.dynamoDb.close();
  folder.remove();
});

const faultOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error) => error.name,
  );
const entries = (count: number, MessageBody = 'x') =>
  Array.from({ length: count }, (_, n) => ({ Id: String(n), MessageBody }));

describe('SQS', () => {
  const send = (MessageBody: string, more: object = {}) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const sendBatch = (Entries: ReturnType<typeof entries>) =>
    sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));

  it('takes what is at its limits', async () => {
    expect(await faultOf(send('x'.repeat(2_048)))).toBe('nothing');
    expect(await faultOf(send('\t\n\r\u{20}\uD7FF\uE000\uFFFD'))).toBe('nothing');
    expect(await faultOf(send('x', { DelaySeconds: 900 }))).toBe('nothing');
    expect(await faultOf(sendBatch(entries(10)))).toBe('nothing');
  });

  it.each<[sentence: string, () => Promise<unknown>, fault: RegExp]>([
    [
      'the limit of how many bytes a message can contain before Amazon SQS rejects it (MaximumMessageSize)',
      () => send('x'.repeat(2_049)),
      /InvalidParameterValue/,
    ],
    [
      'If a message contains characters outside the allowed set, Amazon SQS rejects the message',
      () => send('\u0000'),
      /InvalidMessageContents/,
    ],
    ['#x20 to #xD7FF | #xE000 to #xFFFD', () => send('\uFFFE'), /InvalidMessageContents/],
    [
      'The length of time, in seconds, for which to delay a specific message. Valid values: 0 to 900',
      () => send('x', { DelaySeconds: 901 }),
      /InvalidParameterValue/,
    ],
    [
      'The batch request contains more entries than permissible',
      () => sendBatch(entries(11)),
      /TooManyEntriesInBatchRequest/,
    ],
    ['The batch request doesn’t contain any entries', () => sendBatch([]), /EmptyBatchRequest/],
    [
      'Two or more batch entries in the request have the same Id',
      () => sendBatch([...entries(1), ...entries(1)]),
      /BatchEntryIdsNotDistinct/,
    ],
    [
      'The length of all the messages put together is more than the limit',
      () => sendBatch(entries(5, 'x'.repeat(250_000))),
      /BatchRequestTooLong/,
    ],
  ])('refuses by: %s', async (_, work, fault) => {
    expect(await faultOf(work())).toMatch(fault);
  });

  it('says of each entry of a batch whether it is too large', async () => {
    const large = { Id: 'large', MessageBody: 'x'.repeat(2_049) };
    const { Successful = [], Failed = [] } = await sendBatch([...entries(1), large]);
    expect([Successful.map(({ Id }) => Id), Failed.map(({ Id }) => Id)]).toEqual([
      ['0'],
      ['large'],
    ]);
  });
});

describe('DynamoDB', () => {
  const item = (pk: string, bytes: number) => ({ pk: { S: pk }, d: { S: 'x'.repeat(bytes) } });
  const put = (bytes: number) =>
    dynamoDb.send(new PutItemCommand({ TableName, Item: item('a', bytes) }));
  const batch = (count: number, bytes = 1) => {
    const puts = Array.from({ length: count }, (_, n) => ({
      PutRequest: { Item: item(`b${n}`, n === 0 ? bytes : 1) },
    }));
    return dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
  };
  const get = (count: number) => {
    const Keys = Array.from({ length: count }, (_, n) => ({ pk: { S: `b${n}` } }));
    return dynamoDb.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
  };
  /** Of 400 KB, what the names and the key take. */
  const LARGEST = 409_600 - 'pk'.length - 'a'.length - 'd'.length;

  it('takes what is at its limits', async () => {
    expect(await faultOf(put(LARGEST))).toBe('nothing');
    expect(await faultOf(batch(25))).toBe('nothing');
    expect(await faultOf(get(100))).toBe('nothing');
  });

  it.each<[sentence: string, () => Promise<unknown>]>([
    ['individual items can be up to 400 KB once stored', () => put(LARGEST + 1)],
    ['There are more than 25 requests in the batch', () => batch(26)],
    ['Any individual item in a batch exceeds 400 KB', () => batch(2, 410_000)],
    [
      'If you request more than 100 items, BatchGetItem returns a ValidationException',
      () => get(101),
    ],
  ])('refuses by: %s', async (_, work) => {
    expect(await faultOf(work())).toBe('ValidationException');
  });
});

describe('Lambda', () => {
  /** The bytes of the result as JSON: the text and its quotes. */
  const MAX_LENGTH = 6_291_556 - 2;

  it('refuses by: 6 MB each for request and response (synchronous)', async () => {
    const invoke = (length: number) => host.invoke(JSON.stringify({ length }));
    expect((await invoke(MAX_LENGTH)).length).toBe(MAX_LENGTH + 2);
    await expect(invoke(MAX_LENGTH + 1)).rejects.toMatchObject({
      fault: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage:
          'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
  });

  it('refuses by: 4 KB, for all environment variables associated with the function, in aggregate', () => {
    const rest = '{"A":""}'.length;
    expect(() => requireEnvironment('fn', { A: 'x'.repeat(4_096 - rest) })).not.toThrow();
    expect(() => requireEnvironment('fn', { A: 'x'.repeat(4_097 - rest) })).toThrow(
      'fn has an environment of 4097 bytes, and Lambda allows 4096',
    );
    // Quotes count as they stand in JSON.
    expect(() => requireEnvironment('fn', { A: '"'.repeat(2_100) })).toThrow('4096');
  });
});
