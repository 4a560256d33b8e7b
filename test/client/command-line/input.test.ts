// What the command line is given goes on as it is, byte for byte, or is refused before anything is sent.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cliWith } from '../cli.ts';
import { documented, type FakeService, startFakeService } from '../fake-service.ts';
import { ran } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-input-'));
let service: FakeService;
beforeAll(async () => {
  service = await startFakeService();
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  service.asked.splice(0);
  service.answer = documented;
});
const cli = () => cliWith({ POSTHORN_URL: service.url, POSTHORN_KEY: 'ph_live_key' });
let count = 0;
function fileOf(content: string | Uint8Array): string {
  const path = join(folder, `${++count}.json`);
  writeFileSync(path, content);
  return path;
}

/** Every way in for a file; `-` is given by standard input. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  'data of an event': ['events', 'send', '--type', 'a', '--file'],
  'a whole event': ['events', 'send', '--file'],
  'settings of a new endpoint': ['endpoints', 'create', 'https://acme.io', '--file'],
  'changes of an endpoint': ['endpoints', 'update', 'ep_1', '--file'],
  'a schema': ['event-types', 'put', 'a', '--schema'],
  'an example': ['event-types', 'put', 'a', '--example'],
  'data to transform': ['transforms', 'test', '--source', '$', '--file'],
  'routing rules': ['routing-rules', 'put', '--file'],
  'the body of any route': ['api', 'POST', '/v1/templates', '--file'],
};
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const NOT_UTF8: Readonly<Record<string, Uint8Array>> = {
  'Latin-1': Buffer.from('{"a":"caf\xe9"}', 'latin1'),
  'Windows-1252': Buffer.from('{"a":"\x93x\x94"}', 'latin1'),
  'UTF-16 with a mark': Buffer.concat([Buffer.from([0xff, 0xfe]), utf16('{"a":1}')]),
  'UTF-16, the other way': Buffer.concat([Buffer.from([0xfe, 0xff]), utf16('{"a":1}').swap16()]),
  'a sequence that is cut': Buffer.from([0x7b, 0x22, 0xc3, 0x22, 0x3a, 0x31, 0x7d]),
  'half of a surrogate pair': Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1'),
  'an overlong slash': Buffer.from('{"a":"\xc0\xaf"}', 'latin1'),
  'beyond Unicode': Buffer.from('{"a":"\xf4\x90\x80\x80"}', 'latin1'),
  'UTF-16 without a mark': utf16('{"a":1}'),
  'a byte order mark': Buffer.from('\ufeff{}'),
};

describe.each(Object.entries(NOT_UTF8))('%s', (name, bytes) => {
  it.each(Object.entries(WAYS))('is refused as %s', async (_, args) => {
    const { code, stderr } = await ran(service.url, [...args, fileOf(bytes)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/mark/.test(name) ? /UTF-8|mark|JSON/ : /UTF-8/);
    expect(service.asked).toHaveLength(0);
  });

  it('is refused on standard input, by its name or without', async () => {
    const sends = ['events', 'send', '--type', 'a'];
    for (const args of [[...sends, '--file', '-'], sends]) {
      const { code, stderr } = await cli().piped(bytes, ...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/UTF-8|JSON/) });
    }
    expect(service.asked).toHaveLength(0);
  });
});

it.each([
  ['events', 'send', '--type', 'a', '--data'],
  ['events', 'send', '--type', 'a', '--data={}', '--subject'],
  ['events', 'send', '--data={}', '--type'],
  ['endpoints', 'create', 'https://acme.io', '--settings'],
  ['endpoints', 'create', 'https://acme.io', '--description'],
  ['endpoints', 'update', 'ep_1', '--settings'],
  ['endpoints', 'test', 'ep_1', '--data'],
  ['api', 'POST', '/v1/templates', '--data'],
  ['keys', 'create', '--name'],
  ['tenants', 'put', 'acme', '--name'],
  ['events', 'get'],
])('an argument that is not UTF-8 is refused: %s %s %s %s', async (...args) => {
  // Node.js replaces what it cannot read before the program begins: a shell gives the bytes.
  const main = fileURLToPath(new URL('../../../client/src/cli/main.ts', import.meta.url));
  const script = `exec "$0" "$@" $'{"a":"caf\\xe9"}'`;
  const failed = await promisify(execFile)(
    'bash',
    ['-c', script, process.execPath, main, ...args],
    {
      env: { PATH: process.env.PATH, POSTHORN_URL: service.url },
    },
  ).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining('is not UTF-8') });
  expect(service.asked).toHaveLength(0);
});

/** What parsing would change. */
const EXACT = [
  '{"n":12345678901234567890,"f":1.00,"e":1e400}',
  '{ "spaced" :\t[ 1.0 ,2 ] }',
  '{"escapes":"\\u00e9\\/","plain":"Zoë 漢字 😀\u2028"}',
  '{"b":1,"a":-0.0,"10":1,"2":1}',
  '{"__proto__":{"n":1.0}}',
];
describe.each(EXACT)('%s', (data) => {
  it.each([
    ['in an option', (args: string[]) => cli().run(...args, '--data', data)],
    ['in a file', (args: string[]) => cli().run(...args, '--file', fileOf(`${data}\n`))],
    ['by name on standard input', (args: string[]) => cli().piped(data, ...args, '--file', '-')],
    ['in a pipe', (args: string[]) => cli().piped(`${data}\n`, ...args)],
  ])('arrives byte for byte: %s', async (_, send) => {
    expect(await send(['events', 'send', '--type', 'a'])).toMatchObject({ code: 0 });
    expect(service.asked[0]?.body).toBe(`{"type":"a","data":${data}}`);
  });

  it('arrives byte for byte in a whole event', async () => {
    const whole = `{"subject":"s","data": ${data} ,"type":"a"}`;
    await cli().piped(whole, 'events', 'send');
    await cli().run('events', 'send', '--file', fileOf(whole));
    for (const { body } of service.asked) expect(body).toContain(`"data":${data}`);
    expect(service.asked).toHaveLength(2);
  });

  it('arrives byte for byte in settings, schemas, examples and any body', async () => {
    const settings = `{"filter":${data}}`;
    const [file, inFile] = [fileOf(data), fileOf(settings)];
    for (const args of [
      ['endpoints', 'create', 'https://acme.io', '--settings', settings],
      ['endpoints', 'create', 'https://acme.io', '--file', inFile],
      ['endpoints', 'update', 'ep_1', '--settings', settings],
      ['event-types', 'put', 'a', '--schema', file],
      ['event-types', 'put', 'a', '--example', file],
      ['api', 'POST', '/v1/templates', '--data', settings],
      ['endpoints', 'test', 'ep_1', '--data', data],
    ]) {
      service.asked.splice(0);
      await ran(service.url, args);
      expect(service.asked[0]?.body, args.join(' ')).toContain(data);
    }
  });
});

