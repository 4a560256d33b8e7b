// A session for certain endpoints: of all others it learns nothing, and of events only what those endpoints receive.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { SESSION_SCOPES } from '../../../lambdas/core/sessions/session.ts';
import { type ApiService, type Ask, startApiService } from '../../builders/api-service.ts';
import { anEvent } from '../../builders/events.ts';

const MARK = 'belongs-to-nobody-else';
const DATA = `{"applicant":{"name":"${MARK}"},"session":{"id":"s-1"},"big":1e400}`;

let service: ApiService;
let ask: Ask;
let own: Made[];
let other: Made;
let shared: string;
let foreign: string;

interface Made {
  readonly id: string;
  readonly transform: { readonly version: string } | null;
}

async function endpoint(settings: object): Promise<Made> {
  // Ids sort by their time.
  service.clock.nowMs += 1;
  const { status, json } = await service.acme('POST', '/v1/endpoints', {
    url: 'https://acme.io/hook',
    ...settings,
  });
  expect({ status, json }).toMatchObject({ status: 201 });
  return json;
}

/** Stored as fan-out stores it. */
async function event(targets: readonly Made[], atMs: number, isNoted = true): Promise<string> {
  const id = createId('evt', atMs, Buffer.alloc(10, atMs));
  const made = {
    ...anEvent({ id, data: DATA }),
    subject: MARK,
    channels: [MARK],
    acceptedAtMs: atMs,
  };
  const idsOf = (some: typeof targets) => some.map((one) => one.id);
  const transformed = idsOf(targets.filter(({ transform }) => transform));
  await service.ledger.putEvents([
    { event: made, targets: idsOf(targets), ...(isNoted && { transformed }) },
  ]);
  return id;
}

/** As dispatch records it. */
async function attempted(eventId: string, endpointId: string, transformVersion?: string) {
  const ref = { tenant: 'acme', environment: 'live', eventId } as const;
  const stored = (await service.ledger.getEvents([ref])).get(eventId);
  if (!stored) throw new Error('the event is not stored');
  const atMs = service.clock.nowMs;
  const { dueAtMs, workAtMs, ...fresh } = freshDelivery(
    stored.event,
    endpointId,
    service.settings,
    atMs,
  );
  const done = {
    number: 1,
    run: 1,
    cause: 'first',
    atMs,
    durationMs: 1,
    outcome: 'http_200',
  } as const;
  await service.ledger.putDeliveryOnce({
    ...fresh,
    state: 'delivered',
    attempts: [{ ...done, status: 200 }],
    ...(transformVersion === undefined ? {} : { transformVersion }),
  });
}

beforeAll(async () => {
  service = await startApiService();
  service.addActions();
  const jwk = {
    kty: 'OKP',
    crv: 'X25519',
    x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo',
  };
  own = [
    await endpoint({}),
    await endpoint({ contract: 'idnow' }),
    await endpoint({ encryption: { jwk } }),
    await endpoint({ contract: 'bynn' }),
  ];
  other = await endpoint({ description: MARK });
  const nowMs = service.clock.nowMs;
  shared = await event([...own, other], nowMs - 2_000);
  foreign = await event([other], nowMs - 1_000);
  const made = await service.acme('POST', '/v1/portal-sessions', {
    scopes: SESSION_SCOPES,
    endpoints: own.map(({ id }) => id),
  });
  ask = service.askWith(made.json.token);
});
afterAll(() => service?.stop());

