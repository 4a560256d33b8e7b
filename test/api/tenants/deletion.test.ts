// Deleting a tenant: nobody may use it any more, at once; its data goes page by page, whatever comes between.
import { randomBytes } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCleanupMessage } from '../../../lambdas/core/erasure/message.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { fanOut } from '../../../lambdas/fan-out/fan-out.ts';
import { type CleanupPorts, cleanUp } from '../../../lambdas/wake/erase.ts';
import { workOff } from '../../../lambdas/wake/work-off.ts';
import { type ApiService, type Ask, startApiService } from '../../builders/api-service.ts';
import { decideOnCalls } from '../../builders/broken-calls.ts';
import { redriven, sqsRecord } from '../../builders/ports.ts';
import { dumpTable } from '../../builders/table-dump.ts';
import { memoryWakes } from '../../builders/wakes.ts';

const PERSONAL = 'Jane-Q-Marked';

let service: ApiService;
let victim: Ask;
beforeEach(async () => {
  service = await startApiService();
  victim = await service.keyOf('victim', 'live');
});
afterEach(() => service?.stop());

const anEvent = (): Event => ({
  tenant: 'victim',
  environment: 'live',
  id: createId('evt', service.clock.nowMs, randomBytes(10)),
  type: 'person.created',
  acceptedAtMs: service.clock.nowMs,
  subject: PERSONAL,
  channels: [],
  data: JSON.stringify({ name: PERSONAL }),
});

async function fill(events: number): Promise<string[]> {
  await service.operator('PUT', '/v1/tenants/victim', { name: PERSONAL });
  await victim('POST', '/v1/portal-sessions', { actor: PERSONAL });
  const ids: string[] = [];
  for (let count = 0; count < 3; count++) {
    const { json } = await victim('POST', '/v1/endpoints', {
      url: `https://hooks.example.org/${PERSONAL}`,
      description: PERSONAL,
      headers: { 'X-Person': PERSONAL },
      authentication: [{ type: 'basic', username: PERSONAL, password: `${PERSONAL}-password` }],
    });
    ids.push(json.id);
  }
  for (let count = 0; count < events; count++) {
    await service.ledger.putEvents([{ event: anEvent(), targets: ids }]);
  }
  return ids;
}

const remove = () => service.operator('DELETE', '/v1/tenants/victim');
const read = async () => (await service.operator('GET', '/v1/tenants/victim')).json;
const record = () => sqsRecord(encodeCleanupMessage({ kind: 'erasure', tenant: 'victim' }));
const everything = async () =>
  (await dumpTable(service.client, 'registry')) + (await dumpTable(service.client, 'ledger'));

/** Handles one message as the wake function does. @returns whether it failed */
const clean = (ports: CleanupPorts, one: SQSRecord, remainingMs = () => 60_000) =>
  workOff(memoryWakes(), [one], async (message) => {
    if (message.kind === 'erasure') await cleanUp(ports, message, remainingMs);
  });

/** Handles what is on the queue, as often as there is something. @returns how many messages it took */
async function work(remainingMs: () => number = () => 60_000): Promise<number> {
  let count = 0;
  for (let next = service.cleanups.shift(); next; next = service.cleanups.shift()) {
    service.clock.nowMs += next.delaySeconds * 1000;
    const body = encodeCleanupMessage(next.cleanup);
    expect(await clean(service.cleanupPorts, sqsRecord(body), remainingMs)).toEqual([]);
    expect(++count).toBeLessThan(500);
  }
  return count;
}

