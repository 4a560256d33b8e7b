// `posthorn transforms` and `posthorn routing-rules`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { documented, type FakeService, startFakeService } from '../fake-service.ts';
import { ran } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-shaping-'));
const fileOf = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
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
const asked = () =>
  `${service.asked[0]?.method} ${service.asked[0]?.path} ${service.asked[0]?.body}`;

describe('transforms test', () => {
  const test = (...args: string[]) => ran(service.url, ['transforms', 'test', ...args]);
  const answer = (failure: string | null) => ({
    status: 200,
    body: { output: failure === null ? { id: 'd-1' } : null, failure, warnings: [], request: null },
  });

  it('sends the source, and the data byte for byte', async () => {
    service.answer = () => answer(null);
    const data = '{"n": 12345678901234567890, "x": 1.00}';
    const { code, stdout } = await test('--source', '{"id": n}', '--data', data, '--type', 'a.b');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('d-1') });
    expect(asked()).toBe(
      `POST /v1/transforms/test {"source":"{\\"id\\": n}","data":${data},"type":"a.b"}`,
    );
  });

  it('takes both from files, or a stored event and what the endpoint has', async () => {
    service.answer = () => answer(null);
    const source = fileOf('shape.jsonata', '{\n  "a": b\n}');
    await test('--source-file', source, '--file', fileOf('data.json', '{"b":1}'));
    expect(asked()).toContain('{"source":"{\\n  \\"a\\": b\\n}","data":{"b":1}}');
    service.asked.splice(0);
    await test('--event', 'evt_1', '--endpoint', 'ep_1');
    expect(asked()).toContain('{"event":"evt_1","endpoint":"ep_1"}');
  });

  it('exits with 1 where it fails, and says why', async () => {
    service.answer = () => answer('the result is no object');
    const { code, stderr } = await test('--source', 'n', '--data', '{}');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('it fails: the result is no object'),
    });
  });

  it.each([
    [['--data', '{}'], '--source is missing'],
    [['--source', '$', '--source-file', 'x', '--data', '{}'], 'not both'],
    [
      ['--source', '$', '--data', '{}', '--event', 'evt_1'],
      'give one of --data, --file and --event',
    ],
    [['--source', '$', '--data', '[]'], '--data must be a JSON object'],
  ])('%j is wrong usage', async (args, words) => {
    const { code, stderr } = await test(...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) });
    expect(service.asked).toEqual([]);
  });
});

describe('routing-rules', () => {
  const RULES = {
    rules: [
      { when: { test: [true] }, set: { channels: [] }, stop: true },
      { when: { country: ['DE'] }, set: { channels: ['region:eu', 'review'] } },
    ],
  };

  it('get shows them in their order, and as JSON as put takes them', async () => {
    service.answer = () => ({ status: 200, body: RULES });
    const { stdout } = await ran(service.url, ['routing-rules', 'get']);
    expect(stdout).toMatch(/RULE +WHEN +CHANNELS +STOP/);
    expect(stdout).toMatch(/1 +\{"test":\[true\]\} +- +true/);
    expect(stdout).toMatch(/2 +\{"country":\["DE"\]\} +region:eu, review +false/);
    const json = await ran(service.url, ['routing-rules', 'get', '--json']);
    expect(JSON.parse(json.stdout)).toEqual(RULES);
  });

  it('put sends them as they are written, of the version that is meant', async () => {
    service.answer = () => ({ status: 200, body: RULES });
    const text = '[ { "when": {"n":[1.00]}, "set": {"channels":[]} } ]';
    const file = fileOf('rules.json', `{"rules": ${text}}`);
    const { code, stdout } = await ran(service.url, [
      ...['routing-rules', 'put', '--file', file, '--if-match', '"7"'],
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2 rules are kept\n' });
    expect(asked()).toBe(`PUT /v1/routing-rules {"rules":${text}}`);
    expect(service.asked[0]?.headers['if-match']).toBe('"7"');
  });

  it.each(['{}', '{"rules":[],"more":1}'])('%s is no set of rules', async (content) => {
    const args = ['routing-rules', 'put', '--file', fileOf('wrong.json', content)];
    const { code, stderr } = await ran(service.url, args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('must be {"rules": [...]}'),
    });
    expect(service.asked).toEqual([]);
  });
});