describe('an event', () => {
  it('is shown as each of its endpoints receives it, and not as it was posted', async () => {
    const { json, text } = await ask('GET', `/v1/events/${shared}`);
    expect(json).toMatchObject({ id: shared, data: null, subject: null, channels: [] });
    const [plain, thin, encrypted, signed] = json.composed;
    expect(plain).toEqual({
      endpoint: own[0]?.id,
      contentType: 'application/json',
      body: expect.stringContaining(`"data":${DATA}}`),
      missing: null,
    });
    expect(thin.body).toContain('"eventId"');
    expect(thin.body).not.toContain(MARK);
    expect(encrypted).toMatchObject({ body: null, missing: 'encrypted' });
    expect(signed.body).toContain(MARK);
    expect(JSON.parse(signed.body)).not.toHaveProperty('jwt');
    expect(json.deliveries.map((one: { endpoint: string }) => one.endpoint)).toEqual(
      own.map(({ id }) => id),
    );
    expect(text).not.toContain(other.id);
  });

  it('that no endpoint of the session receives is none', async () => {
    const { status, json } = await ask('GET', `/v1/events/${foreign}`);
    const unknown = await ask('GET', '/v1/events/evt_01h455vb4pex5vsknk084sn02q');
    expect(status).toBe(404);
    expect({ ...json, requestId: '' }).toEqual({ ...unknown.json, requestId: '' });
  });

  const hiding = { language: 'jsonata', source: '{"id": session.id}' };
  const showing = { language: 'jsonata', source: '{"name": applicant.name}' };
  it.each<[string, (object | null)[], boolean, boolean]>([
    ['with what it was attempted, though nothing is left of that', [hiding, null], true, false],
    ['with what it was attempted, though there is another', [hiding, showing], true, false],
    ['with what it was attempted, though that is less by now', [showing, hiding], true, true],
    ['as it was attempted, without', [null, hiding], true, true],
    ['with what there is now, as it was not attempted', [hiding, showing], false, true],
    ['with what there is now, as that hides what was shown', [showing, hiding], false, false],
  ])('is transformed %s', async (_, [before, now], isAttempted, isShown) => {
    const target = await endpoint(before ? { transform: before } : {});
    const { id, transform } = target;
    service.clock.nowMs += 1;
    const eventId = await event([target], service.clock.nowMs);
    if (isAttempted) await attempted(eventId, id, transform?.version);
    service.clock.nowMs += 1;
    const changed = await service.acme('PATCH', `/v1/endpoints/${id}`, { transform: now });
    expect(changed.status).toBe(200);
    const made = await service.acme('POST', '/v1/portal-sessions', { endpoints: [id] });
    const { json } = await service.askWith(made.json.token)('GET', `/v1/events/${eventId}`);
    expect(json.composed[0].missing).toBeNull();
    expect(json.composed[0].body.includes(MARK)).toBe(isShown);
  });

  // Regression: it was shown as posted, though its endpoint had got less.
  it.each([
    ['with what it was attempted', hiding, true, false],
    ['as it will be', hiding, false, false],
    ['as it was attempted, without', null, true, true],
  ])('that older code stored is transformed %s', async (_, before, isAttempted, isShown) => {
    const target = await endpoint(before ? { transform: before } : {});
    const { id, transform } = target;
    service.clock.nowMs += 1;
    const eventId = await event([target], service.clock.nowMs, false);
    if (isAttempted) await attempted(eventId, id, transform?.version);
    await service.acme('PATCH', `/v1/endpoints/${id}`, { transform: hiding });
    const made = await service.acme('POST', '/v1/portal-sessions', { endpoints: [id] });
    const { json } = await service.askWith(made.json.token)('GET', `/v1/events/${eventId}`);
    expect(json.composed[0].missing).toBeNull();
    expect(json.composed[0].body.includes(MARK)).toBe(isShown);
  });

  it('is shown without the data that only an encrypted or thin endpoint may get', async () => {
    const made = await service.acme('POST', '/v1/portal-sessions', {
      endpoints: [own[1]?.id, own[2]?.id],
    });
    const { status, text } = await service.askWith(made.json.token)('GET', `/v1/events/${shared}`);
    expect(status).toBe(200);
    expect(text).not.toContain(MARK);
  });
});

