// E-mail on one machine: nothing is sent, mails are files and a page, and their links work.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { WRITTEN } from '../../../local/start/settings.ts';
import { eventually } from '../../builders/eventually.ts';
import { temporaryFolder } from '../../local/emulators.ts';

const folder = temporaryFolder();
let runtime: Runtime;
let key = '';

beforeAll(async () => {
  runtime = await startRuntime({
    dataDir: folder.path,
    receiver: false,
    quiet: true,
    settings: { email: WRITTEN },
  });
  await ask('PUT', '/v1/tenants/acme', { name: 'Acme' }, runtime.operatorKey);
  const headers = { 'posthorn-tenant': 'acme', 'posthorn-environment': 'live' };
  const made = await ask('POST', '/v1/keys', {}, runtime.operatorKey, headers);
  key = made.key;
}, 120_000);
afterAll(async () => {
  await runtime?.stop();
  folder.remove();
});

async function ask(
  method: string,
  path: string,
  body?: object,
  as = key,
  headers: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
): Promise<any> {
  const response = await fetch(runtime.url + path, {
    method,
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  expect(response.status, text).toBeLessThan(300);
  return text === '' ? undefined : JSON.parse(text);
}

const mailsTo = (address: string) => runtime.outbox.list().filter(({ to }) => to[0] === address);
const linkIn = (text: string): string => /http:\S+\/v1\/mail-links\/\S+/.exec(text)?.[0] ?? '';
const stateOf = async (id: string) => (await ask('GET', `/v1/endpoints/${id}`)).recipients[0].state;

it('an address is asked, says yes, gets a mail, and leaves by one click', async () => {
  const address = 'zoe@example.com';
  const { id } = await ask('POST', '/v1/endpoints', {
    contract: 'email',
    recipients: [address],
    contractOptions: { fields: ['data.name'] },
  });
  const [question] = mailsTo(address);
  const link = linkIn(question?.text ?? '');
  expect(link.startsWith(`${runtime.url}/v1/mail-links/confirm.live.acme.${id}.`)).toBe(true);
  const page = await fetch(link);
  expect([page.status, page.headers.get('content-type')]).toEqual([
    200,
    'text/html; charset=UTF-8',
  ]);
  expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
  expect(await stateOf(id)).toBe('pending');
  expect((await fetch(link, { method: 'POST' })).status).toBe(200);
  expect(await stateOf(id)).toBe('confirmed');

  await ask('POST', '/v1/events', {
    type: 'dossier.created',
    data: { name: 'Zoë <script>', secret: 'not-chosen' },
  });
  const mail = await eventually(() =>
    mailsTo(address).find(({ headers }) => 'List-Unsubscribe' in headers),
  );
  expect(mail).toMatchObject({ subject: 'Dossier created', from: WRITTEN.from });
  expect(mail.text).toContain('Zoë');
  expect(mail.html).not.toContain('<script>');
  expect(JSON.stringify(mail)).not.toContain('not-chosen');
  const leave = mail.headers['List-Unsubscribe']?.replace(/[<>]/g, '') ?? '';
  const oneClick = await fetch(leave, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: mail.headers['List-Unsubscribe-Post'] ?? '',
  });
  expect(oneClick.status).toBe(200);
  expect(await stateOf(id)).toBe('unsubscribed');
});

it('an address that bounces is ended by the next run of sweep', async () => {
  const address = 'bounce@simulator.amazonses.com';
  const { id } = await ask('POST', '/v1/endpoints', { contract: 'email', recipients: [address] });
  const sweep = [...runtime.functions.values()].find(({ definition }) =>
    /Sweep/.test(definition.name),
  );
  await sweep?.invoke('{}');
  expect(await stateOf(id)).toBe('bounced');
});

it('mails are files of their own, and a page with links for whoever knows its address', async () => {
  const files = readdirSync(join(folder.path, 'mails'));
  expect(files).toHaveLength(runtime.outbox.list().length);
  for (const file of files) {
    expect(statSync(join(folder.path, 'mails', file)).mode & 0o077).toBe(0);
  }
  const page = await fetch(runtime.mailsUrl);
  const html = await page.text();
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(html).toMatch(/<a href="http:\/\/127\.0\.0\.1:\d+\/v1\/mail-links\/confirm\./);
  expect(html).toContain('Dossier created');
  const other = runtime.mailsUrl.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  expect((await fetch(other)).status).toBe(404);
});
