// How commands are used: what was meant, what is given twice, counts, times, confirmations, help and completion.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { optionsOf } from '../../../client/src/cli/command.ts';
import { COMMANDS } from '../../../client/src/cli/commands/all.ts';
import { completionOf } from '../../../client/src/cli/completion.ts';
import { type FakeService, startFakeService } from '../fake-service.ts';
import { ran } from './in-process.ts';

let service: FakeService;
beforeAll(async () => {
  service = await startFakeService();
});
afterAll(() => service.close());
beforeEach(() => void service.asked.splice(0));
const refused = async (args: readonly string[], words: string) => {
  const { code, stderr, stdout } = await ran(service.url, args);
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(words),
  });
  expect(service.asked).toHaveLength(0);
};

describe('a word that is mistyped', () => {
  it.each([
    [['endpoint', 'list'], 'endpoints list'],
    [['events', 'lst'], 'events list'],
    [['evnts'], 'events'],
    [['evetns', 'send'], 'events send'],
    [['lsiten'], 'listen'],
    [['Listen'], 'listen'],
    [['deliveries', 'tial'], 'deliveries tail'],
    [['key', 'revoke'], 'keys revoke'],
    [['replay', 'create'], 'replays create'],
    [['deadletters', 'list'], 'dead-letters list'],
    [['event-type', 'get'], 'event-types get'],
    [['events', 'list', '--limt', '5'], '--limit'],
    [['events', 'list', '--Limit', '5'], '--limit'],
    [['events', 'list', '--sicne=1h'], '--since'],
    [['events', 'send', '--idempotencykey', 'k'], '--idempotency-key'],
    [['endpoints', 'list', '--envirnoment', 'test'], '--environment'],
    [['deliveries', 'list', '--status', 'ded'], 'dead'],
    [['replays', 'create', '--endpoint', 'e', '--since', '1h', '--status', 'faild'], 'failed'],
    [['dead-letters', 'list', '--queue', 'event'], 'events'],
  ])('%j', (args, meant) => refused(args, `Did you mean ${meant}?`));

  it('that is like none is not guessed', async () => {
    const { stderr } = await ran(service.url, ['frobnicate']);
    expect(stderr).toMatch(/^posthorn: unknown command frobnicate: posthorn --help lists all\n$/);
    expect((await ran(service.url, ['events', 'list', '--frobnicate'])).stderr).not.toContain(
      'Did',
    );
  });
});

describe('an argument that is empty, as of a variable that is not set', () => {
  const each = COMMANDS.flatMap(({ name, args = [] }) =>
    args.map((arg, at) => ({ name, arg, at, args })),
  );
  it.each(each)('is refused: $name <$arg>', async ({ name, arg, at, args }) => {
    for (const value of ['', ' ', '.', '..']) {
      const given = args.map((_, n) => (n === at ? value : 'x'));
      await refused([...name.split(' '), ...given], `${name}: <${arg}> is empty, or only dots`);
    }
  });
});

const ONCE = COMMANDS.flatMap((command) =>
  Object.entries(optionsOf(command))
    .filter(([, { multiple }]) => !multiple)
    .map(([name, { type }]) => [command, name, type] as const),
);
it.each(ONCE.map(([command, name, type]) => [command.name, name, type] as const))(
  'an option is given once: %s --%s',
  (command, name, type) => {
    const given = type === 'boolean' ? [`--${name}`] : [`--${name}`, 'x'];
    return refused([...command.split(' '), ...given, ...given], `--${name} was given twice`);
  },
);

describe('a count', () => {
  const WRONG = [
    '0',
    '-1',
    '1.5',
    '1e1',
    '0x10',
    '0b1',
    '1_000',
    ' 5',
    '+5',
    '٣',
    '',
    'x',
    '9'.repeat(20),
  ];
  it.each(WRONG)('is no %j', async (value) => {
    for (const command of [
      ['events', 'list', `--limit=${value}`],
      ['deliveries', 'tail', `--count=${value}`],
      ['listen', '--endpoint', 'e', '--after', 'c', `--count=${value}`],
      ['dead-letters', 'list', '--queue', 'events', `--limit=${value}`],
    ]) {
      // The feed's endpoint is looked at first.
      if (command[0] === 'listen') continue;
      await refused(command, 'must be a whole number of at least');
    }
  });
});