describe('a listing', () => {
  it.each([
    ['/v1/events', [() => shared]],
    ['/v1/endpoints', [0, 1, 2, 3].map((at) => () => own[at]?.id)],
    ['/v1/deliveries', undefined],
    ['/v1/replays', []],
  ] as const)('%s has what belongs to the session’s endpoints alone', async (path, expected) => {
    const { status, json, text } = await ask('GET', path);
    expect(status).toBe(200);
    for (const hidden of [other.id, foreign, MARK]) expect(text).not.toContain(hidden);
    const ids = json.data.map(({ id }: { id: string }) => id);
    if (expected) expect(ids).toEqual(expected.map((id) => id()));
    else expect(ids).toHaveLength(own.length);
  });

  it('is paged without a cursor that tells of others', async () => {
    for (const path of ['/v1/endpoints', '/v1/deliveries']) {
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const { json } = await ask('GET', `${path}?limit=1${cursor}`);
        seen.push(...json.data.map(({ id }: { id: string }) => id));
        if (json.next === null) break;
        expect(Buffer.from(json.next, 'base64url').toString()).not.toContain(other.id.slice(3));
        cursor = `&cursor=${json.next}`;
      }
      expect([path, seen.length]).toEqual([path, own.length]);
    }
  });

  it.each([
    ['GET', '/v1/events?subject=x', undefined],
    ['GET', '/v1/deliveries?subject=x', undefined],
  ])('%s %s is refused: subjects are the producer’s', async (method, path) => {
    expect((await ask(method, path)).status).toBe(403);
  });
});

describe('what is done', () => {
  it('to another endpoint finds none, and to the session’s own is done', async () => {
    const since = new Date(service.clock.nowMs - 60_000).toISOString();
    const replay = (id: string | undefined) =>
      ask('POST', '/v1/replays', { endpoint: id, since, dryRun: true });
    expect((await replay(other.id)).status).toBe(404);
    expect((await replay(own[0]?.id)).status).toBe(200);
    for (const action of ['pause', 'resume', 'purge']) {
      expect((await ask('POST', `/v1/endpoints/${other.id}/${action}`)).status).toBe(404);
      expect((await ask('POST', `/v1/endpoints/${own[0]?.id}/${action}`)).status).toBe(200);
    }
  });

  it('to its template is to leave it: another is taken by none, and nothing tells whether it is there', async () => {
    const authentication = [{ type: 'bearer', token: 'a-secret-of-the-template' }];
    const template = await service.acme('POST', '/v1/templates', {
      name: 'kept',
      settings: { description: MARK, authentication },
    });
    expect(template.status).toBe(201);
    const follower = await endpoint({ template: template.json.id });
    const made = await service.acme('POST', '/v1/portal-sessions', {
      preset: 'owner',
      endpoints: [own[0]?.id, follower.id],
    });
    const owner = service.askWith(made.json.token);
    const change = (id: string | undefined, name: string | null) =>
      owner('PATCH', `/v1/endpoints/${id}`, { template: name });
    for (const name of ['kept', template.json.id, 'unknown', 'tpl_01h455vb4pex5vsknk084sn02q']) {
      const { status, text } = await change(own[0]?.id, name);
      expect([name, status]).toEqual([name, 403]);
      expect(text).not.toContain(MARK);
    }
    expect((await change(follower.id, template.json.id)).status).toBe(200);
    expect((await change(follower.id, null)).status).toBe(200);
  });

  it('under a key that was used for another endpoint tells nothing of that', async () => {
    const since = new Date(service.clock.nowMs - 60_000).toISOString();
    const headers = { 'idempotency-key': 'of-this-morning' };
    const theirs = await service.acme(
      'POST',
      '/v1/replays',
      { endpoint: other.id, since },
      headers,
    );
    expect(theirs.status).toBe(202);
    const begun = await ask('POST', '/v1/replays', { endpoint: own[0]?.id, since }, headers);
    const again = await ask('POST', '/v1/replays', { endpoint: own[0]?.id, since }, headers);
    expect([begun.status, again.json.id]).toEqual([202, begun.json.id]);
    expect(begun.text).not.toContain(theirs.json.id);
  });

  it('with a filter is done on data, not on a stored event', async () => {
    const filter = { applicant: { name: [MARK] } };
    expect((await ask('POST', '/v1/filters/test', { filter, data: {} })).status).toBe(200);
    expect((await ask('POST', '/v1/filters/test', { filter, event: shared })).status).toBe(403);
  });
});
