// What receivers can do to dispatch: the handler with the real sender, hostile receivers of one tenant and, in each
// batch, a healthy one of another. A new outcome without an attack here fails.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { createHttpSender } from '../../lambdas/adapters/sender/http/sender.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { encodeDeliveryMessage } from '../../lambdas/core/deliveries/message.ts';
import { NO_LISTS } from '../../lambdas/core/destinations/http/lists.ts';
import type { StoredEvent } from '../../lambdas/core/events/ledger.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { FAILURE_KINDS } from '../../lambdas/core/retries/outcome.ts';
import type { Scope } from '../../lambdas/core/scope.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { type DispatchPorts, dispatch } from '../../lambdas/dispatch/dispatch.ts';
import type { OpenEndpoint } from '../../lambdas/dispatch/endpoint-cache.ts';
import { formRequest } from '../../lambdas/dispatch/request.ts';
import { type DnsServer, startDnsServer, type Zone } from '../adapters/sender/http/dns-server.ts';
import { answerAndClose, LAX, type Listener, listen } from '../adapters/sender/http/sending.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { anEvent, NOON_MS } from '../builders/events.ts';
import { fixedSurroundings, only, sqsRecord } from '../builders/ports.ts';
import {
  CLOSED,
  NOT_BY_RECEIVERS,
  OPEN,
  REBINDING,
  RECEIVER_ATTACKS,
  type ReceiverAttack,
} from './attacks/receivers.ts';

/** Long enough for what is no matter of time, on a machine that does much else. */
const TIMEOUT_MS = 4_000;
const PHASE_MS = 2_000;
/** As many as its event source hands dispatch at a time. */
const BATCH = 10;
const VICTIM: Scope = { tenant: 'acme', environment: 'live' };
const ATTACKERS: readonly Scope[] = [
  { tenant: 'globex', environment: 'live' },
  { tenant: 'globex', environment: 'test' },
  { tenant: 'acme', environment: 'test' },
];
const settings = settingsSchema.parse({});
const surroundings = fixedSurroundings();

test('every outcome that a receiver can bring about has an attack', () => {
  const known = [...Object.keys(RECEIVER_ATTACKS), ...NOT_BY_RECEIVERS];
  expect(FAILURE_KINDS.filter((kind) => !known.includes(kind))).toEqual([]);
});

const closing: (() => unknown)[] = [];
const zone: Zone = {};
let dns: DnsServer;
let inner: Listener;
let healthy: Listener;
beforeAll(async () => {
  dns = await startDnsServer(zone);
  inner = await listen(answerAndClose, [CLOSED]);
  healthy = await listen(answerAndClose);
  closing.push(dns.close, inner.close, healthy.close);
});
afterAll(async () => {
  for (const close of closing) await close();
});

interface Made {
  readonly title: string;
  readonly outcome: string;
  readonly open: OpenEndpoint;
  readonly stored: StoredEvent;
}

/** What was recorded, in its order; retries and reports by endpoint. */
let recorded: Delivery[];
let retried: string[];
let reported: Map<string, number>;
beforeEach(() => {
  recorded = [];
  retried = [];
  reported = new Map();
});

const newId = (prefix: 'ep' | 'evt') => createId(prefix, NOON_MS, randomBytes(10));

/** An event for an endpoint of its own. */
function made(owner: Scope, title: string, outcome: string, url: string): Made {
  const endpoint = anEndpoint({ ...owner, id: newId('ep'), url, timeoutMs: TIMEOUT_MS });
  const event = anEvent({ ...owner, id: newId('evt') });
  const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] as const;
  const open = { endpoint, tenantName: owner.tenant, secrets };
  return { title, outcome, open, stored: { event, targets: [endpoint.id] } };
}

async function attack(one: ReceiverAttack, outcome: string, owner: Scope): Promise<Made> {
  const { receiver = () => undefined, scheme = 'http', addresses, isClosed, title } = one;
  const listener = await listen((socket) => receiver(socket, inner.port));
  if (isClosed) await listener.close();
  else closing.push(listener.close);
  const name = `r${Object.keys(zone).length}.example.org`;
  let asked = 0;
  if (addresses === 'hang') zone[name] = () => 'hang';
  else if (Array.isArray(addresses)) {
    // The sender asks for both families each time.
    zone[name] = () => addresses[Math.min(Math.floor(asked++ / 2), addresses.length - 1)] ?? [];
  }
  const host = addresses === undefined ? OPEN : addresses === 'unknown' ? `no-${name}` : name;
  return made(owner, title, outcome, `${scheme}://${host}:${listener.port}/`);
}

