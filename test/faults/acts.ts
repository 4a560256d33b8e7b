// What tenants and operators do in a run, by the API, each until it is answered; and what may come of it. An act is
// one entry of ACTS.
import { deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import type { ApiAnswer, ApiRequest } from '../../local/simulation/system/api.ts';
import type { System } from '../../local/simulation/system/system.ts';
import { urlOf } from '../builders/endpoints.ts';
import { type Finding, matches } from './checker.ts';
import type { Arrival, Evidence, Post } from './evidence.ts';
import type { Plan } from './plan.ts';
import {
  aTransform,
  ERASED,
  type Posting,
  pauseBefore,
  type Scenario,
  type ScenarioEndpoint,
} from './scenario.ts';

export interface ActsOptions {
  readonly plan: Plan;
  readonly system: System;
  readonly scenario: Scenario;
  readonly posts: readonly Posting[];
  readonly arrivals: readonly Arrival[];
  readonly random: () => number;
  /** Does something at a time since the start; the run goes on until it is done. */
  readonly later: (atMs: number, work: () => Promise<void>) => void;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** What was sent before an act was answered arrives within this. */
const UNDER_WAY_MS = 2 * MINUTE_MS;

interface Stage {
  readonly system: System;
  readonly random: () => number;
  /** Asks until one of these statuses is answered; told before each try. */
  insist(
    request: ApiRequest,
    statuses: readonly number[],
    beforeTry?: () => void,
  ): Promise<ApiAnswer>;
  readonly find: (kind: Finding['kind'], text: string) => void;
  readonly cancelled: NonNullable<Evidence['cancelled']>[number][];
  readonly reopened: NonNullable<Evidence['reopened']>[number][];
  /** What is checked at the end. */
  readonly atEnd: (() => void)[];
  readonly arrivals: readonly Arrival[];
  /** Some event that was answered, and is for an endpoint. */
  someEvent(of: ScenarioEndpoint): string | undefined;
}

type Act = (stage: Stage, of: ScenarioEndpoint) => Promise<void>;

const at = ({ endpoint: { id, tenant } }: ScenarioEndpoint, path = '', method = 'POST') => ({
  method,
  path: `/v1/endpoints/${id}${path}`,
  tenant,
});

const pauseAndResume: Act = async ({ insist, system, random }, of) => {
  await insist(at(of, '/pause'), [200, 404]);
  await system.clock.sleep(Math.floor(random() * HOUR_MS));
  await insist(at(of, '/resume'), [200, 404]);
};

const purge: Act = async ({ insist, system, cancelled }, of) => {
  const subject = `*|${of.endpoint.id}`;
  for (let tries = 0; tries < 5; tries++) {
    cancelled.push({ subject, beforeMs: Number.POSITIVE_INFINITY });
    const { json } = await insist(at(of, '/purge'), [200, 404]);
    cancelled.splice(cancelled.length - 1, 1, { subject, beforeMs: system.clock.nowMs });
    if (json?.complete !== false) return;
    await system.clock.sleep(MINUTE_MS);
  }
};

const onDelivery =
  (action: 'cancel' | 'retry', note: (stage: Stage, key: string) => void): Act =>
  async (stage, of) => {
    const eventId = stage.someEvent(of);
    if (eventId === undefined) return;
    const { id, tenant } = of.endpoint;
    const path = `/v1/deliveries/${deliveryIdOf(eventId, id)}/${action}`;
    await stage.insist({ method: 'POST', path, tenant }, [200, 202, 404, 409], () =>
      note(stage, `${eventId}|${id}`),
    );
  };

const cancel = onDelivery('cancel', ({ cancelled }, subject) =>
  cancelled.push({ subject, beforeMs: Number.POSITIVE_INFINITY }),
);

const retry = onDelivery('retry', ({ reopened, system }, key) =>
  reopened.push({ key, atMs: system.clock.nowMs }),
);

const redact: Act = async (stage, of) => {
  const eventId = stage.someEvent(of);
  if (eventId === undefined) return;
  const path = `/v1/events/${eventId}/redact`;
  const { tenant } = of.endpoint;
  const { status } = await stage.insist({ method: 'POST', path, tenant }, [200, 404], () =>
    stage.cancelled.push({ subject: `${eventId}|*`, beforeMs: Number.POSITIVE_INFINITY }),
  );
  if (status !== 200) return;
  const doneMs = stage.system.clock.nowMs;
  stage.atEnd.push(() => {
    const stored = [...stage.system.contents.events.values()].find(
      ({ event }) => event.id === eventId,
    );
    if (stored && (stored.event.redactedAtMs === undefined || stored.event.data !== 'null')) {
      stage.find('not erased', `${eventId} was redacted, and holds its data`);
    }
    const late = stage.arrivals.find(
      ({ headers, atMs }) => headers['webhook-id'] === eventId && atMs > doneMs + UNDER_WAY_MS,
    );
    if (late) stage.find('not erased', `${eventId} was redacted, and sent at ${late.atMs}`);
  });
};

const change: Act = async ({ insist, random }, of) => {
  const changes = [
    { url: `${urlOf(of.endpoint)}?moved` },
    { maxPerSecond: 1 + Math.floor(random() * 5) },
    { timeoutMs: of.subscriber.timeoutMs, description: 'changed' },
  ];
  const body = changes[Math.floor(random() * changes.length)];
  await insist({ ...at(of, '', 'PATCH'), body }, [200, 404]);
};

/** Another transformation, or none. */
const shape =
  (v: number): Act =>
  async ({ insist, random }, of) => {
    const { language, source } = aTransform(v);
    const transform = random() < 0.25 ? null : { language, source };
    await insist({ ...at(of, '', 'PATCH'), body: { transform } }, [200, 404]);
  };

const rotateSecret: Act = async ({ insist, random }, of) => {
  const bytes = Buffer.from(Uint8Array.from({ length: 24 }, () => Math.floor(random() * 256)));
  const secret = bytes.toString('base64');
  of.subscriber.newerSecrets.push(secret);
  const body = { secret: `whsec_${secret}`, overlapSeconds: 3_600 };
  await insist({ ...at(of, '/rotate-secret'), body }, [200, 404]);
};

/** A template that the endpoint follows, and that changes. */
const template: Act = async ({ insist, system, random }, of) => {
  const { tenant, id } = of.endpoint;
  const headers = { 'idempotency-key': `template-${id}` };
  const name = `of-${id.slice(-8)}-${Math.floor(random() * 1e9)}`;
  const settings = { headers: { 'x-of': 'template' } };
  const made = await insist(
    { method: 'POST', path: '/v1/templates', tenant, headers, body: { name, settings } },
    [201, 200],
  );
  if (!made.json?.id) return;
  await insist({ ...at(of, '', 'PATCH'), body: { template: made.json.id } }, [200, 404]);
  await system.clock.sleep(MINUTE_MS);
  const path = `/v1/templates/${made.json.id}`;
  const changed = { settings: { headers: { 'x-of': 'changed' } } };
  await insist({ method: 'PATCH', path, tenant, body: changed }, [200]);
};

const recover: Act = async ({ insist, system, reopened, arrivals }, of) => {
  const since = new Date(system.clock.nowMs - HOUR_MS).toISOString();
  const headers = { 'idempotency-key': `recover-${of.endpoint.id}-${since}` };
  await insist(
    { ...at(of, '/recover'), headers, body: { since } },
    [200, 201, 202, 404, 409],
    () => {
      const known = arrivals.filter(({ endpointId }) => endpointId === of.endpoint.id);
      for (const eventId of new Set(known.map((one) => one.headers['webhook-id']))) {
        reopened.push({ key: `${eventId}|${of.endpoint.id}`, atMs: system.clock.nowMs });
      }
    },
  );
};

const ACTS: readonly Act[] = [
  pauseAndResume,
  purge,
  cancel,
  retry,
  retry,
  redact,
  change,
  change,
  rotateSecret,
  template,
  recover,
];

const replayDead: Act = async ({ insist, system }, of) => {
  const { id, tenant } = of.endpoint;
  const headers = { 'idempotency-key': `replay-${id}` };
  const since = new Date(system.clock.nowMs - 20 * 24 * HOUR_MS).toISOString();
  const body = { endpoint: id, since, status: 'dead' };
  await insist({ method: 'POST', path: '/v1/replays', tenant, headers, body }, [200, 201, 202]);
};

/** Creates an endpoint whose URL is to be proved, and proves it. */
const createVerified: Act = async ({ insist, system }, of) => {
  const { id, tenant, eventTypes, timeoutMs } = of.endpoint;
  const body = {
    url: urlOf(of.endpoint),
    eventTypes,
    timeoutMs,
    timingHeaders: true,
    verifyUrl: true,
    secret: of.secret,
  };
  const headers = { 'idempotency-key': `endpoint-${id}` };
  const { json } = await insist(
    { method: 'POST', path: '/v1/endpoints', tenant, headers, body },
    [200, 201],
  );
  Object.assign(of.endpoint, { id: json.id });
  Object.assign(of.subscriber, { id: json.id, sinceMs: system.clock.nowMs });
  for (let tries = 0; ; tries++) {
    const answer = await insist(at(of, '/verify'), [200]);
    if (answer.json.verified) return;
    await system.clock.sleep(MINUTE_MS * Math.min(tries + 1, 5));
  }
};

/** Reads a feed page by page, now and then, until nothing is on its way; each event must be there once at least. */
const pollFeed: Act = async ({ insist, system, find }, of) => {
  const seen = new Set<string>();
  let after = '';
  const readOn = async (): Promise<void> => {
    for (let more = true; more; ) {
      const { json } = await insist(at(of, `/events?limit=3${after}`, 'GET'), [200]);
      for (const { id } of json.data) seen.add(id);
      after = `&after=${encodeURIComponent(json.next)}`;
      more = json.more;
    }
  };
  while (system.size() > 0) {
    await readOn();
    await system.clock.sleep(3 * MINUTE_MS);
  }
  const owed = [...system.contents.events.values()].filter(({ targets }) =>
    targets.includes(of.endpoint.id),
  );
  // Entries appear late on purpose.
  await system.clock.sleep(3 * MINUTE_MS);
  await readOn();
  for (const { event } of owed) {
    if (!seen.has(event.id)) find('lost', `${event.id} is not in the feed of ${of.endpoint.id}`);
  }
};

export function createActs(options: ActsOptions) {
  const { plan, system, scenario, posts, arrivals, random, later } = options;
  const { clock } = system;
  const found: Finding[] = [];
  const deleted = new Set<string>();
  const erased: { doneMs?: number } = {};
  const isErased = (endpointId: string): boolean =>
    scenario.endpoints.some(
      ({ endpoint }) => endpoint.id === endpointId && endpoint.tenant === ERASED,
    );
  const stage: Stage = {
    system,
    random,
    cancelled: [],
    reopened: [],
    atEnd: [],
    arrivals,
    find: (kind, text) => void found.push({ kind, text }),
    async insist(request, statuses, beforeTry) {
      const subjects = /\bep_[0-9a-z]{26}\b/.exec(request.path)?.map((id) => `*|${id}`) ?? [];
      for (let tries = 1; ; tries++) {
        beforeTry?.();
        const answer = await clock
          .patiently(() => system.invoke('api', subjects, (code) => code.request(request)))
          .catch(() => undefined);
        if (answer && statuses.includes(answer.status)) return answer;
        if (answer && answer.status < 500 && answer.status !== 409) {
          const { status, json } = answer;
          found.push({
            kind: 'refused by the API',
            text: `${request.method} ${request.path}: ${status} ${JSON.stringify(json)}`,
          });
          return answer;
        }
        await clock.sleep(pauseBefore(tries, random));
      }
    },
    someEvent({ subscriber }) {
      const known = posts.filter(
        (post) => post.answeredIds.length > 0 && matches(subscriber, post),
      );
      return known[Math.floor(random() * known.length)]?.answeredIds[0];
    },
  };

  for (const one of scenario.endpoints) {
    if (one.behaviour === 'dead') later(scenario.calmAtMs, () => replayDead(stage, one));
    if (one.behaviour === 'verified') later(0, () => createVerified(stage, one));
    // The feed counts on clocks that are no further apart than its lag.
    if (one.behaviour === 'polled' && plan.maxClockOffsetMs === 0) {
      later(MINUTE_MS, () => pollFeed(stage, one));
    }
    if (one.behaviour === 'deleted') {
      later(random() * 20 * MINUTE_MS, async () => {
        await stage.insist(at(one, '', 'DELETE'), [204, 404]);
        deleted.add(one.endpoint.id);
      });
    }
  }
  if (plan.hasTransforms) {
    for (const one of scenario.endpoints.filter(({ isByApi }) => !isByApi)) {
      for (let v = 1; v <= 6; v++) later(random() * 2 * HOUR_MS, () => shape(v)(stage, one));
      for (let tries = 0; tries < 3; tries++) {
        later(random() * 4 * HOUR_MS, () => retry(stage, one));
      }
    }
  }
  if (plan.hasActs) {
    const willing = scenario.endpoints.filter(
      ({ behaviour, endpoint }) =>
        !['deleted', 'verified', 'dead', 'polled'].includes(behaviour) &&
        endpoint.tenant !== ERASED,
    );
    const count = willing.length === 0 ? 0 : 1 + Math.floor(random() * 4);
    for (let index = 0; index < count; index++) {
      const of = willing[Math.floor(random() * willing.length)];
      const act = ACTS[(plan.seed + index * 7) % ACTS.length];
      if (of && act) later(random() * 2 * HOUR_MS, () => act(stage, of));
    }
    later(random() * 30 * MINUTE_MS, async () => {
      await stage.insist({ method: 'DELETE', path: `/v1/tenants/${ERASED}` }, [202, 404]);
      erased.doneMs = clock.nowMs;
    });
  }

  const isOfErased = ({ scope }: Pick<Post, 'scope'>): boolean =>
    plan.hasActs && scope === `live#${ERASED}`;
  return {
    cancelled: stage.cancelled,
    reopened: stage.reopened,
    isDeleted: (endpointId: string): boolean =>
      deleted.has(endpointId) || (plan.hasActs && isErased(endpointId)),
    /** Posts of which something is promised still. */
    judged: (): readonly Posting[] => posts.filter((post) => !isOfErased(post)),
    judgedArrivals: (): readonly Arrival[] =>
      arrivals.filter(({ endpointId }) => !plan.hasActs || !isErased(endpointId)),
    findings(): readonly Finding[] {
      for (const check of stage.atEnd) check();
      const { doneMs } = erased;
      if (doneMs !== undefined) {
        for (const { event } of system.contents.events.values()) {
          if (event.tenant === ERASED && event.redactedAtMs === undefined) {
            stage.find('not erased', `${event.id} holds data of ${ERASED}`);
          }
        }
        for (const { tenant, eventId, ...kept } of system.contents.deliveries.values()) {
          const { lastRequest, lastResponse, sealedResponse, subject } = kept;
          if (tenant === ERASED && (lastRequest ?? lastResponse ?? sealedResponse ?? subject)) {
            stage.find('not erased', `a delivery of ${eventId} holds data of ${ERASED}`);
          }
        }
        const late = arrivals.find(
          ({ endpointId, atMs }) => isErased(endpointId) && atMs > doneMs + UNDER_WAY_MS,
        );
        if (late) stage.find('not erased', `${ERASED} was sent something at ${late.atMs}`);
      }
      return found;
    },
  };
}
