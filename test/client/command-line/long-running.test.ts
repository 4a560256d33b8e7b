// listen, tail and --wait: they outlast an outage, leave nothing behind however they end, and go on where they were.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forward } from '../../../client/src/cli/forward.ts';
import { eventually } from '../../builders/eventually.ts';
import { CLI_MAIN, type Cli, cliWith } from '../cli.ts';
import {
  documented,
  type FakeService,
  problem,
  type Reply,
  startFakeService,
} from '../fake-service.ts';

interface Kept {
  readonly id: string;
  readonly url: string;
  readonly description: string;
}

let service: FakeService;
let cli: Cli;
let endpoints: Kept[];
let events: string[];
let deliveries: { id: string; acceptedAt: string }[];
/** Undefined while the service is there. */
let outage: Reply | undefined;

/** As much of the service as these commands need. */
function answerTo(asked: FakeService['asked'][number]): Reply {
  const { method, path, query, body } = asked;
  if (outage !== undefined) return outage;
  const [, , , id] = path.split('/');
  if (path === '/v1/endpoints' && method === 'POST') {
    const { url, description } = JSON.parse(body);
    const made = { id: `ep_${endpoints.length + 1}`, url, description };
    endpoints.push(made);
    return { status: 201, body: made };
  }
  if (path === '/v1/endpoints') return { status: 200, body: { data: endpoints, next: null } };
  if (path === `/v1/endpoints/${id}` && method === 'DELETE') {
    if (!endpoints.some((one) => one.id === id)) return problem(404);
    endpoints = endpoints.filter((one) => one.id !== id);
    return { status: 204 };
  }
  if (path.endsWith('/events')) {
    const from = Number(query.get('after') ?? 0);
    const data = events.slice(from, from + 2).map((one) => ({ id: one, type: 'a', data: {} }));
    const next = from + data.length;
    return { status: 200, body: { data, next: String(next), more: next < events.length } };
  }
  if (path === '/v1/deliveries') {
    const data = deliveries.map((one) => ({
      status: 'delivered',
      type: 'a',
      attempts: [],
      nextAttemptAt: null,
      ...one,
    }));
    return { status: 200, body: { data: data.toReversed(), next: null } };
  }
  return documented(asked);
}

beforeEach(async () => {
  service = await startFakeService();
  service.answer = answerTo;
  [endpoints, events, deliveries, outage] = [[], [], [], undefined];
  cli = cliWith({ POSTHORN_URL: service.url, POSTHORN_KEY: 'ph_live_key' });
});
afterEach(() => service.close());

const listens = async (...args: string[]) => {
  const running = cli.start('listen', ...args);
  const pages = () => service.asked.filter(({ path }) => path.endsWith('/events')).length;
  await eventually(() => pages() > 0);
  return running;
};

const OUTAGES: Readonly<Record<string, Reply>> = {
  'breaks connections': 'hang up',
  'is a gateway without a service': { status: 502, body: '<html>Bad gateway' },
  fails: problem(500),
  'answers nothing of its own': { status: 200, body: '' },
  'has too many requests': problem(429),
};

describe.each(Object.entries(OUTAGES))('while the service %s', (_, reply) => {
  it('listen goes on afterwards where it was, with nothing twice and nothing left out', async () => {
    events = ['e1', 'e2', 'e3'];
    const running = await listens('--json');
    await eventually(() => running.printed().includes('"e3"'));
    outage = reply;
    await eventually(() => running.printed().includes('connection lost'), 30_000);
    events.push('e4', 'e5');
    outage = undefined;
    await eventually(() => running.printed().includes('"e5"'), 30_000);
    expect(await running.stop()).toBe(0);
    const seen = [...running.printed().matchAll(/"id":"(e\d)"/g)].map(([, id]) => id);
    expect(seen).toEqual(events);
    expect(endpoints).toEqual([]);
  }, 60_000);

  const isTried = /connections|gateway/.test(_);
  it.runIf(isTried)(
    'tail goes on afterwards, with nothing twice and nothing left out',
    async () => {
      const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
      deliveries = [{ id: 'd1', acceptedAt: at(1) }];
      const running = cli.start('deliveries', 'tail', '--since', '2026-01-01T00:00:00Z', '--json');
      await eventually(() => running.printed().includes('"d1"'));
      outage = reply;
      await eventually(() => running.printed().includes('connection lost'), 30_000);
      deliveries.push({ id: 'd2', acceptedAt: at(2) }, { id: 'd3', acceptedAt: at(3) });
      outage = undefined;
      await eventually(() => running.printed().includes('"d3"'), 30_000);
      expect(await running.stop()).toBe(0);
      const seen = [...running.printed().matchAll(/"id":"(d\d)"/g)].map(([, id]) => id);
      expect(seen).toEqual(['d1', 'd2', 'd3']);
    },
    60_000,
  );
});

