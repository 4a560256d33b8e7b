// What a service that means harm, and what others put into it, can do to the command line: for every command, nothing
// reaches the terminal that steers it or forges a line. A new command without a line here fails.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { COMMANDS } from '../../client/src/cli/commands/all.ts';
import { readConvoy } from '../../client/src/cli/import/convoy.ts';
import { readHookdeck } from '../../client/src/cli/import/hookdeck.ts';
import { readSvix } from '../../client/src/cli/import/svix.ts';
import { VendorApi } from '../../client/src/cli/import/vendor-api.ts';
import { run } from '../../client/src/cli/run.ts';
import { CONVOY_PROJECT, convoyAnswers } from '../client/import/recorded/convoy.ts';
import { eventBridgeExport } from '../client/import/recorded/eventbridge.ts';
import { hookdeckAnswers } from '../client/import/recorded/hookdeck.ts';
import { svixAnswers } from '../client/import/recorded/svix.ts';
import { startVendor, VENDOR_KEY } from '../client/import/vendor.ts';
import { ANSWER_ATTACKS, ESCAPES, UNSEEN } from './attacks/answers.ts';
import { type HostileService, startHostileService } from './hostile-service.ts';

const FORWARD = ['--forward', 'http://127.0.0.1:9/'];
const FEED = ['--endpoint', 'ep_1', '--after', 'c', '--count', '1'];
const exportsFolder = mkdtempSync(join(tmpdir(), 'posthorn-exports-'));
const exportOf = (vendor: string): string => join(exportsFolder, `${vendor}.json`);
const imported = (vendor: string) => ['--from-file', exportOf(vendor), '--yes'];
const RULES = join(exportsFolder, 'rules.json');
const REPLAY = ['--endpoint', 'ep_1', '--since', '1h'];
/** What is given to each command; several for one that has several ways. */
const COMMAND_LINES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'events send': [['--type', 'a', '--data', '{}']],
  'events list': [[]],
  'events get': [['evt_1']],
  'events redact': [['evt_1', '--yes']],
  'endpoints list': [[]],
  'endpoints get': [['ep_1']],
  'endpoints create': [['https://acme.io']],
  'endpoints update': [['ep_1', '--description', 'x']],
  'endpoints delete': [['ep_1', '--yes']],
  'endpoints test': [['ep_1']],
  'endpoints pause': [['ep_1']],
  'endpoints resume': [['ep_1']],
  'endpoints secret': [['ep_1']],
  'endpoints rotate-secret': [['ep_1']],
  'endpoints recover': [['ep_1', '--since', '2026-01-01T00:00:00Z']],
  'deliveries list': [[]],
  'deliveries get': [['dlv_1']],
  'deliveries retry': [['dlv_1']],
  'deliveries cancel': [['dlv_1', '--yes']],
  'deliveries tail': [['--since', '1h', '--count', '1']],
  listen: [FEED, [...FEED, ...FORWARD], ['--count', '1']],
  'replays create': [REPLAY, [...REPLAY, '--dry-run']],
  'replays list': [[]],
  'replays get': [['rpl_1']],
  'replays pause': [['rpl_1']],
  'replays resume': [['rpl_1']],
  'replays cancel': [['rpl_1', '--yes']],
  stats: [[], ['ep_1'], ['ep_1', '--compare']],
  advice: [['ep_1']],
  'event-types list': [[]],
  'event-types get': [['a']],
  'event-types put': [['a']],
  'event-types delete': [['a', '--yes']],
  'transforms test': [['--source', '$', '--data', '{}']],
  'routing-rules get': [[]],
  'routing-rules put': [['--file', RULES]],
  'notices get': [[]],
  'notices set': [
    ['--digest', '08:00'],
    ['--words', 'none'],
  ],
  'keys create': [[]],
  'keys list': [[]],
  'keys get': [['key_1']],
  'keys current': [[]],
  'keys revoke': [['key_1', '--yes']],
  'sessions portal': [[]],
  'sessions console': [[]],
  'sessions list': [[], ['--console']],
  'sessions revoke': [
    ['ses_1', '--yes'],
    ['--all', '--console', '--yes'],
  ],
  'tenants put': [['acme']],
  'tenants list': [[]],
  'tenants get': [['acme']],
  'tenants delete': [['acme', '--yes']],
  'import svix': [imported('svix')],
  'import hookdeck': [imported('hookdeck')],
  'import convoy': [imported('convoy')],
  'import eventbridge': [imported('eventbridge')],
  'dead-letters list': [['--queue', 'events']],
  'dead-letters redrive': [['--queue', 'events']],
  api: [
    ['GET', '/v1/endpoints'],
    ['POST', '/v1/templates', '--data', '{}'],
  ],
};
const LINES = Object.entries(COMMAND_LINES).flatMap(([name, all]) =>
  all.map((given) => [...name.split(' '), ...given]),
);

