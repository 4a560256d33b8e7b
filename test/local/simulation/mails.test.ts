// An endpoint with recipients, from its creation to its last mail, over the functions' own code: who is asked, who gets
// what, and what happens to deliveries meanwhile.
import { beforeEach, expect, it } from 'vitest';
import { createMailProgress } from '../../../lambdas/adapters/ledger/mails/progress.ts';
import {
  createEmailSender,
  type MailPorts,
  type MailRequest,
} from '../../../lambdas/adapters/sender/email/sender.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import type { OutgoingRequest } from '../../../lambdas/core/requests/sender.ts';
import { takeMailEvents } from '../../../lambdas/sweep/mail-events.ts';
import { VirtualClock } from '../../../local/simulation/memory/virtual-clock.ts';
import { adaptersOf } from '../../../local/simulation/system/adapters.ts';
import { loadApi } from '../../../local/simulation/system/api.ts';
import { QUIET } from '../../../local/simulation/system/conditions.ts';
import { putTenant } from '../../../local/simulation/system/registry.ts';
import { createSystem } from '../../../local/simulation/system/system.ts';
import { anEvent } from '../../builders/events.ts';

const START_MS = 1_767_225_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const API_URL = 'https://hooks.acme.io';
const email = {
  identityArn: 'arn:aws:ses:eu-central-1:123456789012:identity/acme.io',
  from: 'hooks@acme.io',
};
const ENDPOINT = { contract: 'email', recipients: ['zoe@example.com', 'kim@example.com'] };

interface Sent {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}
const sent: Sent[] = [];
/** What SES does instead of sending. */
let refusal: (() => Error) | undefined;
beforeEach(() => {
  sent.length = 0;
  refusal = undefined;
});

const sendEmail: MailPorts['sendEmail'] = async ({ Destination, Content }) => {
  if (refusal) throw refusal();
  const { Subject, Body, Headers = [] } = Content?.Simple ?? {};
  sent.push({
    to: Destination?.ToAddresses?.[0] ?? '',
    subject: Subject?.Data ?? '',
    text: Body?.Text?.Data ?? '',
    headers: Object.fromEntries(Headers.map(({ Name, Value }) => [Name, Value])),
  });
  return `m-${sent.length}`;
};
const mailsTo = (address: string) => sent.filter(({ to }) => to === address);
const linkIn = ({ text }: Sent): string =>
  /https:\/\/hooks\.acme\.io(\/v1\/mail-links\/\S+)/.exec(text)?.[1] ?? '';
const QUESTION = /^Do you want messages about webhooks/;