describe('what does not pass by itself', () => {
  it.each([
    ['a key that was revoked', problem(401), 3],
    ['an endpoint that somebody deleted', problem(404), 4],
  ])('ends listen: %s', async (_, reply, code) => {
    const running = await listens();
    outage = reply;
    expect(await running.ended()).toBe(code);
  });

  it.each([['listen'], ['deliveries tail']])(
    'a service that was never there ends %s',
    async (line) => {
      outage = { status: 200, body: '<html>' };
      expect(await cli.run(...line.split(' '))).toMatchObject({ code: 5 });
    },
  );
});

describe('listen leaves nothing behind', () => {
  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('at %s', async (signal) => {
    const running = await listens();
    expect(endpoints).toHaveLength(1);
    expect(await running.kill(signal)).toBe(0);
    expect(endpoints).toEqual([]);
  });

  const shells: readonly [name: string, command: string][] = [
    ['a pipe is closed', '"$0" "$1" listen --json | head -n 1'],
    ['a pipe is closed at once', '"$0" "$1" listen --json | true'],
    ['a disk is full', '"$0" "$1" listen --json > /dev/full'],
    ['nobody reads what is said', '"$0" "$1" listen --json --count 2 2> /dev/full'],
    ['all of it goes into a closed pipe', '"$0" "$1" listen 2>&1 | head -n 1'],
  ];
  it.runIf(process.platform === 'linux').each(shells)('when %s', async (_, command) => {
    events = Array.from({ length: 50 }, (_, at) => `e${at}`);
    const env = { PATH: process.env.PATH, POSTHORN_URL: service.url };
    const child = spawn('bash', ['-o', 'pipefail', '-c', command, process.execPath, CLI_MAIN], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      words += part;
    });
    child.stdout.resume();
    await once(child, 'close');
    expect(endpoints).toEqual([]);
    expect(service.asked.some(({ method }) => method === 'DELETE')).toBe(true);
    expect(words).not.toMatch(/\n\s+at /);
    expect(child.exitCode).toBe(/disk/.test(_) ? 1 : 0);
  });

  it('when its receiver’s address is nonsense, or pausing fails', async () => {
    expect(await cli.run('listen', '--forward', 'http://')).toMatchObject({ code: 2 });
    service.answer = (asked) => (asked.path.endsWith('/pause') ? problem(422) : answerTo(asked));
    expect(await cli.run('listen')).toMatchObject({ code: 1 });
    expect(endpoints).toEqual([]);
  });

  it('and says why it ends and what it could not delete', async () => {
    const running = await listens();
    const [made] = endpoints;
    service.answer = (asked) =>
      asked.method === 'DELETE' || asked.path.endsWith('/events') ? problem(403) : answerTo(asked);
    expect(await running.ended()).toBe(3);
    expect(running.printed()).toContain(`${made?.id} could not be deleted`);
    expect(running.printed()).toMatch(/posthorn: 403/);
  });

  it('and its next run deletes what a killed one left, and nothing of anybody else', async () => {
    const killed = await listens();
    const alive = await listens();
    await eventually(() => endpoints.length === 2);
    await killed.kill('SIGKILL');
    const url = endpoints[0]?.url ?? '';
    const mine = endpoints[0]?.description ?? '';
    const others: Kept[] = [
      { id: 'ep_a', url: 'https://acme.io/', description: mine },
      { id: 'ep_b', url, description: 'Something of a customer' },
      { id: 'ep_c', url, description: mine.replace(hostname(), 'another-machine') },
      { id: 'ep_d', url, description: mine.replace(/process \d+/, 'process 1') },
      { id: 'ep_e', url, description: 'posthorn listen: deleted when it ends' },
      { id: 'ep_f', url, description: `${mine} More.` },
    ];
    endpoints.push(...others);
    const next = await listens();
    await eventually(() => next.printed().includes('listening at'));
    const kept = endpoints.map(({ id }) => id);
    expect(kept.slice(0, 7)).toEqual(['ep_2', ...others.map(({ id }) => id)]);
    expect(kept).toHaveLength(8);
    expect(next.printed()).toMatch(/elsewhere.*ep_c, ep_e, ep_f/);
    await Promise.all([alive.stop(), next.stop()]);
    expect(endpoints).toEqual(others);
  });
});

