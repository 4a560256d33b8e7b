// What the command line shows: what is stored, whole, and within the width of the terminal.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Output } from '../../../client/src/cli/output.ts';
import { documented, type FakeService, startFakeService } from '../fake-service.ts';
import { ran } from './in-process.ts';

let service: FakeService;
beforeAll(async () => {
  service = await startFakeService();
});
afterAll(() => service.close());
beforeEach(() => {
  service.asked.splice(0);
  service.answer = documented;
});

/** Literals that JavaScript would write otherwise. */
const LITERALS = [
  '12345678901234567890',
  '1.00',
  '1e400',
  '-0',
  '9007199254740993',
  '0.1000000000000000055511151231257827',
  '1E2',
  '"\\u00e9\\/"',
];

describe.each(LITERALS)('%s', (literal) => {
  const inner = `{"n":${literal},"list":[ ${literal}, {"x":${literal}} ]}`;
  /** The command, and the answer that has it somewhere. */
  const LINES: Readonly<Record<string, string>> = {
    'events get evt_1': `{"id":"evt_1","data":${inner},"deliveries":[],"deliveriesNext":null}`,
    'api GET /v1/events/evt_1': `{"id":"evt_1","data":${inner}}`,
    'api GET /v1/subjects/s/latest': `{"id":"evt_1","data":${inner}}`,
    'api POST /v1/filters/test --data {}': `{"matches":false,"failures":[${inner}]}`,
    'api GET /v1/anything': inner,
    'events redact evt_1 --yes --json': `{"id":"evt_1","data":${inner}}`,
    'endpoints get ep_1': `{"id":"ep_1","filter":${inner}}`,
    'endpoints test ep_1': `{"outcome":"http_200","detail":null,"sentAt":"x","durationMs":1,"timings":null,"request":${inner},"response":null}`,
    'endpoints list --json': `{"data":[{"id":"ep_1","filter":${inner}}],"next":null}`,
    'endpoints pause ep_1 --json': `{"id":"ep_1","filter":${inner}}`,
    'event-types get a': `{"name":"a","schema":${inner},"example":${inner}}`,
    'event-types list --json': `{"data":[{"name":"a","example":${inner}}],"next":null}`,
    'events list --json': `{"data":[{"id":"evt_1","more":${inner}}],"next":null}`,
    'deliveries get dlv_1 --json': `{"id":"dlv_1","attempts":[],"more":${inner}}`,
    'replays get rpl_1': `{"id":"rpl_1","more":${inner}}`,
    'listen --endpoint ep_1 --after c --count 1 --json': `{"data":[{"id":"evt_1","type":"a","data":${inner}}],"next":"n","more":true}`,
  };
  it.each(Object.entries(LINES))('is shown as it is stored: %s', async (line, body) => {
    service.answer = ({ path }) => {
      if (path.endsWith('/secret')) {
        return { status: 200, body: { secret: 'whsec_x', previousValidUntil: null } };
      }
      return { status: 200, body };
    };
    for (const more of line.includes('--json') ? [[]] : [[], ['--json']]) {
      const { code, stdout } = await ran(service.url, [...line.split(' '), ...more]);
      expect(code).toBe(0);
      const times = stdout.split(/[\s,:[\]{}]+/).filter((word) => word === literal).length;
      expect(times, stdout).toBeGreaterThanOrEqual(3);
      if (line.includes('--json') || more.length > 0) JSON.parse(stdout);
    }
  });
});

it('JSON that is shown means the same, and can be sent again', async () => {
  const body =
    '{"id":"x","a":{},"b":[],"c":[ [ ] , { } ],"d":" { , : [ ","e":"\\"","f":[1,2],"g":{"h":null}}';
  service.answer = () => ({ status: 200, body });
  const { stdout } = await ran(service.url, ['endpoints', 'get', 'ep_1', '--json']);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(body));
  expect(stdout).toBe(`${JSON.stringify(JSON.parse(body), null, 2)}\n`);
});