/** Those that differ for the client alone are in client.test.ts. */
const ATTACKS = Object.entries(ANSWER_ATTACKS).filter(
  ([name]) => !/with 30[138]|headers/.test(name),
);

test('every command has a line', () => {
  expect(COMMANDS.map(({ name }) => name)).toEqual(Object.keys(COMMAND_LINES));
});

let service: HostileService;
let printed = '';
beforeAll(async () => {
  service = await startHostileService();
  await writeExports();
});
afterAll(async () => {
  await service.close();
  rmSync(exportsFolder, { recursive: true, force: true });
});

/** As the pages on coming from elsewhere say. */
async function writeExports(): Promise<void> {
  const { signal } = new AbortController();
  const through = async (
    answers: Readonly<Record<string, unknown>>,
    read: (api: VendorApi) => Promise<unknown>,
  ): Promise<unknown> => {
    const vendor = await startVendor(answers);
    try {
      return await read(new VendorApi(vendor.url, VENDOR_KEY, signal));
    } finally {
      await vendor.close();
    }
  };
  const url = 'https://acme.io';
  const all = {
    svix: await through(svixAnswers(url), (api) => readSvix(api, 'acme')),
    hookdeck: await through(hookdeckAnswers(url), readHookdeck),
    convoy: await through(convoyAnswers(url), (api) => readConvoy(api, CONVOY_PROJECT)),
    eventbridge: eventBridgeExport(url),
  };
  for (const [vendor, exported] of Object.entries(all)) {
    writeFileSync(exportOf(vendor), JSON.stringify(exported));
  }
  writeFileSync(RULES, '{"rules":[]}');
}
beforeEach(() => {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      printed += text;
      return true;
    });
  }
  // Retries follow at once.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => vi.restoreAllMocks());

async function ran(line: readonly string[]): Promise<{ code: number; printed: string }> {
  printed = '';
  const env = { POSTHORN_URL: service.url, POSTHORN_KEY: 'ph_live_key' };
  const code = await run(line, env, new AbortController().signal);
  return { code, printed };
}

function expectHarmless(text: string, line: readonly string[]): void {
  const lines = text.split('\n');
  expect(
    lines.filter((one) => UNSEEN.test(one)),
    line.join(' '),
  ).toEqual([]);
  expect(
    lines.filter((one) => one.startsWith('FORGED')),
    line.join(' '),
  ).toEqual([]);
}

describe('escapes in everything that a service answers', () => {
  it.each(LINES.map((line) => [line]))('do nothing: %j', async (line) => {
    service.use('in values');
    const { printed } = await ran(line);
    expect(service.asked.length).toBeGreaterThan(0);
    expectHarmless(printed, line);
  });

  it.each(LINES.map((line) => [line]))('stay what they are in JSON: %j', async (line) => {
    service.use('in values');
    const { code, printed } = await ran([...line, '--json']);
    expectHarmless(printed, line);
    // Of `endpoints test`: what was shown, and that its outcome is no good one.
    const said = code === 0 ? printed : printed.slice(0, printed.lastIndexOf('\n{"error"'));
    expect(() => JSON.parse(said)).not.toThrow();
  });

  it('are shown as something, in names as in values', async () => {
    service.use('in values');
    for (const line of [
      ['endpoints', 'get', 'ep_1'],
      ['events', 'list'],
      ['keys', 'current'],
    ]) {
      expect((await ran(line)).printed).toContain('\ufffd]0;title');
      const { data = [JSON.parse((await ran([...line, '--json'])).printed)] } = {};
      expect(JSON.stringify(data)).toContain(JSON.stringify(ESCAPES).slice(1, -1));
    }
  });
});

describe.each(ATTACKS)('a service that %s', (_, { write, expected }) => {
  it.each(['for people', 'as JSON'])('is told of, %s, and gets no key elsewhere', async (form) => {
    for (const line of LINES) {
      service.use(write);
      const { code, printed } = await ran(form === 'as JSON' ? [...line, '--json'] : line);
      expect(service.asked.length, line.join(' ')).toBeGreaterThan(0);
      expect(service.stolen).toEqual([]);
      if (line[0] !== 'api' || expected !== 'text') expect(code, line.join(' ')).toBeGreaterThan(0);
      expectHarmless(printed, line);
      expect(printed, line.join(' ')).not.toMatch(/\n +at /);
      // What an import did comes before its error.
      const [said = ''] = line[0] === 'import' ? printed.split('\n{"error"') : [printed];
      if (form === 'as JSON') expect(() => JSON.parse(said), line.join(' ')).not.toThrow();
    }
  });
});