function world(settings: object = { email }) {
  const clock = new VirtualClock(START_MS);
  let drawn = 0;
  const system = createSystem({
    clock,
    settings,
    random: () => (++drawn % 1_000) / 1_000,
    conditions: QUIET,
    receive: async () => ({ kind: 'failure', failure: 'dns', detail: 'is no mailbox' }),
    sabotage: (services) => {
      const progress = createMailProgress(adaptersOf(services).ledgerTable);
      const configurationSet = 'set';
      const ports = { settings: email, apiUrl: API_URL, configurationSet, progress, sendEmail };
      const sender = createEmailSender({}, services.surroundings, ports);
      return {
        ...services,
        sender: { send: (request: OutgoingRequest) => sender.send(request as MailRequest) },
      };
    },
  });
  putTenant(system.dynamoDb, 'acme', START_MS);
  const api = loadApi(system.services);
  const { registry, queues } = adaptersOf(system.services);
  const ask = (method: string, path: string, body?: unknown) =>
    api.request({ method, path, tenant: 'acme', body });
  /** Without a key, as a browser or a mail program does it. */
  const open = (method: string, path: string) =>
    api.request({ method, path, headers: { authorization: '' } });
  return {
    clock,
    registry,
    ask,
    open,
    /** Also where nothing happens until then. */
    async pass(ms: number): Promise<void> {
      const untilMs = clock.nowMs + ms;
      clock.at(untilMs, () => undefined);
      await clock.run(untilMs);
    },
    /** An endpoint whose recipients were asked. */
    async made(more: object = {}): Promise<string> {
      const { status, json } = await ask('POST', '/v1/endpoints', { ...ENDPOINT, ...more });
      expect(status, JSON.stringify(json)).toBe(201);
      return json.id;
    },
    async confirm(address: string): Promise<void> {
      const question = mailsTo(address).findLast(({ subject }) => QUESTION.test(subject));
      expect((await open('POST', linkIn(question ?? expect.fail()))).status).toBe(200);
    },
    async statesOf(id: string): Promise<Record<string, string>> {
      const { json } = await ask('GET', `/v1/endpoints/${id}`);
      const all: { address: string; state: string }[] = json.recipients;
      return Object.fromEntries(all.map(({ address, state }) => [address, state]));
    },
    async post(data = '{}'): Promise<string> {
      const random = Buffer.from(String(++drawn).padStart(10, '0'));
      const id = createId('evt', clock.nowMs, random);
      const event = anEvent({ tenant: 'acme', id, acceptedAtMs: clock.nowMs, data });
      await queues.sendEvents([{ event, mayRepeat: false }]);
      await clock.run(clock.nowMs + MINUTE_MS);
      return id;
    },
    async deliveryOf(event: string) {
      const { json } = await ask('GET', `/v1/events/${event}`);
      return json.deliveries[0];
    },
    tell: (body: object) => {
      const left = [{ id: 'm', body: JSON.stringify(body), receipt: 'r' }];
      const removed: string[] = [];
      const mailEvents = {
        receive: async () => left.splice(0),
        remove: async (receipts: readonly string[]) => void removed.push(...receipts),
      };
      const [ended, failed]: [object[], unknown[]] = [[], []];
      const ports = {
        mailEvents,
        registry,
        surroundings: { now: () => clock.nowMs },
        ended: (feedback: object) => ended.push(feedback),
        failed: (_: unknown, error: unknown) => failed.push(error),
      };
      return takeMailEvents(ports, () => false).then(() => ({ removed, ended, failed }));
    },
  };
}