const REPEATED = [
  '{"type":"a","type":"b","data":{}}',
  '{"type":"a","data":{},"data":{"x":1}}',
  '{"type":"a","data":{"x":1,"x":1}}',
  '{"type":"a","data":{"deep":[{"x":1,"\\u0078":2}]}}',
  '{"type":"a","data":{},"":1,"":2}',
];
it.each(REPEATED)('a name that is there twice is refused: %s', async (json) => {
  for (const args of Object.values(WAYS)) {
    const { code, stderr } = await ran(service.url, [...args, fileOf(json)]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('twice') });
  }
  for (const args of [
    ['events', 'send', '--type', 'a', '--data', json],
    ['endpoints', 'create', 'https://acme.io', '--settings', json],
    ['endpoints', 'test', 'ep_1', '--data', json],
    ['api', 'POST', '/v1/templates', '--data', json],
  ]) {
    expect(await ran(service.url, args)).toMatchObject({ code: 2 });
  }
  expect(service.asked).toHaveLength(0);
});

it.each(['{"a":{"x":1},"b":{"x":1}}', '{"a":[{"x":1},{"x":1}]}', '{"a":"\\"a\\":1,\\"a\\""}'])(
  'the same name in different objects is none: %s',
  async (data) => {
    expect(await cli().piped(data, 'events', 'send', '--type', 'a')).toMatchObject({ code: 0 });
  },
);

describe('standard input', () => {
  it('that is empty is no event', async () => {
    for (const input of ['', ' \n']) {
      const { code, stderr } = await cli().piped(input, 'events', 'send', '--type', 'a');
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is empty') });
    }
    expect(service.asked).toHaveLength(0);
  });

  it('is left alone where data is given, and where there is none', async () => {
    const sends = ['events', 'send', '--type', 'a'];
    await cli().piped('{"no":1}', ...sends, '--data', '{"yes":1}');
    await cli().piped('{"no":1}', ...sends, '--file', fileOf('{"yes":1}'));
    await cli().run(...sends);
    expect(service.asked.map(({ body }) => JSON.parse(body).data)).toEqual([
      { yes: 1 },
      { yes: 1 },
      {},
    ]);
  });

  it('that is a whole event beside --type is sent, with a word', async () => {
    const { code, stderr } = await cli().piped(
      '{"type":"b","data":{}}',
      'events',
      'send',
      '--type',
      'a',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('as the data') });
  });

  it('is the body of PUT and PATCH, which never go without one', async () => {
    await cli().piped('{"name":"A"}', 'api', 'PUT', '/v1/tenants/a');
    await cli().piped('{"timeoutMs":1}', 'api', 'PATCH', '/v1/endpoints/a');
    // Lines of a loop are for others to read.
    await cli().piped('ep_2\nep_3\n', 'api', 'POST', '/v1/endpoints/ep_1/pause');
    expect(service.asked.map(({ body }) => body)).toEqual(['{"name":"A"}', '{"timeoutMs":1}', '']);
  });
});