describe('a list', () => {
  const COMMANDS = [
    'events list',
    'endpoints list',
    'deliveries list',
    'replays list',
    'event-types list',
    'keys list',
    'sessions list',
    'sessions list --console',
    'tenants list',
  ];
  const many = (total: number): void => {
    service.answer = ({ query }) => {
      const from = Number(query.get('cursor') ?? 0);
      const to = Math.min(total, from + Number(query.get('limit') ?? 50));
      const data = Array.from({ length: to - from }, (_, at) => ({
        id: `id_${from + at}`,
        name: 'n',
        attempts: [],
        eventTypes: [],
        scopes: [],
        endpoints: null,
        health: {},
      }));
      return { status: 200, body: { data, next: to < total ? String(to) : null } };
    };
  };

  it.each(COMMANDS)('says that it goes on, and ends with --all: %s', async (line) => {
    const args = line.split(' ');
    many(141);
    for (const [given, shown] of [
      [[], 50],
      [['--limit', '1'], 1],
      [['--limit', '100'], 100],
      [['--limit', '140'], 140],
    ] as const) {
      const people = await ran(service.url, [...args, ...given]);
      expect(people.stderr).toContain(
        `only the first ${shown}: more with --limit N, all with --all`,
      );
      expect(people.stdout.trim().split('\n')).toHaveLength(shown + 1);
      const program = await ran(service.url, [...args, ...given, '--json']);
      expect(JSON.parse(program.stdout)).toHaveLength(shown);
      expect(JSON.parse(program.stderr)).toEqual({
        note: expect.stringContaining(`only the first ${shown}`),
      });
    }
    for (const given of [['--all'], ['--limit', '141'], ['--limit', '500']]) {
      const { stdout, stderr } = await ran(service.url, [...args, ...given, '--json']);
      expect(JSON.parse(stdout)).toHaveLength(141);
      expect(stderr).toBe('');
    }
    expect((await ran(service.url, [...args, '--all', '--limit', '5'])).code).toBe(2);
  });

  it.each([0, 1, 49, 50])('of %i says nothing', async (total) => {
    many(total);
    const { stderr } = await ran(service.url, ['events', 'list', '--json']);
    expect(stderr).toBe('');
  });

  it('says of an event that it has more deliveries', async () => {
    service.answer = () => ({
      status: 200,
      body: { id: 'evt_1', data: {}, deliveries: [], deliveriesNext: 'c' },
    });
    const { stderr } = await ran(service.url, ['events', 'get', 'evt_1']);
    expect(stderr).toContain('deliveries list --event evt_1 --all');
  });
});

describe('within the width', () => {
  const ID = 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm';
  const EVENT = 'evt_01kg9vhq5pfh9tz4dg5ckhsvhm';
  const at = '2026-01-31T09:30:00.000Z';
  const attempt = {
    number: 12,
    cause: 'schedule',
    at,
    outcome: 'connection_reset',
    durationMs: 30_000,
  };
  const detail = 'The connection broke while the answer was read, after so many words of it';
  const delivery = {
    id: `${EVENT}_${ID}`.slice(0, 57),
    type: 'identity_document.approved.by.someone',
    endpoint: ID,
    event: EVENT,
    status: 'waiting',
    attempts: [{ ...attempt, detail }],
    nextAttemptAt: at,
  };
  const endpoint = {
    id: ID,
    url: 'https://hooks.acme.com/posthorn',
    contract: 'standard-webhooks',
    eventTypes: [
      'dossier.*',
      'identity_document.approved',
      '漢字.漢字漢字漢字漢字漢字漢字漢字漢字',
    ],
    status: 'active',
    health: { state: 'recovering', since: at, more: 'x'.repeat(30) },
    headers: { 'x-one': 'y'.repeat(40), 'x-two': 'z'.repeat(40) },
    description:
      'A description of many words that goes on and on, and is longer than one line has room for',
  };
  const replay = {
    id: 'rpl_01kg9vhq5pfh9tz4dg5ckhsvhm',
    endpoint: ID,
    state: 'running',
    status: 'dead',
    found: 1,
    sent: 1,
    skipped: 0,
    createdAt: at,
  };
  const key = {
    id: 'key_01kg9vhq5pfh9tz4dg5ckhsvhm',
    name: 'The backend of the shop',
    hint: 'ph_live_…abcd',
    scopes: ['a'],
    expiresAt: at,
    revokedAt: at,
    lastUsedAt: at,
  };
  const list = (one: object) => ({ data: [one, one], next: null });
  const ANSWERS: Readonly<Record<string, object>> = {
    'deliveries list': list(delivery),
    'deliveries get x': delivery,
    'events list': list({
      id: EVENT,
      type: delivery.type,
      subject: '漢字'.repeat(15),
      acceptedAt: at,
    }),
    'events get x': {
      id: EVENT,
      data: { a: 'b'.repeat(60), c: 1 },
      deliveries: [delivery],
      deliveriesNext: null,
    },
    'endpoints list': list(endpoint),
    'endpoints get x': endpoint,
    'endpoints pause x': endpoint,
    'replays list': list(replay),
    'replays get x': replay,
    'keys list': list(key),
    'keys get x': key,
    'event-types list': list({
      name: delivery.type,
      description: endpoint.description,
      onMismatch: 'refuse',
      public: true,
    }),
    'tenants list': list({
      id: 't'.repeat(64),
      name: 'Zoë & 漢字 GmbH',
      createdAt: at,
      deletedAt: null,
    }),
  };
  const widthOf = (line: string) =>
    [...line].reduce((sum, one) => sum + (/\p{Script=Han}/u.test(one) ? 2 : 1), 0);

  it.each(
    Object.keys(ANSWERS).flatMap((line) =>
      [80, 100, 120, 200].map((width) => [line, width] as const),
    ),
  )('is all of it shown: %s at %i', async (line, width) => {
    service.answer = () => ({ status: 200, body: ANSWERS[line] });
    const { code, stdout } = await ran(service.url, line.split(' '), { COLUMNS: String(width) });
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((one) => widthOf(one) > width)).toEqual([]);
    // Nothing is cut, whatever it is broken into.
    const whole = stdout.replaceAll(/\s+/g, '');
    const wanted = /deliveries|events get/.test(line)
      ? [delivery.endpoint, 'connection_reset']
      : [ID, endpoint.contract].filter(() => /endpoints/.test(line));
    for (const text of wanted) expect(whole).toContain(text);
  });

  it('is a table of all columns where nobody has a width', async () => {
    service.answer = () => ({ status: 200, body: list(delivery) });
    const { stdout } = await ran(service.url, ['deliveries', 'list']);
    expect(stdout).toMatch(/^ID +TYPE +ENDPOINT +STATUS +ATTEMPTS +LAST OUTCOME +NEXT ATTEMPT\n/);
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });
});

