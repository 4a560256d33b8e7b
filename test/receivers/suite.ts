// Every server of docs/receivers in one language against live deliveries, true and forged.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WAY_NAMES, WAYS, type Way } from '../../scripts/receivers/ways.ts';
import { TOKEN } from '../builders/contracts.ts';
import { eventually, inParallel } from '../builders/eventually.ts';
import { wholeOr } from '../builders/share.ts';
import { formed, type Row, rowsOf } from './forged.ts';
import { type Live, pairOf, post, privatePemAt, secretsOf, startLive } from './live.ts';
import { exitCodeOf, type Server, startServer } from './server.ts';
import type { Command, Toolchain } from './toolchain.ts';
import { type Variant, variantsOf } from './variants.ts';

/** By bynn it arrives as more than twice as much. */
const LARGE = { resource: { id: 'large', text: 'x'.repeat(250 * 1000) }, sessionId: 'ses_2' };
/** A JVM is started twice, on two cores that others use as well. */
const TAKES_WITHIN_MS = 180_000;

/** Skips with a line what is not installed; where CI is true, that is a failure. */
export function describeReceivers(toolchain: Toolchain): void {
  const { language, isOptional = false } = toolchain;
  const lacking = toolchain.missing() ?? (toolchain.isInstalled() ? undefined : 'what it needs');
  it(`has what receivers in ${language.name} need where nothing may be skipped`, () => {
    if (lacking === undefined) return;
    console.log(`receivers in ${language.name} are skipped: ${lacking} is not installed`);
    expect(isOptional || process.env.CI !== 'true').toBe(true);
  });
  const servers = WAY_NAMES.flatMap((way) =>
    language.frameworks.map(({ title, file }) => ({ way, title, file })),
  );
  // Outside of CI each way and each framework once or twice, not each with each.
  const share = servers.filter((_, at) => at % (language.frameworks.length + 1) === 0);
  describe.skipIf(lacking !== undefined)(`receivers in ${language.name}`, () => {
    let live: Live;
    let folder = '';
    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'posthorn-receivers-'));
      live = await startLive();
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      await live?.stop();
    });

    describe.each(wholeOr(servers, share))('for $way with $title', ({ way, file }) => {
      const at = `/${way}/${file.replace(/\W/g, '-')}`;
      const command = () => toolchain.command(way, file);
      const environment = () => environmentOf(way, live, at, folder);

      it(
        'takes true deliveries once, and refuses all others',
        () => withServer(command(), environment(), (server) => tryServer(way, at, live, server)),
        TAKES_WITHIN_MS,
      );

      it.each(variantsFor(way, toolchain))(
        'takes deliveries $about, and refuses all others',
        (variant) =>
          withServer(
            offBy(command(), variant, toolchain),
            { ...environment(), ...variant.environment },
            (server) => tryVariant(way, variant, `${at}-${variant.name}`, live, server),
          ),
        TAKES_WITHIN_MS,
      );

      // What reads the settings is the same for all frameworks: the last one is the smallest.
      if (file !== language.frameworks.at(-1)?.file) return;
      it('does not start with settings that are missing, wrong or too short', async () => {
        const poor = poorSettingsOf(way);
        const codes = await inParallel(poor, 2, ([, settings]) =>
          exitCodeOf(command(), { ...environment(), ...settings, INBOX: path.join(folder, 'x') }),
        );
        const hasFailed = codes.map((code, n) => [poor[n]?.[0], code !== null && code > 0]);
        expect(hasFailed).toEqual(poor.map(([about]) => [about, true]));
      });
    });
  });
}

/** A server that has what it needs, for as long as something is done with it. */
async function withServer(
  command: Command,
  environment: Readonly<Record<string, string>>,
  work: (server: Server) => Promise<void>,
): Promise<void> {
  const server = await startServer(command, environment);
  try {
    await work(server);
  } catch (error) {
    console.log(server.printed().slice(-5_000));
    throw error;
  } finally {
    await server.stop();
  }
}

const offBy = (command: Command, { offBy }: Variant, toolchain: Toolchain): Command =>
  (offBy === undefined ? undefined : toolchain.offBy?.(command, offBy)) ?? command;

const variantsFor = (way: Way, { offBy }: Toolchain): Variant[] =>
  variantsOf(way).filter((variant) => variant.offBy === undefined || offBy !== undefined);

