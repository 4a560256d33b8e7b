// The README's first five minutes, against `npm start`: with the client, and with the command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotFoundError, Posthorn, type Replay, verify } from '../../client/src/index.ts';
import { type EmbeddedTarget, startEmbedded } from '../acceptance/embedded-target.ts';
import { eventually } from '../builders/eventually.ts';
import { freePort } from '../builders/free-port.ts';
import { startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { type Cli, cliWith, type Running } from './cli.ts';

let target: EmbeddedTarget;
let receiver: TestReceiver;

beforeAll(async () => {
  [target, receiver] = await Promise.all([startEmbedded(), startReceiver()]);
}, 120_000);
afterAll(async () => {
  await receiver?.close();
  await target?.remove();
});

/** The address of the built-in receiver and the tenant's key, from what `npm start` printed. */
function printedFacts(): { hook: string; key: string } {
  const hook = /"url":"([^"]+)"/.exec(target.printed())?.[1];
  const key = /tenant key\s+(\S+)/.exec(target.printed())?.[1];
  if (hook === undefined || key === undefined) throw new Error(target.printed());
  return { hook, key };
}

const verifiedLine = (id: string) =>
  new RegExp(`received \\S+ ${id}, \\d+ bytes, signature verified`);

describe('with the client', () => {
  it('a first event arrives at the built-in receiver, signed', async () => {
    const { hook, key } = printedFacts();
    const posthorn = new Posthorn({ url: target.url, key });
    const endpoint = await posthorn.endpoints.create({ url: hook, eventTypes: ['client.first'] });
    const event = await posthorn.events.send({ type: 'client.first', data: { dossier: 'd-1' } });
    expect(event).toEqual({ id: expect.stringMatching(/^evt_/), duplicate: false });
    await eventually(() => verifiedLine(event.id).test(target.printed()));
    await eventually(async () => {
      const { deliveries } = await posthorn.events.get(event.id);
      return deliveries[0]?.status === 'delivered' && deliveries[0].endpoint === endpoint.id;
    });
    await posthorn.endpoints.delete(endpoint.id);
  });

  it('a tenant, a key, an endpoint, its events, tests, a new secret, and a replay', async () => {
    const operator = new Posthorn({ url: target.url, key: target.operatorKey });
    await operator.tenants.put('acme', 'Acme');
    const { key } = await operator.forTenant('acme').keys.create({ name: 'backend' });
    const posthorn = new Posthorn({ url: target.url, key });
    const { id } = await posthorn.endpoints.create({ url: `${receiver.url}/client` });

    const since = '2026-01-01T00:00:00Z';
    const seen: string[] = [];
    const tail = (async () => {
      for await (const { status, event } of posthorn.deliveries.tail({ since, intervalMs: 50 })) {
        if (status === 'delivered' && seen.push(event) === 3) return;
      }
    })();
    const sent: string[] = [];
    for (let i = 0; i < 3; i++) {
      sent.push((await posthorn.events.send({ type: 'dossier.created', data: { i } })).id);
    }
    await tail;
    expect(seen.toSorted()).toEqual(sent.toSorted());
    const arrivals = await receiver.untilAt('/client', 3);
    const { secret } = await posthorn.endpoints.secret(id);
    for (const arrival of arrivals) {
      const verified = await verify(arrival, { contract: 'standard-webhooks', secret });
      expect(sent).toContain(verified.id);
    }

    expect(await posthorn.endpoints.test(id)).toMatchObject({ outcome: 'http_204' });
    const rotated = await posthorn.endpoints.rotateSecret(id, { overlapSeconds: 60 });
    expect(rotated.secret).not.toBe(secret);

    const all = { endpoint: id, since, status: 'delivered' } as const;
    expect(await posthorn.replays.count(all)).toEqual({ count: 3, complete: true });
    const replay = await posthorn.replays.create(all);
    const done: Replay = await eventually(async () => {
      const now = await posthorn.replays.get(replay.id);
      return now.state === 'done' && now;
    });
    expect(done).toMatchObject({ found: 3, sent: 3 });
    await receiver.untilAt('/client', 7); // three, a test, and three again

    const pages = await posthorn.deliveries.list({ limit: 2 }).toArray();
    expect(pages.map(({ event }) => event).toSorted()).toEqual(sent.toSorted());
    await expect(posthorn.endpoints.get('ep_01m7ysmbwae8eaxxmqf6dspq5s')).rejects.toThrow(
      NotFoundError,
    );
  }, 60_000);
});

