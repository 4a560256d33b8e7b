import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createDynamoDb, putIfNew } from '../../../lambdas/adapters/aws/dynamodb/client.ts';
import { log } from '../../../lambdas/adapters/log.ts';
import { createSqs } from '../../../lambdas/adapters/queues/queues.ts';

interface Seen {
  readonly target: string;
  readonly agent: string;
  readonly body: string;
}

const TABLE = 'table';
const KEY = { pk: { S: 'a' }, sk: { S: 'b' } };
/** The SDK names its client and version; what is sent directly does not name a version. */
let seen: Seen[] = [];
let answer: (request: IncomingMessage, response: ServerResponse, call: number) => void;
let close: () => Promise<void>;

beforeEach(async () => {
  seen = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { 'x-amz-target': target, 'amz-sdk-request': bySdk } = request.headers;
    seen.push({ target: String(target), agent: bySdk ? 'sdk' : 'direct', body });
    answer(request, response, seen.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  close = async () => {
    server.closeAllConnections();
    const closed = once(server, 'close');
    server.close();
    await closed;
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.useRealTimers();
  await close();
});

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
};
const agents = (): string[] => seen.map(({ agent }) => agent);

describe('a call', () => {
  it('that is answered is made once, and holds bytes as the service has them', async () => {
    answer = (_request, response) =>
      json(response, 200, {
        Item: { z: { B: 'AQL/' }, B: { S: 'named B' }, m: { M: { B: { B: 'AA==' } } } },
      });
    const { Item } = await createDynamoDb().call('GetItem', {
      TableName: TABLE,
      Key: { pk: { B: Uint8Array.of(1, 2, 255) }, B: { S: 'named B' } },
      ConsistentRead: true,
    });
    expect(seen).toEqual([
      {
        target: 'DynamoDB_20120810.GetItem',
        agent: 'direct',
        body: '{"TableName":"table","Key":{"pk":{"B":"AQL/"},"B":{"S":"named B"}},"ConsistentRead":true}',
      },
    ]);
    expect(Item).toEqual({
      z: { B: Buffer.from([1, 2, 255]) },
      B: { S: 'named B' },
      m: { M: { B: { B: Buffer.from([0]) } } },
    });
  });

  it.each([
    [400, { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' }],
    [400, { __type: 'com.amazon.coral.service#ThrottlingException', message: 'slow down' }],
    [500, { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' }],
    [503, {}],
  ])('that is refused with %i %j is made again by the SDK', async (status, refusal) => {
    answer = (_request, response, call) =>
      call <= 2 ? json(response, status, refusal) : json(response, 200, {});
    await createDynamoDb().call('GetItem', { TableName: TABLE, Key: KEY });
    expect(agents()).toEqual(['direct', 'sdk', 'sdk']);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
  });

  it('whose connection was closed is made again on a new one', async () => {
    answer = (request, response, call) => {
      if (call === 1) request.socket.destroy();
      else json(response, 200, {});
    };
    await createDynamoDb().call('GetItem', { TableName: TABLE, Key: KEY });
    expect(agents()).toEqual(['direct', 'direct']);
  });

  it('whose connections break is made again by the SDK', async () => {
    answer = (request, response, call) => {
      if (call <= 2) request.socket.destroy();
      else json(response, 200, { Successful: [{ Id: '0' }], Failed: [] });
    };
    const sent = await createSqs().call('SendMessageBatch', {
      QueueUrl: `${process.env.AWS_ENDPOINT_URL}/000000000000/events`,
      Entries: [{ Id: '0', MessageBody: '{}' }],
    });
    expect(agents()).toEqual(['direct', 'direct', 'sdk']);
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['0']);
  });

  it.each([
    ['by FIPS endpoints', { AWS_USE_FIPS_ENDPOINT: 'true' }],
    ['by endpoints of both IP versions', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
  ])('is left to the SDK at once, where that goes %s', async (_, variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    answer = (_request, response) => json(response, 200, { Successful: [], Failed: [] });
    const QueueUrl = `${process.env.AWS_ENDPOINT_URL}/000000000000/events`;
    const input = { QueueUrl, Entries: [{ Id: '0', MessageBody: '{}' }] };
    // Where the SDK goes then is its own matter.
    await createSqs()
      .call('SendMessageBatch', input, AbortSignal.timeout(2_000))
      .catch(() => undefined);
    expect(agents()).not.toContain('direct');
    await createDynamoDb()
      .call('GetItem', { TableName: TABLE, Key: KEY }, AbortSignal.timeout(2_000))
      .catch(() => undefined);
    expect(agents()).not.toContain('direct');
  });

  it('whose answer is no JSON is made again by the SDK', async () => {
    answer = (_request, response, call) => {
      if (call === 1) response.writeHead(200).end('<html>');
      else json(response, 200, {});
    };
    await createDynamoDb().call('GetItem', { TableName: TABLE, Key: KEY });
    expect(agents()).toEqual(['direct', 'sdk']);
  });

  it('that will never do fails as the SDK says it', async () => {
    answer = (_request, response) =>
      json(response, 400, {
        __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
        message: 'no such table',
      });
    const call = createDynamoDb().call('GetItem', { TableName: TABLE, Key: KEY });
    await expect(call).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'no such table',
    });
    expect(agents()).toEqual(['direct', 'sdk']);
  });

  it('whose condition does not hold has its answer at once', async () => {
    answer = (_request, response) =>
      json(response, 400, {
        __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
        message: 'The conditional request failed',
      });
    expect(await putIfNew(tableOf(createDynamoDb(), TABLE), KEY)).toBe(false);
    expect(agents()).toEqual(['direct']);
  });

  it('that is called off while it waits is not made again', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('out of time'));
    const call = createDynamoDb().call(
      'BatchWriteItem',
      { RequestItems: { [TABLE]: [{ PutRequest: { Item: KEY } }] } },
      controller.signal,
    );
    await expect(call).rejects.toThrow('out of time');
    expect(agents()).toEqual(['direct']);
  });

  it('passes on where the invocation belongs', async () => {
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1');
    let trace: unknown;
    answer = (request, response) => {
      trace = request.headers['x-amzn-trace-id'];
      json(response, 200, {});
    };
    await createDynamoDb().call('GetItem', { TableName: TABLE, Key: KEY });
    expect(trace).toBe('Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1');
  });
});

describe('a call that is handed over to the SDK', () => {
  const throttled = {
    __type: 'com.amazon.coral.service#ThrottlingException',
    message: 'slow down',
  };

  it('is counted each time, and logged at the first, the tenth, the hundredth of a minute and cause', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const warn = vi.spyOn(log, 'warn').mockReturnValue(undefined);
    // Every first try is refused, and what the SDK makes again is answered.
    answer = (request, response) =>
      json(response, request.headers['amz-sdk-request'] ? 200 : 429, throttled);
    const dynamoDb = createDynamoDb();
    const call = () => dynamoDb.call('DeleteItem', { TableName: TABLE, Key: KEY });
    await call();
    await Promise.all([call(), call()]);
    expect(warn.mock.calls.map(([, fields]) => fields)).toEqual([
      { service: 'dynamodb', operation: 'DeleteItem', cause: '429 ThrottlingException', calls: 1 },
    ]);
    answer = (request, response) =>
      request.headers['amz-sdk-request'] ? json(response, 200, {}) : response.end('{"secret');
    await call();
    expect(warn.mock.lastCall?.[1]).toMatchObject({ cause: 'an answer that is no JSON' });
    answer = (request, response) =>
      json(response, request.headers['amz-sdk-request'] ? 200 : 429, throttled);
    for (let n = 4; n <= 11; n++) await call();
    vi.setSystemTime(Date.now() + 60_000);
    await call();
    expect(warn.mock.calls.map(([, fields]) => fields?.calls)).toEqual([1, 1, 10, 1]);
  });

  it('is not counted if it was called off, or if the answer is an error that its caller expects', async () => {
    const warn = vi.spyOn(log, 'warn');
    answer = (_request, response) =>
      json(response, 400, { __type: 'x#ConditionalCheckFailedException' });
    await putIfNew(tableOf(createDynamoDb(), TABLE), KEY);
    const controller = new AbortController();
    answer = () => controller.abort(new Error('out of time'));
    const input = { TableName: TABLE, Key: KEY };
    await createDynamoDb()
      .call('GetItem', input, controller.signal)
      .catch(() => undefined);
    expect(warn).not.toHaveBeenCalled();
  });

  it('for want of credentials does not hand over the next one, which finds them', async () => {
    vi.spyOn(log, 'warn').mockReturnValue(undefined);
    answer = (_request, response) => json(response, 200, {});
    const dynamoDb = createDynamoDb();
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    await dynamoDb.call('GetItem', { TableName: TABLE, Key: KEY }).catch(() => undefined);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
    await dynamoDb.call('GetItem', { TableName: TABLE, Key: KEY });
    expect(agents().at(-1)).toBe('direct');
  });
});

it('AWS’s own addresses are those of the region and of its partition', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', '');
  vi.stubEnv('AWS_REGION', 'cn-north-1');
  vi.stubEnv('URL_SUFFIX', '');
  expect(() => createDynamoDb()).toThrow('URL_SUFFIX is not set');
});