it('recipients are asked first, and what comes meanwhile waits for a yes', async () => {
  const { made, post, ask, open, confirm, statesOf, deliveryOf, clock } = world();
  const id = await made();
  expect(sent.map(({ to }) => to).sort()).toEqual(['kim@example.com', 'zoe@example.com']);
  for (const { subject, headers } of sent) {
    expect(subject).toMatch(QUESTION);
    expect(headers).toEqual({});
  }
  const event = await post('{"secret":"of-the-event"}');
  expect(sent).toHaveLength(2);
  expect(await deliveryOf(event)).toMatchObject({ status: 'held', attempts: [] });
  const shown = await ask('GET', `/v1/endpoints/${id}`);
  expect(shown.json).toMatchObject({ status: 'unverified', url: null, verifiedAt: null });

  // Programs that look at links do nothing by it.
  const link = linkIn(mailsTo('zoe@example.com')[0] ?? expect.fail());
  for (let times = 0; times < 3; times++) {
    const page = await open('GET', link);
    expect([page.status, page.json]).toEqual([
      200,
      expect.stringContaining('<form method="post">'),
    ]);
  }
  expect((await open('HEAD', link)).status).toBeLessThan(500);
  expect(await statesOf(id)).toEqual({
    'zoe@example.com': 'pending',
    'kim@example.com': 'pending',
  });

  await confirm('zoe@example.com');
  await clock.run(clock.nowMs + 5 * MINUTE_MS);
  expect(await statesOf(id)).toMatchObject({ 'zoe@example.com': 'confirmed' });
  expect(await deliveryOf(event)).toMatchObject({ status: 'delivered' });
  const mail = mailsTo('zoe@example.com')[1];
  expect(mail?.text).not.toContain('of-the-event');
  expect(mail?.headers).toEqual({
    'List-Unsubscribe': `<${API_URL}${linkIn(mail ?? expect.fail())}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  });
  // Kim never said yes.
  expect(mailsTo('kim@example.com')).toHaveLength(1);
});

it('links that are forged, out of time, or of an endpoint that is gone do nothing', async () => {
  const { made, open, statesOf, ask, pass } = world();
  const id = await made();
  const link = linkIn(mailsTo('zoe@example.com')[0] ?? expect.fail());
  const forged = [
    `${link.slice(0, -4)}AAAA`,
    link.replace('confirm', 'unsubscribe'),
    link.replace('.acme.', '.other.'),
    '/v1/mail-links/x',
  ];
  for (const one of forged) {
    for (const method of ['GET', 'POST']) expect((await open(method, one)).status).toBe(404);
  }
  await pass(7 * DAY_MS);
  expect((await open('POST', link)).status).toBe(404);
  expect(await statesOf(id)).toMatchObject({ 'zoe@example.com': 'pending' });
  await ask('POST', `/v1/endpoints/${id}/verify`);
  const fresh = linkIn(mailsTo('zoe@example.com')[1] ?? expect.fail());
  await ask('DELETE', `/v1/endpoints/${id}`);
  expect((await open('POST', fresh)).status).toBe(404);
});

it('who unsubscribes by one click gets nothing more, and others do', async () => {
  const { made, confirm, post, open, statesOf } = world();
  const id = await made();
  await confirm('zoe@example.com');
  await confirm('kim@example.com');
  await post();
  const [, mail] = mailsTo('zoe@example.com');
  const leaving = linkIn(mail ?? expect.fail());
  expect((await open('GET', leaving)).json).toContain('Send no more');
  expect(await statesOf(id)).toMatchObject({ 'zoe@example.com': 'confirmed' });
  for (let times = 0; times < 2; times++) {
    expect((await open('POST', leaving)).status).toBe(200);
  }
  expect(await statesOf(id)).toEqual({
    'zoe@example.com': 'unsubscribed',
    'kim@example.com': 'confirmed',
  });
  await post();
  expect(mailsTo('zoe@example.com')).toHaveLength(2);
  expect(mailsTo('kim@example.com')).toHaveLength(3);
});

it.each([
  ['bounced', { eventType: 'Bounce', bounce: { bounceType: 'Permanent' } }],
  ['complained', { eventType: 'Complaint', complaint: {} }],
] as const)(
  'an address that has %s gets nothing, and nobody left ends deliveries for good',
  async (state, told) => {
    const { made, confirm, post, tell, statesOf, deliveryOf, ask, open } = world();
    const id = await made({ recipients: ['zoe@example.com'] });
    await confirm('zoe@example.com');
    const recipients = [{ emailAddress: 'Zoe@example.com' }];
    const tags = { tenant: ['acme'], environment: ['live'], endpoint: [id] };
    const detail =
      'bounce' in told
        ? { bounce: { ...told.bounce, bouncedRecipients: recipients } }
        : { complaint: { complainedRecipients: recipients } };
    const mail = { destination: ['Zoe@example.com'], tags };
    const report = await tell({ eventType: told.eventType, mail, ...detail });
    expect(report).toMatchObject({
      removed: ['r'],
      failed: [],
      ended: [{ state, endpointId: id }],
    });
    expect(await statesOf(id)).toEqual({ 'zoe@example.com': state });

    const before = sent.length;
    const event = await post();
    expect(sent).toHaveLength(before);
    expect(await deliveryOf(event)).toMatchObject({
      status: 'dead',
      deathReason: 'final_outcome',
      attempts: [{ outcome: 'undeliverable' }],
    });
    // Nobody's fault: the endpoint is not ill by it.
    const shown = await ask('GET', `/v1/endpoints/${id}`);
    expect(shown.json.health).toMatchObject({ state: 'healthy', failures: 0 });
    // The question from before brings nobody back.
    await open('POST', linkIn(mailsTo('zoe@example.com')[0] ?? expect.fail()));
    expect(await statesOf(id)).toEqual({ 'zoe@example.com': state });
  },
);

it('an event of SES that cannot be read stays in its queue', async () => {
  const { tell } = world();
  expect(await tell({ eventType: 'Bounce' })).toMatchObject({
    removed: [],
    failed: [expect.anything()],
  });
});

it('SES that throttles is tried again along the policy', async () => {
  const { made, confirm, post, deliveryOf, clock } = world();
  await made({ recipients: ['zoe@example.com'] });
  await confirm('zoe@example.com');
  refusal = () =>
    Object.assign(new Error('slower'), {
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    });
  const event = await post();
  refusal = undefined;
  await clock.run(clock.nowMs + 30 * MINUTE_MS);
  const { status, attempts } = await deliveryOf(event);
  expect(status).toBe('delivered');
  expect(attempts.at(0)).toMatchObject({ outcome: 'http_429' });
  expect(attempts.at(-1)).toMatchObject({ outcome: 'http_200' });
  expect(mailsTo('zoe@example.com')).toHaveLength(2);
});

it('a tenant asks an address three times a day', async () => {
  const { made, ask, pass } = world();
  const id = await made({ recipients: ['zoe@example.com'] });
  const again = () => ask('POST', `/v1/endpoints/${id}/verify`);
  const answers = [await again(), await again(), await again()];
  expect(answers.map(({ json }) => json.exchange.outcome)).toEqual([
    'http_200',
    'http_200',
    'not_sent',
  ]);
  expect(JSON.stringify(answers)).not.toContain('mail-links');
  await made({ recipients: ['ZOE@example.com'] });
  expect(sent).toHaveLength(3);
  await pass(DAY_MS);
  expect((await again()).json.exchange.outcome).toBe('http_200');
});

it('a tenant asks a hundred times a day', async () => {
  const { made } = world();
  for (let n = 0; n < 11; n++) {
    await made({ recipients: Array.from({ length: 10 }, (_, at) => `a${n}-${at}@example.com`) });
  }
  expect(sent).toHaveLength(100);
});

it('recipients are changed: who stays is not asked again, who is new is', async () => {
  const { made, confirm, ask, statesOf } = world();
  const id = await made();
  await confirm('zoe@example.com');
  const changed = await ask('PATCH', `/v1/endpoints/${id}`, {
    recipients: ['zoe@example.com', 'new@example.com'],
  });
  expect(changed.json).toMatchObject({ status: 'active' });
  expect(await statesOf(id)).toEqual({
    'zoe@example.com': 'confirmed',
    'new@example.com': 'pending',
  });
  expect(mailsTo('zoe@example.com')).toHaveLength(1);
  expect(mailsTo('new@example.com')).toHaveLength(1);
  await ask('PATCH', `/v1/endpoints/${id}`, { description: 'other' });
  expect(sent).toHaveLength(3);
});

it.each([
  ['no contract', { contract: undefined }, '/contract'],
  ['another contract', { contract: 'slack' }, '/contract'],
  ['a URL', { url: 'https://acme.io/' }, '/recipients'],
  ['a secret', { secret: 'a-secret-of-24-characters' }, '/secret'],
  ['headers', { headers: { 'X-A': 'b' } }, '/headers'],
  ['another method', { method: 'PUT' }, '/method'],
  ['certificates', { tls: { minVersion: 'TLSv1.3' } }, '/tls'],
  ['no proof', { verifyUrl: false }, '/verifyUrl'],
  ['a URL in place of recipients', { url: 'https://acme.io/', recipients: undefined }, '/contract'],
  ['nobody', { recipients: [] }, '/recipients'],
  ['one twice', { recipients: ['a@b.co', 'A@b.co'] }, '/recipients'],
])('an endpoint with %s is refused', async (_, changes, path) => {
  const { ask } = world();
  const { status, json } = await ask('POST', '/v1/endpoints', { ...ENDPOINT, ...changes });
  expect(status).toBe(422);
  expect(json.errors.map((fault: { path: string }) => fault.path)).toContain(path);
  expect(sent).toEqual([]);
});

it('without the setting nobody has recipients, and the answer names it', async () => {
  const { ask } = world({});
  const { status, json } = await ask('POST', '/v1/endpoints', ENDPOINT);
  expect(status).toBe(422);
  expect(json.errors).toEqual([
    { path: '/recipients', message: expect.stringContaining('setting email') },
  ]);
});

it('nobody is shown what links are made with', async () => {
  const { made, ask } = world();
  const id = await made();
  expect((await ask('GET', `/v1/endpoints/${id}/secret`)).status).toBe(409);
  expect((await ask('POST', `/v1/endpoints/${id}/rotate-secret`)).status).toBe(409);
});