describe('with the command line', () => {
  let cli: Cli;
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-cli-'));
  const running: Running[] = [];
  const start = (...args: string[]): Running => {
    const started = cli.start(...args);
    running.push(started);
    return started;
  };
  afterAll(async () => {
    await Promise.all(running.map((one) => one.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('a tenant and a key, as the operator', async () => {
    const operator = cliWith({ POSTHORN_URL: target.url, POSTHORN_KEY: target.operatorKey });
    expect(await operator.json('tenants', 'put', 'globex', '--name', 'Globex')).toMatchObject({
      id: 'globex',
      name: 'Globex',
    });
    const made = await operator.json('keys', 'create', '--name', 'cli', '--tenant', 'globex');
    expect(made.key).toMatch(/^ph_live_/);
    cli = cliWith({ POSTHORN_URL: target.url, POSTHORN_KEY: made.key });
    expect(await cli.json('keys', 'current')).toMatchObject({ tenant: 'globex' });
  });

  it('an endpoint at the built-in receiver, and an event that verifies there', async () => {
    const { hook } = printedFacts();
    const endpoint = await cli.json('endpoints', 'create', `${hook}/cli`, '--event-type', 'cli.*');
    const data = '{"amount":1.00}';
    const event = await cli.json('events', 'send', '--type', 'cli.first', '--data', data);
    await eventually(() => verifiedLine(event.id).test(target.printed()));
    const shown = await cli.run('events', 'get', event.id);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered') });
    const listed = await cli.run('endpoints', 'list');
    expect(listed.stdout).toMatch(/^ID {2,}URL {2,}CONTRACT/);
    expect(listed.stdout).toContain(endpoint.id);
  }, 60_000);

  it('deliveries as they come and move on', async () => {
    const { id } = await cli.json(
      'endpoints',
      'create',
      `${receiver.url}/cli`,
      '--event-type',
      'a.b',
    );
    receiver.answer('/cli', (nth) => (nth === 1 ? 500 : 204));
    const tail = start('deliveries', 'tail', '--endpoint', id, '--since', '1h');
    const event = await cli.json('events', 'send', '--type', 'a.b', '--data', '{"n":1}');
    await eventually(() => tail.printed().includes(`delivered a.b ${event.id} → ${id}`));
    expect(await tail.stop()).toBe(0);
    expect(tail.printed()).toMatch(/attempt 2 http_204/);

    const [delivery] = await cli.json(
      'deliveries',
      'list',
      '--endpoint',
      id,
      '--status',
      'delivered',
    );
    expect(delivery).toMatchObject({ event: event.id });
    expect(await cli.json('deliveries', 'get', delivery.id)).toMatchObject({ id: delivery.id });
    const before = receiver.at('/cli').length;
    expect((await cli.run('deliveries', 'retry', delivery.id)).code).toBe(0);
    await receiver.untilAt('/cli', before + 1);

    const tested = await cli.run('endpoints', 'test', id, '--type', 'a.test');
    expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining('http_204') });
    receiver.answer('/cli', () => 500);
    expect(await cli.run('endpoints', 'test', id)).toMatchObject({
      code: 1,
      stderr: 'posthorn: the test ended with http_500\n',
    });
    receiver.answer('/cli', () => 204);
    const { secret } = await cli.json('endpoints', 'rotate-secret', id, '--overlap', '0');
    expect(await cli.json('endpoints', 'secret', id)).toMatchObject({ secret });

    const replay = ['replays', 'create', '--endpoint', id, '--since', '1h', '--status', 'any'];
    expect(await cli.json(...replay, '--dry-run')).toEqual({ count: 1, complete: true });
    const arrived = receiver.at('/cli').length;
    const started = await cli.json(...replay);
    await receiver.untilAt('/cli', arrived + 1);
    expect(await cli.json('replays', 'get', started.id)).toMatchObject({ id: started.id });
    expect(await cli.json('endpoints', 'pause', id)).toMatchObject([{ id, status: 'paused' }]);
    expect(await cli.json('endpoints', 'delete', id, '--yes')).toEqual({ id, deleted: true });
  }, 120_000);

  it('listen: events of a feed, byte for byte and signed, at a local address', async () => {
    const listening = start(
      'listen',
      '--forward',
      `${receiver.url}/local`,
      '--event-type',
      'local.*',
    );
    await eventually(() => /listening at ep_/.test(listening.printed()));
    const secret = await eventually(() => /with (whsec_\S+)\n/.exec(listening.printed())?.[1]);
    const polled = await cli.json(
      ...['endpoints', 'create', `${receiver.url}/polled`, '--event-type', 'local.*', '--polling'],
    );
    const given = start('listen', '--endpoint', polled.id, '--json', '--count', '1');
    const data = '{ "amount": 1.00, "id": 12345678901234567890 }';
    const file = join(folder, 'event.json');
    writeFileSync(file, `{ "type": "local.one", "data": ${data}, "subject": "s-1" }`);
    const event = await cli.json('events', 'send', '--file', file);
    const [arrival] = await receiver.untilAt('/local', 1, 40_000);
    expect(arrival?.body.toString()).toContain(`"data":${data}}`);
    const verified = await verify(arrival ?? { headers: {}, body: '' }, {
      contract: 'standard-webhooks',
      secret,
    });
    expect(verified).toMatchObject({ id: event.id, type: 'local.one' });
    await eventually(() => listening.printed().includes(`local.one ${event.id}`));
    expect(listening.printed()).toMatch(/→ 204, \d+ ms/);
    expect(await listening.stop()).toBe(0);
    const line = await eventually(() => /^\{.*\}$/m.exec(given.printed())?.[0]);
    expect(JSON.parse(line)).toMatchObject({
      event: { id: event.id, subject: 's-1', dataText: data },
    });
    // It was asked for one event: it ends by itself.
    expect(await given.ended()).toBe(0);
    // The endpoint that it made is gone.
    const listed = await cli.json('endpoints', 'list');
    expect(JSON.stringify(listed)).not.toContain('posthorn listen');
  }, 90_000);
});

describe('what goes wrong', () => {
  const cli = () => cliWith({ POSTHORN_URL: target.url, POSTHORN_KEY: printedFacts().key });

  it.each<[string, string[], number, RegExp]>([
    ['a command that is not there', ['endpoint', 'list'], 2, /unknown command endpoint list/],
    ['a missing argument', ['events', 'get'], 2, /events get expects <id>, got nothing/],
    ['an option that is not there', ['events', 'list', '--colour'], 2, /--colour/],
    ['a wrong number', ['events', 'list', '--limit', 'x'], 2, /--limit x: must be a whole number/],
    [
      'data that is not JSON',
      ['events', 'send', '--type', 'a', '--data', '{'],
      2,
      /--data is not JSON/,
    ],
    [
      'faults, with their paths',
      ['events', 'send', '--type', 'no good'],
      1,
      /422 .*\n {2}\/type must be/,
    ],
    ['what is not there', ['endpoints', 'get', 'ep_01m7ysmbwae8eaxxmqf6dspq5s'], 4, /404/],
    ['a route of the operator', ['tenants', 'list'], 3, /403/],
    [
      'a wrong key',
      ['events', 'list', '--key', 'ph_live_wrong'],
      3,
      /401 .*\n.*--key or POSTHORN_KEY/,
    ],
  ])('is said, with an exit code: %s', async (_, args, code, words) => {
    const ran = await cli().run(...args);
    expect(ran.stderr).toMatch(words);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  it('is said when the service is not there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await cli().run('events', 'list', '--url', url);
    expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  it('is JSON with --json', async () => {
    const { stderr } = await cli().run('events', 'send', '--type', 'no good', '--json');
    expect(JSON.parse(stderr)).toMatchObject({
      error: 'invalid_request',
      problem: { status: 422, errors: [{ path: '/type' }] },
    });
  });

  it('does not steer the terminal with what others wrote', async () => {
    const { key: tenantKey } = printedFacts();
    const posthorn = new Posthorn({ url: target.url, key: tenantKey });
    const { id } = await posthorn.endpoints.create({
      url: `${receiver.url}/x`,
      eventTypes: ['never.sent'],
      description: '\u202eevil',
    });
    const { stdout } = await cli().run('endpoints', 'get', id);
    expect(stdout).toContain('�evil');
    expect(stdout).not.toContain('\u202e');
  });
});