function ports(all: readonly Made[]): DispatchPorts {
  const rules = { ...LAX, lists: { ...NO_LISTS, denyCidrs: [`${CLOSED}/32`] } };
  return only<DispatchPorts>({
    ledger: only<DispatchPorts['ledger']>({
      getEvents: async () => new Map(all.map(({ stored }) => [stored.event.id, stored])),
      putDeliveryOnce: async (delivery) => {
        recorded.push(delivery);
        return true;
      },
    }),
    endpoints: async () => new Map(all.map(({ open }) => [open.endpoint.id, open])),
    queues: only<DispatchPorts['queues']>({
      sendRetries: async (messages) => {
        for (const { message } of messages) retried.push(message.endpointId);
        return new Set();
      },
    }),
    wakes: only<DispatchPorts['wakes']>({ note: async () => undefined }),
    health: {
      maySend: async () => true,
      report: async ({ id }, { successes }) => void reported.set(id, successes),
    },
    form: formRequest,
    sender: createHttpSender(rules, surroundings, {
      resolve: dns.resolve,
      limits: { dns: PHASE_MS, tls: PHASE_MS },
      warn: () => undefined,
    }),
    watchSlow: (_endpoint, request) => request(),
    surroundings,
    settings,
    writeDelivered: async (delivery) => void recorded.push(delivery),
    report: () => undefined,
    warn: (message) => expect.fail(message),
  });
}

async function run(with_: DispatchPorts, batch: readonly Made[]): Promise<void> {
  const records = batch.map(({ open: { endpoint }, stored: { event } }) => {
    const { tenant, environment } = event;
    const ids = { eventId: event.id, endpointId: endpoint.id, tenant, environment };
    const message = { ...ids, run: 1, attempt: 1, cause: 'first', doubtful: false } as const;
    return sqsRecord(encodeDeliveryMessage(message));
  });
  // Nothing comes back, and so nothing ends as a dead letter, but what cannot be read.
  const poison = sqsRecord('not JSON');
  const failed = await dispatch(with_, [poison, ...records], 'deliveries', 'r');
  expect(failed.map(({ messageId }) => messageId)).toEqual([poison.messageId]);
}

const outcomeOf = ({ open }: Made) =>
  recorded.find(({ endpointId }) => endpointId === open.endpoint.id)?.attempts.at(-1)?.outcome;
const neighbour = () => made(VICTIM, 'a neighbour', 'http_200', `http://${OPEN}:${healthy.port}/`);

const attacks = Object.entries(RECEIVER_ATTACKS).flatMap(([outcome, all]) =>
  all.map((one) => [outcome, one] as const),
);

describe('hostile receivers of another tenant, and of the same one in test', () => {
  it('end as they should, hold up no batch, and no neighbour in it waits for them', async () => {
    const all = await Promise.all(
      attacks.map(([outcome, one], at) =>
        attack(one, outcome, ATTACKERS[at % ATTACKERS.length] ?? VICTIM),
      ),
    );
    const batches: Made[][] = [];
    for (let at = 0; at < all.length; at += BATCH - 1) {
      batches.push([...all.slice(at, at + BATCH - 1), neighbour()]);
    }
    const with_ = ports(batches.flat());
    await Promise.all(batches.map((batch) => run(with_, batch)));
    for (const batch of batches) {
      for (const one of batch)
        expect([one.title, outcomeOf(one)]).toEqual([one.title, one.outcome]);
      const [last = expect.fail()] = batch.slice(-1);
      const at = (one: Made) =>
        recorded.findIndex(({ endpointId }) => endpointId === one.open.endpoint.id);
      const late = batch.filter(({ outcome }) => outcome.startsWith('timeout'));
      for (const one of late) expect(at(last), one.title).toBeLessThan(at(one));
      expect(reported.get(last.open.endpoint.id)).toBe(1);
    }
    // What failed is tried again; nothing of it is lost, and none counts at another endpoint.
    const failed = all.filter(({ outcome }) => outcome !== 'http_200');
    expect(retried.toSorted()).toEqual(failed.map(({ open }) => open.endpoint.id).toSorted());
    expect(failed.map(({ open }) => reported.get(open.endpoint.id))).toEqual(failed.map(() => 0));
    expect(inner.connections()).toBe(0);
  });
});

test('a name that comes to lead to a private address is asked for again, and refused', async () => {
  const rebound = await attack(REBINDING, 'http_200', { tenant: 'globex', environment: 'live' });
  const with_ = ports([rebound]);
  await run(with_, [rebound]);
  expect(outcomeOf(rebound)).toBe('http_200');
  recorded = [];
  await run(with_, [rebound]);
  expect(outcomeOf(rebound)).toBe('blocked_address');
  expect(inner.connections()).toBe(0);
});