describe('listen --forward', () => {
  const event = {
    id: 'evt_1',
    type: 'a',
    occurredAt: null,
    acceptedAt: '2026-01-01T00:00:00Z',
    dataText: '{"n":1.00}',
  } as unknown as Parameters<typeof forward>[0];
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const never = new AbortController().signal;

  // Ports that browsers do not go to, and receivers may have.
  it.each([6000, 6566, 6667, 10080, 5060, 4190, 2049])('reaches port %i', async (port) => {
    let body = '';
    const server = createServer(async (request, response) => {
      for await (const chunk of request) body += chunk;
      response.writeHead(201).end('x'.repeat(100_000));
    });
    server.listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    // Somebody else has it: nothing is tried.
    if (!isFree) return;
    const result = await forward(event, `http://127.0.0.1:${port}/hook?x=1`, secret, never);
    server.closeAllConnections();
    server.close();
    expect(result).toMatchObject({ status: 201 });
    expect(body).toContain('"data":{"n":1.00}');
  });

  it('says what went wrong, and ends when it is told to', async () => {
    const refused = await forward(event, 'http://127.0.0.1:1/', secret, never);
    expect(refused).toMatchObject({ status: null, words: 'ECONNREFUSED' });
    const broken = await forward(event, `${service.url}/v1/keys`, secret, never);
    expect(broken.status).toBeGreaterThan(0);
    const stop = new AbortController();
    stop.abort();
    await expect(forward(event, service.url, secret, stop.signal)).rejects.toThrow(/abort/i);
  });
});

describe('--wait', () => {
  const at = (hour: number) => `2026-01-01T0${hour}:00:00.000Z`;
  const base = { id: 'rpl_1', since: at(0), until: at(4), found: 4, sent: 2, skipped: 1 };
  const COMMANDS = [
    'replays create --endpoint ep_1 --since 1h',
    'replays get rpl_1',
    'replays resume rpl_1',
    'endpoints recover ep_1 --since 1h',
  ];
  it.each(COMMANDS)(
    'shows how far it is, through an outage, and what became of it: %s',
    async (line) => {
      let looks = 0;
      service.answer = ({ method, path }) => {
        const running = { ...base, state: 'running', reachedAt: at(1) };
        const isStart = path.endsWith('/recover') || (path === '/v1/replays' && method === 'POST');
        if (isStart) return { status: 202, body: running };
        if (method === 'POST') return { status: 200, body: running };
        looks++;
        if (looks > 2 && looks < 8) return 'hang up';
        if (looks >= 8) return { status: 200, body: { ...base, state: 'done', reachedAt: at(4) } };
        return { status: 200, body: running };
      };
      const { code, stdout, stderr } = await cli.run(...line.split(' '), '--wait', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ id: 'rpl_1', state: 'done' });
      expect(JSON.parse(stderr)).toEqual({ note: expect.stringContaining('connection lost') });
    },
    60_000,
  );

  it.runIf(process.platform === 'linux')(
    'has a bar on a terminal, and none elsewhere',
    async () => {
      let looks = 0;
      service.answer = () => {
        const state = ++looks % 3 === 0 ? 'done' : 'running';
        return { status: 200, body: { ...base, state, reachedAt: at(state === 'done' ? 4 : 1) } };
      };
      const line = `${process.execPath} ${CLI_MAIN} replays get rpl_1 --wait`;
      const env = { PATH: process.env.PATH, POSTHORN_URL: service.url };
      const child = spawn('script', ['-qec', line, '/dev/null'], { env, stdio: 'pipe' });
      const shown = await text(child.stdout);
      expect(shown).toContain('[######------------------] 25% running, 4 found, 2 sent, 1 skipped');
      expect(shown).toContain(`[${'#'.repeat(24)}] 100% done`);
      const { stdout, stderr } = await cli.run('replays', 'get', 'rpl_1', '--wait');
      expect(stdout + stderr).not.toContain('####');
    },
  );

  it.each(['paused', 'cancelled'])('is unsuccessful where it was %s', async (state) => {
    service.answer = () => ({ status: 200, body: { ...base, state, reachedAt: null } });
    expect(await cli.run('replays', 'get', 'rpl_1', '--wait')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`the replay is ${state}`),
    });
  });
});