function environmentOf(way: Way, live: Live, at: string, folder: string) {
  const privateKey = path.join(folder, 'private.pem');
  writeFileSync(privateKey, privatePemAt(at));
  const all = {
    WEBHOOK_SECRETS: secretsOf(way).join(' '),
    WEBHOOK_TOKEN: TOKEN,
    WEBHOOK_KEYS_URL: live.keySetOf(at).url,
    WEBHOOK_URL: live.urlOf(at),
    WEBHOOK_PRIVATE_KEY: privateKey,
  };
  const names: readonly string[] = WAYS[way].environment;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

const WRONG_KEYS: [about: string, settings: Record<string, string>][] = [
  ['a private key', { WEBHOOK_SECRETS: pairOf('one') }],
  ['a short key', { WEBHOOK_SECRETS: `whpk_${Buffer.alloc(31).toString('base64')}` }],
];

/** Settings with which it must not run. */
function poorSettingsOf(way: Way): [about: string, settings: Record<string, string | undefined>][] {
  const names: readonly string[] = WAYS[way].environment;
  return names.flatMap((name) => {
    const short = { WEBHOOK_SECRETS: `${secretsOf(way)[0]} short`, WEBHOOK_TOKEN: 'short' };
    return [
      [`no ${name}`, { [name]: undefined }],
      [`an empty ${name}`, { [name]: '' }],
      ...(name in short ? [[`a short ${name}`, short] as [string, typeof short]] : []),
      ...(name === 'WEBHOOK_SECRETS' && 'WEBHOOK_SECRETS' in WAYS[way].says ? WRONG_KEYS : []),
    ];
  });
}

async function tryServer(way: Way, at: string, live: Live, server: Server): Promise<void> {
  const { processed } = server;
  const keySet = live.keySetOf(at);
  await live.connect(way, at, server.port);

  // Signed by a key that is published now; the next one by a key that is published afterwards.
  expect(await post(server.port, await formed(way, live.urlOf(at), 0))).toBeLessThan(300);
  keySet.publish();
  const first = await live.deliver(at, { resource: { id: 'one' }, sessionId: 'ses_1' });
  expect(first.status).toBeLessThan(300);
  const fetches = keySet.fetches();
  await eventually(() => processed().length === 2);

  const rows = await rowsOf(way, first);
  await tryRows(rows, server);
  // Nobody makes it fetch the keys for each forgery.
  expect(keySet.fetches() - fetches).toBeLessThanOrEqual(1);

  // Posthorn itself repeats, with a later time of sending and a new signature.
  await eventually(() => Math.floor(Date.now() / 1000) > Math.floor(first.atMs / 1000));
  expect((await live.repeat(at, first.event)).status).toBeLessThan(300);

  const large = await live.deliver(at, LARGE);
  expect([large.status, large.body.length > 250_000 || way === 'idnow']).toEqual([204, true]);

  const news = rows.filter((row: Row) => row.expected === 'new').length;
  await eventually(() => processed().length >= 3 + news && server.isAtRest());
  expect(server.isAlive()).toBe(true);

  // What was processed before a crash is not processed after it.
  await server.restart();
  expect(await post(server.port, large)).toBeLessThan(300);
  const last = await live.deliver(at, { resource: { id: 'last' }, sessionId: 'ses_9' });
  expect(last.status).toBeLessThan(300);
  await eventually(() => processed().length >= 4 + news);
  expect(new Set(processed()).size).toBe(4 + news);
  expect(processed()).toHaveLength(4 + news);
}

async function tryVariant(
  way: Way,
  { settings, rowsOf }: Variant,
  at: string,
  live: Live,
  server: Server,
): Promise<void> {
  let taken = 0;
  const rows = await rowsOf(way, async () => {
    await live.connect(way, at, server.port, settings);
    const first = await live.deliver(at, { resource: { id: 'one' }, sessionId: 'ses_1' });
    expect(first.status).toBeLessThan(300);
    taken += 1;
    return first;
  });
  await tryRows(rows, server);
  taken += rows.filter(({ expected }) => expected === 'new').length;
  await eventually(() => server.processed().length >= taken);
  expect(new Set(server.processed()).size).toBe(taken);
  expect(server.processed()).toHaveLength(taken);
}

async function tryRows(rows: readonly Row[], { port }: Server): Promise<void> {
  const answers = await inParallel(rows, 4, ({ received }) => post(port, received));
  expect(rows.map(({ about }, n) => [about, kindOf(answers[n])])).toEqual(
    rows.map((row) => [row.about, row.expected === 'refused' ? 'refused' : 'taken']),
  );
}

/** A server need not look at what is no delivery of ours by its method, size, content type or length of headers. */
function kindOf(status = 0): string {
  if (status >= 200 && status < 300) return 'taken';
  return [401, 404, 405, 413, 415, 431].includes(status) ? 'refused' : `answered ${status}`;
}