describe('a time', () => {
  /** Each option that takes one, with what is sent. */
  const TIMES: readonly (readonly [args: string[], at: () => string | null | undefined])[] = [
    [['events', 'list', '--since'], () => service.asked[0]?.query.get('since')],
    [['events', 'list', '--until'], () => service.asked[0]?.query.get('until')],
    [['deliveries', 'list', '--since'], () => service.asked[0]?.query.get('since')],
    [
      ['replays', 'create', '--endpoint', 'e', '--since'],
      () => JSON.parse(service.asked[0]?.body ?? '').since,
    ],
    [
      ['endpoints', 'recover', 'e', '--since'],
      () => JSON.parse(service.asked[0]?.body ?? '').since,
    ],
    [
      ['events', 'send', '--type', 'a', '--data', '{}', '--occurred-at'],
      () => JSON.parse(service.asked[0]?.body ?? '').occurredAt,
    ],
    [['keys', 'create', '--expires-at'], () => JSON.parse(service.asked[0]?.body ?? '').expiresAt],
  ];
  const WRONG = [
    '99999999999d',
    `${'9'.repeat(400)}s`,
    '2026-01-31',
    '2026-01-31T09:30:00',
    '2026-13-01T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-31 09:30:00Z',
    '2026-01-31T25:00:00Z',
    '1769851800',
    'yesterday',
    '2 h',
    '-2h',
    '1.5h',
    '2w',
    '',
  ];
  describe.each(TIMES.map(([args, at]) => [args.join(' '), args, at] as const))(
    '%s',
    (_, args, at) => {
      it.each(WRONG)('is not %j', (value) =>
        refused([...args.slice(0, -1), `${args.at(-1)}=${value}`], 'must be RFC 3339'),
      );

      it.each(['2026-01-31T09:30:00Z', '2026-01-31t09:30:00.123456z', '2026-01-31T23:59:60+01:00'])(
        'goes on as it is: %s',
        async (value) => {
          await ran(service.url, [...args, value]);
          expect(at()).toBe(value);
        },
      );

      it.each([
        ['90s', 90],
        ['15m', 900],
        ['2h', 7_200],
        ['3d', 259_200],
      ])('may be relative to now: %s', async (value, seconds) => {
        await ran(service.url, [...args, value]);
        const direction = args.includes('--expires-at') ? 1 : -1;
        const differsMs = Date.parse(at() ?? '') - (Date.now() + direction * seconds * 1000);
        expect(Math.abs(differsMs)).toBeLessThan(10_000);
      });
    },
  );
});

describe('what cannot be undone', () => {
  const LINES = [
    'events redact evt_1',
    'endpoints delete ep_1',
    'deliveries cancel dlv_1',
    'replays cancel rpl_1',
    'event-types delete a',
    'keys revoke key_1',
    'tenants delete acme',
    'api DELETE /v1/endpoints/ep_1',
    'api delete /v1/templates/tpl_1',
    'api POST /v1/endpoints/ep_1/purge',
    'api POST /v1/events/evt_1/redact',
    'api POST /v1/deliveries/dlv_1/cancel?x=1',
  ];
  it.each(LINES)('asks for --yes, and goes on with it: %s', async (line) => {
    await refused(line.split(' '), 'confirm with --yes');
    expect(await ran(service.url, [...line.split(' '), '--yes'])).toMatchObject({ code: 0 });
    expect(service.asked).toHaveLength(1);
  });

  it('is each command whose name says so', () => {
    const named = COMMANDS.filter(({ name }) => / (delete|revoke|cancel|redact|purge)$/.test(name));
    expect(named.map(({ irreversible }) => irreversible)).not.toContain(undefined);
  });

  it('is nothing else', async () => {
    for (const line of ['endpoints pause ep_1', 'replays pause rpl_1', 'api POST /v1/keys']) {
      expect(await ran(service.url, line.split(' '))).toMatchObject({ code: 0 });
    }
  });
});

describe('help', () => {
  it.each([[[]], [['help']], [['-h']], [['--help']], [['help', '-v']]])(
    'lists all: %j',
    async (args) => {
      const { code, stdout } = await ran(service.url, args);
      expect(code).toBe(0);
      expect(stdout).toMatch(args.includes('-v') ? /^\d/ : /events send/);
    },
  );

  it.each([
    [['help', 'events', 'send']],
    [['events', 'send', '-h']],
    [['events', 'send', '--help']],
  ])('is of a command: %j', async (args) => {
    expect((await ran(service.url, args)).stdout).toMatch(/^posthorn events send \[options\]\n/);
  });

  it('of a group lists its commands', async () => {
    for (const args of [['events'], ['help', 'events']]) {
      const { stdout } = await ran(service.url, args);
      expect(stdout).toContain('events send');
      expect(stdout).not.toContain('keys create');
    }
  });

  it.each([['-v'], ['--version']])('says the version: %s', async (word) => {
    expect((await ran(service.url, [word])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('fits 80 columns', async () => {
    for (const args of [[], ...COMMANDS.map(({ name }) => [...name.split(' '), '--help'])]) {
      const { stdout } = await ran(service.url, args);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });
});

describe('completion', () => {
  const typed = async (...words: string[]) => {
    const script = `${completionOf('bash', COMMANDS)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _posthorn; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', ...words]);
    return stdout.trim().split(' ');
  };
  it.each([
    [
      ['posthorn', 'ev'],
      ['events', 'event-types'],
    ],
    [
      ['posthorn', 'events', ''],
      ['send', 'list', 'get', 'redact'],
    ],
    [['posthorn', 'events', 'se'], ['send']],
    [['posthorn', 'deliveries', 'list', '--st'], ['--status']],
    [['posthorn', 'listen', '--fo'], ['--forward']],
    [['posthorn', 'events', 'redact', 'evt_1', '--y'], ['--yes']],
    [['posthorn', 'api', '--fi'], ['--file']],
    [['posthorn', 'comp'], ['completion']],
  ])('in bash: %j', async (words, expected) => {
    expect(await typed(...words)).toEqual(expected);
  });

  it.each(['bash', 'zsh', 'fish'])('knows every command and option: %s', async (shell) => {
    const { code, stdout } = await ran(service.url, ['completion', shell]);
    expect(code).toBe(0);
    for (const command of COMMANDS) {
      for (const word of command.name.split(' ')) expect(stdout).toContain(word);
      for (const name of Object.keys(optionsOf(command))) expect(stdout).toContain(name);
    }
  });

  it.each([[[]], [['powershell']], [['toString']]])('is of no other shell: %j', (shell) =>
    refused(['completion', ...shell], 'bash, zsh, fish'),
  );
});
