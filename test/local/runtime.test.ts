// The runtime as a whole, on a small stack of its own: test/local/fixture, whose functions do with the
// real SDK what the path of a request says.
import { type IncomingMessage, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { eventually, temporaryFolder } from './emulators.ts';

const assemblyDir = fileURLToPath(new URL('./fixture', import.meta.url));
const operatorKey = 'an-operator-key-of-more-than-32-characters';
const folder = temporaryFolder();
let runtime: Runtime;

const start = () =>
  startRuntime({ dataDir: folder.path, assemblyDir, operatorKey, receiver: false, quiet: true });
beforeAll(async () => {
  runtime = await start();
});
afterAll(async () => {
  await runtime.stop();
  folder.remove();
});

async function ask(action: string, body: unknown = {}, init: RequestInit = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${runtime.url}/${action}`, { method: 'POST', body: text, ...init });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, text: answer, json: parse(answer) };
}

/** Sends so much of a body, and never its end. */
function sending(action: string, headers: Record<string, string>, bytes: number) {
  const chunked = { ...headers, 'transfer-encoding': 'chunked' };
  const asked = request(`${runtime.url}/${action}`, { method: 'POST', headers: chunked });
  let answer: IncomingMessage | undefined;
  const status = new Promise<number | undefined>((resolve) => {
    asked.on('response', (one) => {
      answer = one;
      resolve(one.statusCode);
    });
  });
  asked.on('error', () => undefined);
  asked.write(Buffer.alloc(bytes, 'x'));
  return {
    status,
    headers: () => answer?.headers,
    text: async () => Buffer.concat((await answer?.toArray()) ?? []).toString(),
    destroy: () => asked.destroy(),
  };
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const seen = async (): Promise<string[]> => (await ask('seen')).json;
const untilSeen = (entry: string) => eventually(async () => (await seen()).includes(entry));

describe('the embedded runtime', () => {
  it('runs the functions of the template behind its HTTP API', async () => {
    const { status, headers, json } = await ask('echo?a=1', { x: 1 });
    expect(status).toBe(200);
    expect(headers.get('x-fixture')).toBe('yes');
    expect(json).toMatchObject({
      routeKey: 'ANY /{proxy+}',
      rawQueryString: 'a=1',
      body: '{"x":1}',
    });
  });

  it('holds little of a body without a key, and answers before it has come', async () => {
    const asked = sending('echo', {}, 100 * 1024);
    expect(await asked.status).toBe(200);
    expect(asked.headers()).toMatchObject({ connection: 'close' });
    expect(await asked.text()).not.toContain('"body"');
  });

  it('holds a bounded sum of bodies, and takes others when they are gone', async () => {
    const withKey = { authorization: 'Bearer unknown' };
    const many = Array.from({ length: 14 }, () => sending('echo', withKey, 9.5 * 1024 * 1024));
    // None of them ends: the first answer is that there is no room for more.
    expect(await Promise.race(many.map(({ status }) => status))).toBe(503);
    for (const { destroy } of many) destroy();
    await eventually(async () => {
      const { status } = await ask('echo', 'x'.repeat(1024 * 1024), { headers: withKey });
      return status === 200;
    });
  });

  it('serves no name but its own, so that no page reaches it by another', async () => {
    const statusFor = (host: string, url = runtime.url): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = request(url, { headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.on('error', reject).end();
      });
    expect(await statusFor(`evil.example:${runtime.port}`)).toBe(421);
    expect(await statusFor('localhost')).not.toBe(421);
    for (const url of [runtime.aws.sqsUrl, runtime.aws.dynamoDbUrl, runtime.aws.controlUrl]) {
      expect(await statusFor('evil.example', url)).toBe(400);
    }
  });

  it('carries a message from one function through SQS to the next', async () => {
    await ask('send', { MessageBody: 'hello' });
    await untilSeen('hello #1');
  });

  it('gives back what failed, and takes the rest of a batch for done', async () => {
    await ask('sendBatch', ['fine', 'fail fast']);
    await untilSeen('fail fast #2');
    expect(await seen()).toContain('fine #1');
    expect(await seen()).not.toContain('fine #2');
  });

  it('hands the operator its own key', async () => {
    expect((await ask('secret')).json).toBe(operatorKey);
    expect(runtime.operatorKey).toBe(operatorKey);
  });

  it('runs a schedule at its time, and knows its name until then', async () => {
    const at = new Date(Date.now() + 1_500).toISOString().slice(0, 19);
    expect((await ask('schedule', { at, input: 'once' })).status).toBe(200);
    expect((await ask('schedule', { at, input: 'once' })).json.name).toBe('ConflictException');
    await untilSeen('once #1');
    expect((await ask('unschedule', 'once')).json.name).toBe('ResourceNotFoundException');
  });

  it('invokes one function for another', async () => {
    expect((await ask('invoke', { a: 1 })).json).toEqual({ payload: { direct: { a: 1 } } });
  });

  it('refuses what the role in the template does not grant, by action and resource', async () => {
    const { json } = await ask('scan');
    expect(json.name).toBe('AccessDeniedException');
    expect(json.message).toContain('dynamodb:Scan on resource: arn:aws:dynamodb:');
    const at = new Date().toISOString().slice(0, 19);
    const elsewhere = await ask('schedule', { at, input: 'x', group: 'default' });
    expect(elsewhere.json.message).toContain('schedule/default/wake-x');
  });

  it('refuses a delay that SQS refuses', async () => {
    expect((await ask('send', { MessageBody: 'x', DelaySeconds: 901 })).json.name).toBe(
      'InvalidParameterValue',
    );
  });

  it('answers 500 when a function throws, and 503 when it takes too long', async () => {
    expect(await ask('throw')).toMatchObject({
      status: 500,
      json: { message: 'Internal Server Error' },
    });
    expect(await ask('hang')).toMatchObject({
      status: 503,
      json: { message: 'Service Unavailable' },
    });
  });

  it('starts a crashed function again', async () => {
    expect((await ask('crash')).status).toBe(500);
    expect((await ask('secret')).status).toBe(200);
  });

  it('answers problem details to a request that Lambda could not take', async () => {
    for (const megabytes of [7, 11]) {
      const { status, headers, json } = await ask('echo', 'x'.repeat(megabytes * 1024 * 1024), {
        headers: { authorization: 'Bearer unknown' },
      });
      expect(status).toBe(413);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(json).toMatchObject({ status: 413 });
    }
  });

  it('has no route outside the template', async () => {
    const response = await fetch(runtime.url, { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  it('counts the calls of each function', () => {
    const calls = runtime.meter.snapshot()['Fixture-WorkFunction'];
    expect(calls?.['sqs:ReceiveMessage']).toBeGreaterThan(0);
    expect(calls?.['dynamodb:UpdateItem']).toBeGreaterThan(0);
  });

  it('goes on where it was after a restart', async () => {
    await ask('send', { MessageBody: 'delayed', DelaySeconds: 1 });
    const at = new Date(Date.now() + 1_000).toISOString().slice(0, 19);
    await ask('schedule', { at, input: 'overnight' });
    const before = await seen();
    await runtime.stop();
    runtime = await start();
    await untilSeen('delayed #1');
    await untilSeen('overnight #1');
    expect(await seen()).toEqual(expect.arrayContaining(before));
  });

  it('refuses to share its data folder or its port, and lets go of both when it fails', async () => {
    await expect(start()).rejects.toThrow('in use by another Posthorn');
    const other = temporaryFolder();
    const options = { dataDir: other.path, assemblyDir, receiver: false, quiet: true };
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(startRuntime({ ...options, port: runtime.port })).rejects.toThrow(
        `port ${runtime.port} is in use`,
      );
    }
    other.remove();
  });
});
