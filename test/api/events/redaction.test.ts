// Redacting an event: what is personal goes for good, whatever is under way; the skeleton stays.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { newRun } from '../../../lambdas/core/deliveries/new-run.ts';
import { encodeCleanupMessage } from '../../../lambdas/core/erasure/message.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { hashOfSubject } from '../../../lambdas/core/events/subject-order.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import { KEY_SCOPES, type KeyScope } from '../../../lambdas/core/keys/api-key.ts';
import { isReplayed } from '../../../lambdas/core/replays/replay.ts';
import { fanOut } from '../../../lambdas/fan-out/fan-out.ts';
import { cleanUp } from '../../../lambdas/wake/erase.ts';
import { workOff } from '../../../lambdas/wake/work-off.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { sqsRecord } from '../../builders/ports.ts';
import { dumpTable } from '../../builders/table-dump.ts';
import { memoryWakes } from '../../builders/wakes.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const PERSONAL = 'Jane-Q-Marked';
const SALT = `ab-${PERSONAL}`;
const ANSWER = { status: 200, headers: { location: `/${PERSONAL}` }, body: `thanks, ${PERSONAL}` };

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

interface Stored {
  readonly event: Event;
  readonly delivered: Delivery;
  readonly waiting: Delivery;
  readonly leased: Delivery;
  readonly dead: Delivery;
  readonly pendingId: string;
}

/** An event with a delivery in every state. */
async function store(): Promise<Stored> {
  const { ledger, clock, settings } = service;
  const event: Event = {
    ...LIVE,
    id: createId('evt', clock.nowMs, randomBytes(10)),
    type: 'person.created',
    acceptedAtMs: clock.nowMs,
    subject: `subject-${PERSONAL}`,
    channels: [],
    data: JSON.stringify({ name: PERSONAL, notes: PERSONAL.repeat(200) }),
    salt: Buffer.from(SALT),
  };
  // In their order: it is the order in which they are shown.
  let made = 0;
  const newId = () => createId('ep', clock.nowMs + made++, randomBytes(10));
  const attempt = { number: 1, run: 1, cause: 'first', atMs: clock.nowMs, durationMs: 5 } as const;
  const aDelivery = (changes: Partial<Delivery>): Delivery => ({
    ...freshDelivery(event, newId(), settings, clock.nowMs),
    attempts: [{ ...attempt, outcome: 'http_500', status: 500 }],
    lastResponse: ANSWER,
    ...changes,
  });
  const ended = () => {
    const { dueAtMs, nextCause, workAtMs, ...rest } = aDelivery({});
    return rest;
  };
  const stored: Stored = {
    event,
    delivered: { ...ended(), state: 'delivered' },
    waiting: aDelivery({ dueAtMs: clock.nowMs + 60_000 }),
    leased: aDelivery({ lease: { untilMs: clock.nowMs + 15_000, holder: 'm/r' } }),
    dead: { ...ended(), state: 'dead', deathReason: 'attempts' },
    pendingId: newId(),
  };
  const deliveries = [stored.delivered, stored.waiting, stored.leased, stored.dead];
  const targets = [...deliveries.map(({ endpointId }) => endpointId), stored.pendingId];
  await ledger.putEvents([{ event, targets }]);
  await ledger.putDeliveries(deliveries);
  return stored;
}

const redact = ({ event }: Stored, ask = service.acme) =>
  ask('POST', `/v1/events/${event.id}/redact`);
const find = async ({ eventId, endpointId }: Delivery): Promise<Delivery | undefined> =>
  (await service.ledger.getDeliveries([{ ...LIVE, eventId, endpointId }])).get(
    deliveryIdOf(eventId, endpointId),
  );
const again = ({ event }: Stored) =>
  workOff(
    memoryWakes(),
    [sqsRecord(encodeCleanupMessage({ kind: 'redaction', ...LIVE, eventId: event.id }))],
    async (message) => {
      if (message.kind === 'redaction') await cleanUp(service.cleanupPorts, message, () => 60_000);
    },
  );