describe('colours', () => {
  const shownOn = (hasColours: boolean, isJson = false) => {
    let text = '';
    const write = (more: string) => {
      text += more;
    };
    const out = new Output(isJson, { write, columns: 80, hasColours });
    out.entry({ a: 1 }, '✓ delivered', 'good');
    out.entry({ a: 1 }, '· pending');
    return text;
  };
  it('are on the mark of a line, where there are any', () => {
    expect(shownOn(true)).toBe('\u001b[32m✓\u001b[0m delivered\n· pending\n');
    expect(shownOn(false)).toBe('✓ delivered\n· pending\n');
    expect(shownOn(true, true)).toBe('{"a":1}\n{"a":1}\n');
  });

  const TAIL = `${process.execPath} ${new URL('../../../client/src/cli/main.ts', import.meta.url).pathname} deliveries tail --since 1h --count 1`;
  /** On a terminal of its own, which `script` makes. */
  const onTerminal = async (env: Readonly<Record<string, string>>) => {
    service.answer = () => ({
      status: 200,
      body: {
        data: [
          {
            id: 'd',
            status: 'dead',
            attempts: [],
            acceptedAt: '2026-01-01T00:00:00Z',
            nextAttemptAt: null,
          },
        ],
        next: null,
      },
    });
    const all = { PATH: process.env.PATH, POSTHORN_URL: service.url, TERM: 'xterm', ...env };
    const { stdout } = await promisify(execFile)('script', ['-qec', TAIL, '/dev/null'], {
      env: all,
    });
    return stdout;
  };
  it.runIf(process.platform === 'linux')(
    'are on a terminal only, and not where NO_COLOR or a dumb one says so',
    async () => {
      expect(await onTerminal({})).toContain('\u001b[31m✗');
      expect(await onTerminal({ NO_COLOR: '' })).toContain('\u001b[31m✗');
      expect(await onTerminal({ NO_COLOR: '1' })).not.toContain('\u001b');
      expect(await onTerminal({ TERM: 'dumb' })).not.toContain('\u001b');
      expect(
        (await ran(service.url, ['deliveries', 'tail', '--since', '1h', '--count', '1'])).stdout,
      ).not.toContain('\u001b');
    },
  );
});