describe('DELETE /v1/tenants/{id}', () => {
  it('stops its keys and its endpoints at once, and it is unknown from then on', async () => {
    const [id = ''] = await fill(1);
    expect((await victim('GET', '/v1/endpoints')).status).toBe(200);
    const { status, json, headers } = await remove();
    expect(status).toBe(202);
    expect(headers.get('location')).toBe('/v1/tenants/victim');
    expect(json).toMatchObject({
      id: 'victim',
      deletedAt: new Date(service.clock.nowMs).toISOString(),
      erasure: { state: 'running', finishedAt: null },
    });
    service.clock.nowMs += 3_000;
    expect((await victim('GET', '/v1/endpoints')).status).toBe(401);
    service.clock.nowMs += 2_000;
    const scoped = { 'posthorn-tenant': 'victim' };
    expect((await service.operator('GET', '/v1/endpoints', undefined, scoped)).status).toBe(404);
    const scope = { tenant: 'victim', environment: 'live' } as const;
    const tombstone = await service.registry.getEndpoint(scope, id);
    expect(tombstone?.deletedAtMs).toBeDefined();
    const listed = (await service.operator('GET', '/v1/tenants')).json.data;
    expect(listed.map((tenant: { id: string }) => tenant.id)).toEqual(['acme', 'globex']);
  });

  it('removes templates, polling feeds and the latest events of subjects', async () => {
    const [endpointId = ''] = await fill(1);
    const settings = { description: PERSONAL };
    await victim('POST', '/v1/templates', { name: 'gone', settings });
    const scope = { tenant: 'victim', environment: 'live' } as const;
    const all = Array.from({ length: 620 }, () => anEvent());
    const entries = all.map(({ id }) => ({ ...scope, endpointId, eventId: id, storedAtMs: 1 }));
    await service.ledger.putFeed(entries, 20_000);
    const event = anEvent();
    await service.ledger.putEvents([{ event, targets: [endpointId] }]);
    await service.ledger.putLatest([event]);
    await remove();
    await work();
    expect((await read()).erasure.done).toMatchObject({ templates: 1, feeds: 620, events: 2 });
    const left = await everything();
    for (const gone of [PERSONAL, 'live#victim#templates', `#${endpointId}#f`, '#victim#s#']) {
      expect(left).not.toContain(gone);
    }
  });

  it('takes the subject off its replays, and ends those that were not done', async () => {
    const [endpoint = ''] = await fill(1);
    const asked = { endpoint, since: '2026-01-01T00:00:00Z', status: 'any' };
    const ask = async (more: object) =>
      (await victim('POST', '/v1/replays', { ...asked, ...more })).json.id as string;
    const marked = [await ask({ subject: PERSONAL }), await ask({ subject: PERSONAL })];
    const plain = await ask({});
    await victim('POST', `/v1/replays/${marked[1]}/cancel`);
    await remove();
    await work();
    expect((await read()).erasure.done).toMatchObject({ replays: 2 });
    const scope = { tenant: 'victim', environment: 'live' } as const;
    const { entries } = await service.cleanupPorts.replays.listReplays(scope, 10);
    const ends = new Map(entries.map(({ id, state, cancelledBy }) => [id, [state, cancelledBy]]));
    expect(ends).toEqual(
      new Map([
        [marked[0], ['cancelled', 'endpoint_deleted']],
        [marked[1], ['cancelled', 'user']],
        [plain, ['running', undefined]],
      ]),
    );
    expect(await everything()).not.toContain(PERSONAL);
  });

  it('goes on with an erasure that was begun before replays were a stage', async () => {
    await fill(1);
    await remove();
    const tenant = await service.registry.getTenant('victim');
    if (!tenant?.erasure) throw new Error('not deleted');
    const { replays, ...done } = tenant.erasure.done;
    const older = {
      ...tenant,
      erasure: { ...tenant.erasure, done: done as typeof tenant.erasure.done },
    };
    expect(await service.registry.replaceTenant(tenant, older)).toBe(true);
    expect((await read()).erasure.done).toMatchObject({ replays: 0 });
    await work();
    expect((await read()).erasure).toMatchObject({
      state: 'done',
      done: { replays: 0, events: 1 },
    });
  });

  it('removes everything personal and leaves the skeletons, and others alone', async () => {
    await fill(120);
    const kept = await service.acme('POST', '/v1/endpoints', { url: 'https://kept.example.org/' });
    await remove();
    await work();
    expect(await read()).toMatchObject({
      name: '',
      erasure: { state: 'done', done: { keys: 1, endpoints: 3, events: 120 } },
    });
    const left = await everything();
    expect(left).not.toContain(PERSONAL);
    expect(left).not.toContain('live#victim#keys');
    const scope = { tenant: 'victim', environment: 'live' } as const;
    const skeletons = await service.ledger.listEvents(scope, {}, 100);
    expect(skeletons.entries[0]?.event).toMatchObject({ type: 'person.created', data: 'null' });
    expect((await service.acme('GET', `/v1/endpoints/${kept.json.id}`)).status).toBe(200);
  });

  it('looks a second time for what was under way, eleven minutes later', async () => {
    await fill(3);
    await remove();
    const deletedAtMs = service.clock.nowMs;
    const sent = service.cleanups.splice(0);
    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([30, 0]);
    await clean(service.cleanupPorts, record());
    expect(await read()).toMatchObject({ erasure: { state: 'running' } });
    expect(service.cleanups[0]?.delaySeconds).toBe(660);
    // A fan-out that had read the subscribers before stores an event only now.
    await service.ledger.putEvents([{ event: anEvent(), targets: [] }]);
    await work();
    expect(service.clock.nowMs).toBeGreaterThanOrEqual(deletedAtMs + 660_000);
    expect((await read()).erasure.done.events).toBe(4);
    expect(await everything()).not.toContain(PERSONAL);
  });

  describe('an endpoint that is changed between its reading and its erasure', () => {
    /** The registry of a world in which somebody is faster, so many times. */
    function overtaken(times: number) {
      const { registry } = service.cleanupPorts;
      let left = times;
      const replaceEndpoint: typeof registry.replaceEndpoint = async (before, after) => {
        if (left > 0) {
          left -= 1;
          const changed = { ...before, version: before.version + 1 };
          expect(await service.registry.rewrite(before, changed)).toBe(true);
        }
        return registry.replaceEndpoint(before, after);
      };
      return { ...service.cleanupPorts, registry: { ...registry, replaceEndpoint } };
    }

    it('is erased in the same round', async () => {
      await fill(1);
      await remove();
      expect(await clean(overtaken(4), record())).toEqual([]);
      expect((await read()).erasure).toMatchObject({ state: 'running', done: { endpoints: 3 } });
    });

    it('keeps the job at its place for as long as that goes on', async () => {
      await fill(1);
      await remove();
      const { surroundings } = service.cleanupPorts;
      const moving = { ...surroundings, now: () => (service.clock.nowMs += 100) };
      const ports = { ...overtaken(100_000), surroundings: moving };
      expect(await clean(ports, record())).toEqual([]);
      expect(await read()).toMatchObject({
        erasure: { state: 'running', done: { endpoints: 0 } },
      });
      await work();
      expect((await read()).erasure).toMatchObject({ state: 'done', done: { events: 1 } });
      expect(await everything()).not.toContain(PERSONAL);
    });
  });

  it('goes on where it stopped, also when its message comes twice', async () => {
    await fill(120);
    await remove();
    service.cleanups.push(...service.cleanups);
    // No time but for a page each.
    expect(await work(() => 0)).toBeGreaterThan(10);
    expect((await read()).erasure).toMatchObject({ state: 'done', done: { keys: 1, events: 120 } });
    expect(await everything()).not.toContain(PERSONAL);
  });

  it('may be repeated: it sets the job going again, and changes nothing once it is done', async () => {
    await fill(3);
    const first = await remove();
    service.cleanups.length = 0;
    service.clock.nowMs += 1_000;
    const second = await remove();
    expect(second.status).toBe(202);
    expect(second.json.deletedAt).toBe(first.json.deletedAt);
    expect(service.cleanups).toHaveLength(2);
    await work();
    expect((await remove()).json.erasure.state).toBe('done');
    expect(service.cleanups).toEqual([]);
  });

  it.each(Array.from({ length: 16 }, (_, index) => index))(
    'whose call number %i fails ends whole, or did not begin',
    async (broken) => {
      await fill(1);
      let calls = 0;
      const isBroken = () => calls++ === broken;
      decideOnCalls(service.client, () => (isBroken() ? 'fails' : undefined));
      const { push } = service.cleanups;
      service.cleanups.push = (...entries) => {
        if (isBroken()) throw new Error('the queue is away');
        return push.apply(service.cleanups, entries);
      };
      await remove();
      calls = Number.POSITIVE_INFINITY;
      await work();
      service.clock.nowMs += 10_000;
      const { deletedAt, erasure } = await read();
      const { status } = await victim('GET', '/v1/endpoints');
      const isDeleted = deletedAt !== null;
      const isDone = erasure?.state === 'done';
      expect({ isDone, status }).toEqual({ isDone: isDeleted, status: isDeleted ? 401 : 200 });
    },
  );

  it('refuses its keys from the mark on, revoked or not', async () => {
    await service.registry.markTenantDeleted('victim', service.clock.nowMs);
    service.clock.nowMs += 5_000;
    expect((await victim('GET', '/v1/endpoints')).status).toBe(401);
  });

  it('keeps its id for a week after everything is gone: PUT is 409 before, and makes a new tenant after', async () => {
    await fill(3);
    await remove();
    const early = await service.operator('PUT', '/v1/tenants/victim', { name: 'New' });
    expect([early.status, early.headers.get('retry-after')]).toEqual([409, '60']);
    await work();
    const freeAtMs = Date.parse((await read()).erasure.finishedAt) + 7 * 86_400_000;
    const waitMs = freeAtMs - service.clock.nowMs;
    const gone = await service.operator('PUT', '/v1/tenants/victim', { name: 'New' });
    expect([gone.status, gone.headers.get('retry-after')]).toEqual([
      409,
      String(Math.ceil(waitMs / 1000)),
    ]);
    service.clock.nowMs = freeAtMs - 1;
    const soon = await service.operator('PUT', '/v1/tenants/victim', { name: 'New' });
    expect([soon.status, soon.headers.get('retry-after')]).toEqual([409, '1']);
    service.clock.nowMs += 1;
    const late = await service.operator('PUT', '/v1/tenants/victim', { name: 'New' });
    expect(late.status).toBe(201);
    expect(late.json).toMatchObject({ name: 'New', deletedAt: null, erasure: null });
    const scope = { tenant: 'victim', environment: 'live' } as const;
    const subscribers = await service.registry.subscribersOf([scope]);
    expect(subscribers.get('live#victim')).toHaveLength(0);
  });

  it('lets no event in that was on its way', async () => {
    await fill(1);
    await remove();
    const stored: unknown[] = [];
    const refuse = async () => {
      stored.push('something');
      return new Set<string>();
    };
    const ports = {
      surroundings: service.surroundings,
      settings: service.settings,
      ledger: { ...service.ledger, putEvents: refuse },
      registry: service.registry,
      queues: { sendDeliveries: async () => new Set<number>() },
    };
    const body = encodeEventMessage({ event: anEvent(), mayRepeat: false });
    expect(await fanOut(ports, [sqsRecord(body)])).toEqual([]);
    expect(stored).toEqual([]);
  });

  it('lets no event in that was on its way once its id is used again', async () => {
    await fill(1);
    const old = anEvent();
    await remove();
    await work();
    service.clock.nowMs += 7 * 86_400_000;
    await service.operator('PUT', '/v1/tenants/victim', { name: 'Other' });
    const other = await service.keyOf('victim', 'live');
    await other('POST', '/v1/endpoints', { url: 'https://other.example.org/' });
    const sent: unknown[] = [];
    const ports = {
      surroundings: service.surroundings,
      settings: service.settings,
      ledger: service.ledger,
      registry: service.registry,
      queues: {
        sendDeliveries: async (messages: readonly unknown[]) => {
          sent.push(...messages);
          return new Set<number>();
        },
      },
    };
    // Dead letters come back for as long as SQS keeps them.
    const body = encodeEventMessage({ event: old, mayRepeat: false });
    expect(await fanOut(ports, [redriven(sqsRecord(body))])).toEqual([]);
    expect(sent).toEqual([]);
    expect(await everything()).not.toContain(PERSONAL);
    const own = encodeEventMessage({ event: anEvent(), mayRepeat: false });
    expect(await fanOut(ports, [sqsRecord(own)])).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  it('is the operator’s alone, and 404 for a tenant that never was', async () => {
    expect((await service.acme('DELETE', '/v1/tenants/acme')).status).toBe(403);
    expect((await service.operator('DELETE', '/v1/tenants/nobody')).status).toBe(404);
  });
});