describe('POST /v1/events/{id}/redact', () => {
  it('removes data, subject and answers, and leaves ids, types, times and outcomes', async () => {
    const stored = await store();
    expect(await dumpTable(service.client, 'ledger')).toContain(PERSONAL);
    const { status, json } = await redact(stored);
    expect(status).toBe(200);
    const at = new Date(service.clock.nowMs).toISOString();
    expect(json).toMatchObject({
      id: stored.event.id,
      type: 'person.created',
      subject: null,
      data: null,
      redactedAt: at,
    });
    const statuses = json.deliveries.map((one: { status: string }) => one.status);
    // Its endpoints are not there, so what waits shows as cancelled: the ledger says more below.
    expect(statuses).toEqual(['delivered', 'cancelled', 'cancelled', 'dead', 'cancelled']);
    expect(json.deliveries[0]).toMatchObject({ redactedAt: at, lastResponse: null });
    expect(json.deliveries[0].attempts).toHaveLength(1);
    expect((await find(stored.waiting))?.state).toBe('cancelled');
    expect((await find(stored.leased))?.state).toBe('waiting');
    const pending = await find({ ...stored.waiting, endpointId: stored.pendingId });
    expect(pending).toMatchObject({ state: 'cancelled', attempts: [] });
    expect(await dumpTable(service.client, 'ledger')).not.toContain(PERSONAL);
    const read = await service.acme('GET', `/v1/events/${stored.event.id}`);
    expect(read.json).toEqual(json);
  });

  it('removes the subject’s pointer to it, and no pointer to a later event', async () => {
    const stored = await store();
    const subject = stored.event.subject ?? '';
    await service.ledger.putLatest([stored.event]);
    expect(await service.ledger.findLatest(LIVE, subject)).toBe(stored.event.id);
    await redact(stored);
    expect(await service.ledger.findLatest(LIVE, subject)).toBeUndefined();

    const [earlier, later] = [await store(), await store()];
    const latest = { ...later.event, acceptedAtMs: earlier.event.acceptedAtMs + 1 };
    await service.ledger.putLatest([earlier.event, latest]);
    await redact(earlier);
    expect(await service.ledger.findLatest(LIVE, subject)).toBe(later.event.id);
    await redact(later);
  });

  it('finds the pointer of a sealed event without its subject', async () => {
    const stored = await store();
    const { event } = stored;
    await redact(stored);
    const hash = hashOfSubject(event.subject ?? '');
    const { subject, ...rest } = {
      ...event,
      id: createId('evt', service.clock.nowMs, randomBytes(10)),
    };
    const sealed = { ...rest, sealedContent: Buffer.from('sealed') };
    await service.ledger.putEvents([{ event: sealed, targets: [], subjectHash: hash }]);
    await service.ledger.putLatest([{ ...event, id: sealed.id }]);
    await service.acme('POST', `/v1/events/${sealed.id}/redact`);
    expect(await service.ledger.findLatest(LIVE, event.subject ?? '')).toBeUndefined();
    expect(await dumpTable(service.client, 'ledger')).not.toContain(hash);
  });

  it('removes the subject and the last request of its deliveries', async () => {
    const stored = await store();
    const lastRequest = { headers: [['x-person', PERSONAL] as const], complete: true };
    const dead = { ...stored.dead, subject: PERSONAL, lastRequest };
    await service.ledger.putDeliveries([dead]);
    await redact(stored);
    expect(await find(dead)).not.toHaveProperty('lastRequest');
    // An attempt that was under way writes them once more.
    await service.ledger.putDeliveries([dead]);
    await again(stored);
    const left = await find(dead);
    expect([left?.subject, left?.lastRequest]).toEqual([undefined, undefined]);
  });

  it('may be repeated, and keeps its time', async () => {
    const stored = await store();
    const first = await redact(stored);
    service.clock.nowMs += 5_000;
    const second = await redact(stored);
    expect(second.json.redactedAt).toBe(first.json.redactedAt);
  });

  it('takes what was under way afterwards', async () => {
    const stored = await store();
    await redact(stored);
    const sent = service.cleanups.slice(-2).map(({ delaySeconds }) => delaySeconds);
    expect(sent).toEqual([90, 900]);
    // The attempt that held the lease ends, and so does one that had read the event before.
    const { lease, ...ended } = { ...stored.leased, lastResponse: ANSWER };
    expect(await service.ledger.recordClaimed(ended, 'm/r')).toBe(true);
    const fast = { ...stored.delivered, endpointId: stored.pendingId };
    await service.ledger.putDeliveries([fast]);
    expect(await dumpTable(service.client, 'ledger')).toContain(PERSONAL);
    expect(await again(stored)).toEqual([]);
    expect(await dumpTable(service.client, 'ledger')).not.toContain(PERSONAL);
    expect((await find(stored.leased))?.state).toBe('cancelled');
    expect((await find(fast))?.state).toBe('delivered');
  });

  it('holds when SQS brings the event again', async () => {
    const stored = await store();
    await redact(stored);
    const deliveries: unknown[] = [];
    const ports = {
      surroundings: service.surroundings,
      settings: service.settings,
      ledger: service.ledger,
      registry: service.registry,
      queues: {
        async sendDeliveries(messages: readonly unknown[]) {
          deliveries.push(...messages);
          return new Set<number>();
        },
      },
    };
    const body = encodeEventMessage({ event: stored.event, mayRepeat: false });
    expect(await fanOut(ports, [sqsRecord(body, 2)])).toEqual([]);
    expect(deliveries).toEqual([]);
    expect(await dumpTable(service.client, 'ledger')).not.toContain(PERSONAL);
    // Twice as new: the later look makes good what batches cannot make conditional.
    expect(await fanOut(ports, [sqsRecord(body, 1)])).toEqual([]);
    await again(stored);
    expect(await dumpTable(service.client, 'ledger')).not.toContain(PERSONAL);
  });

  it('leaves nothing to replay', async () => {
    const stored = await store();
    await redact(stored);
    const dead = await find(stored.dead);
    if (!dead) throw new Error('not stored');
    expect(isReplayed({ status: 'any', types: [] }, dead)).toBe(false);
    const page = await service.replays.listDead(dead, { sinceMs: 0, untilMs: Date.now() * 2 }, 10);
    expect(page.entries).toEqual([]);
    const seen = newRun(stored.dead, 'manual', service.settings, service.clock.nowMs);
    expect(await service.ledger.openRun(seen, stored.dead.run)).toBe(false);
    expect(await dumpTable(service.client, 'ledger')).not.toContain(PERSONAL);
  });

  it.each<[string, readonly KeyScope[], number]>([
    ['events:write', ['events:write'], 200],
    ['every other scope', ['events:read', 'deliveries:write', 'keys:write'], 403],
  ])('is for a key from before it had a scope that has %s', async (_, scopes, status) => {
    const stored = await store();
    // `keyOf` makes them as an older version did.
    const old = await service.keyOf('acme', 'live', [...scopes, 'keys:write']);
    const { json } = await old('GET', '/v1/keys/current');
    expect(json.scopes.includes('events:redact')).toBe(status === 200);
    const child = await old('POST', '/v1/keys', { scopes: ['events:redact'] });
    expect(child.status).toBe(status === 200 ? 201 : 403);
    expect((await redact(stored, old)).status).toBe(status);
  });

  it('is for the tenant’s own events, in their environment, with the scope events:redact', async () => {
    const stored = await store();
    for (const ask of [service.globex, service.acmeTest]) {
      expect((await redact(stored, ask)).status).toBe(404);
    }
    const others = KEY_SCOPES.filter((scope) => scope !== 'events:redact');
    const { json } = await service.acme('POST', '/v1/keys', { scopes: others });
    expect((await redact(stored, service.askWith(json.key))).status).toBe(403);
    const headers = { 'posthorn-tenant': 'acme' };
    const path = `/v1/events/${stored.event.id}`;
    expect((await service.acme('GET', path)).json.redactedAt).toBeNull();
    expect((await service.operator('POST', `${path}/redact`, undefined, headers)).status).toBe(200);
    const unknown = createId('evt', 0, randomBytes(10));
    const missing = await service.acme('POST', `/v1/events/${unknown}/redact`);
    expect([missing.status, missing.headers.get('retry-after')]).toEqual([404, '1']);
  });
});
