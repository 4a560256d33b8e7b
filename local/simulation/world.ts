// A whole Posthorn in memory and virtual time: the real handlers over in-memory adapters.
import { generateKeyPairSync } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { CONTRACTS, type ContractName, contractOf } from '../../lambdas/core/contracts/all.ts';
import { attemptsMade, type Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import type { Event } from '../../lambdas/core/events/event.ts';
import { decodeEventMessage } from '../../lambdas/core/events/message.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { createOperatorNotices } from '../../lambdas/core/operator/notices.ts';
import type { Sender } from '../../lambdas/core/requests/sender.ts';
import type { Outcome } from '../../lambdas/core/retries/outcome.ts';
import { addressOf, OPERATOR_TENANT, scopeKey } from '../../lambdas/core/scope.ts';
import { type Settings, settingsSchema } from '../../lambdas/core/settings.ts';
import type { SigningKey } from '../../lambdas/core/signing/keys.ts';
import type { SubscriberStore } from '../../lambdas/core/subscriptions/subscriber.ts';
import type { Surroundings } from '../../lambdas/core/surroundings.ts';
import { type DispatchPorts, dispatch } from '../../lambdas/dispatch/dispatch.ts';
import type { OpenEndpoint } from '../../lambdas/dispatch/endpoint-cache.ts';
import { createHealthWatch } from '../../lambdas/dispatch/health-watch.ts';
import { formRequest } from '../../lambdas/dispatch/request.ts';
import { fanOut } from '../../lambdas/fan-out/fan-out.ts';
import { createSweep } from '../../lambdas/sweep/sweep.ts';
import type { WakePorts } from '../../lambdas/wake/send-due.ts';
import { wake } from '../../lambdas/wake/wake.ts';
import { workOff } from '../../lambdas/wake/work-off.ts';
import { InstancePool, type Life } from './instances.ts';
import { type CallCounts, createCallCounts } from './memory/call-counts.ts';
import { createMemoryLedger, type MemoryLedger } from './memory/ledger.ts';
import { createMemoryQueues, failedIds, type MemoryQueues } from './memory/queues.ts';
import { VirtualClock } from './memory/virtual-clock.ts';
import { createMemoryWakes, type MemoryWakes } from './memory/wakes.ts';

const SWEEP_EVERY_MS = 5 * 60_000;
/** A message's second copy comes within this of the first. */
const SECOND_COPY_WITHIN_MS = 60_000;

/** What a simulated receiver answers, and how long it takes. */
export interface Answer {
  readonly outcome: Outcome;
  readonly latencyMs: number;
}
type Receiver = (endpoint: Endpoint, atMs: number) => Answer;

export interface WorldOptions {
  readonly startMs: number;
  readonly receiver: Receiver;
  readonly settings?: Partial<Settings>;
  /** 0 to 1 each. */
  readonly lostSchedules?: number;
  readonly doubledSchedules?: number;
  /** The share of messages that SQS delivers twice, and the chance of a crash at each call. */
  readonly doubledMessages?: number;
  readonly crashes?: number;
  readonly seed?: number;
}

interface SentRequest {
  readonly endpointId: string;
  readonly eventId: string;
  /** The delivery's attempt, counted from 1, as the ledger knew it when the request was sent. */
  readonly attempt: number;
  readonly atMs: number;
  readonly ok: boolean;
}

export interface World {
  readonly clock: VirtualClock;
  readonly counts: CallCounts;
  readonly ledger: MemoryLedger;
  readonly wakes: MemoryWakes;
  readonly surroundings: Surroundings;
  /** Requests that were sent, in order. */
  readonly sent: SentRequest[];
  /** Events of the operator's own tenant. */
  readonly notices: Event[];
  addEndpoint(endpoint: Partial<Endpoint> & { readonly contract?: ContractName }): Endpoint;
  post(endpoint: Endpoint, data: string): Event;
  readonly onRecorded: { listener?: (delivery: Delivery) => void };
  readonly queues: MemoryQueues;
  /** How many instances crashed. */
  crashed(): number;
}

/** A small generator (mulberry32), so that a run can be repeated from its seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function createWorld(options: WorldOptions): World {
  const clock = new VirtualClock(options.startMs);
  const counts = createCallCounts();
  const random = randomFrom(options.seed ?? 1);
  const settings = settingsSchema.parse(options.settings ?? {});
  const surroundings: Surroundings = {
    now: () => clock.nowMs,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
    sleep: (ms) => clock.sleep(ms),
  };
  const ledger = createMemoryLedger(counts);
  const faults = randomFrom((options.seed ?? 1) + 2);
  const memory = createMemoryQueues(clock, counts, {
    onSend: () =>
      faults() < (options.doubledMessages ?? 0)
        ? [{ laterMs: 0 }, { laterMs: faults() * SECOND_COPY_WITHIN_MS }]
        : [{ laterMs: 0 }],
  });
  const wakes = createMemoryWakes(clock, counts, memory.wakes, {
    lost: options.lostSchedules ?? 0,
    doubled: options.doubledSchedules ?? 0,
    random,
  });
  const endpoints = new Map<string, Endpoint>();
  const notices: Event[] = [];
  const sent: World['sent'] = [];
  const onRecorded: World['onRecorded'] = {};
  const subscribersOf: SubscriberStore['subscribersOf'] = async (scopes) =>
    new Map(
      scopes.map((scope) => [
        scopeKey(scope),
        [...endpoints.values()].filter((endpoint) => scopeKey(endpoint) === scopeKey(scope)),
      ]),
    );
  const eventOfBody = new WeakMap<Buffer, string>();
  const sender: Sender = {
    async send(request) {
      const startedAtMs = clock.nowMs;
      const endpoint = endpoints.get(new URL(request.url).pathname.slice(1));
      if (!endpoint) throw new Error(`no endpoint for ${request.url}`);
      const eventId = eventOfBody.get(request.body) ?? '';
      const { outcome, latencyMs } = options.receiver(endpoint, startedAtMs);
      const ok = outcome.kind === 'response' && outcome.response.status < 300;
      const known = ledger.find({ ...addressOf(endpoint), eventId });
      const attempt = (known ? attemptsMade(known) : 0) + 1;
      sent.push({ endpointId: endpoint.id, eventId, attempt, atMs: startedAtMs, ok });
      await clock.sleep(latencyMs);
      return { outcome, startedAtMs, endedAtMs: clock.nowMs };
    },
  };
  const openEndpoints: DispatchPorts['endpoints'] = async (refs) => {
    const opened = new Map<string, OpenEndpoint>();
    for (const { id } of refs) {
      const endpoint = endpoints.get(id);
      if (!endpoint) continue;
      const keys = endpoint.contract === 'bynn' ? [signingKey()] : [];
      opened.set(id, { endpoint, tenantName: endpoint.tenant, secrets: [SECRET], keys });
    }
    return opened;
  };

  /** The functions of one instance, with its memory; all that it reaches ends with its life. */
  function createFunctions(life?: Life) {
    const guard = <T extends object>(port: T): T => life?.guard(port) ?? port;
    const own = { ledger: guard(ledger), wakes: guard(wakes), queues: guard(memory.port) };
    const events = createOperatorNotices({ registry: { subscribersOf }, queues: own.queues });
    const { tripFailures } = settings;
    const health = { ...own, surroundings, events, tripFailures };
    const dispatchPorts: DispatchPorts = {
      ...own,
      endpoints: openEndpoints,
      rates: own.ledger,
      health: createHealthWatch(health),
      events,
      form: async (open, event, nowMs) => {
        const formed = await clock.outside(formRequest(open, event, nowMs));
        if (formed.kind === 'formed') eventOfBody.set(formed.body, event.id);
        return formed;
      },
      sender: guard(sender),
      watchSlow: (_endpoint, request) => request(),
      surroundings,
      settings,
      writeDelivered: async (delivery) => {
        await own.ledger.putDeliveries([delivery]);
      },
      report: ({ delivery }) => onRecorded.listener?.(delivery),
      warn: (message, error) => console.warn(message, error),
    };
    const wakePorts: WakePorts = {
      ...own,
      work: own.ledger,
      rates: own.ledger,
      registry: { getEndpoints: async () => endpoints },
      settings,
      health: own.ledger,
      surroundings,
      events,
    };
    return {
      fanOut: (records: SQSRecord[]) =>
        fanOut({ ...own, registry: { subscribersOf }, surroundings, settings }, records),
      dispatch: (records: SQSRecord[], queue: 'deliveries' | 'retries', requestId: string) =>
        dispatch(dispatchPorts, records, queue, requestId),
      wake: (records: SQSRecord[]) =>
        workOff(records, async (message) => {
          if (message.kind !== 'wake') throw new Error(`nothing sends a ${message.kind} here`);
          await wake(wakePorts, message, () => 60_000);
        }),
      sweep: createSweep({ ...own, surroundings }),
    };
  }
  type Functions = ReturnType<typeof createFunctions>;
  const share = options.crashes ?? 0;
  const pool = new InstancePool({ share, random: faults }, createFunctions);
  const single = createFunctions();
  const run = <T>(work: (functions: Functions) => Promise<T>): Promise<T> =>
    share > 0 ? pool.run(work) : work(single);

  memory.events.consume(async (records) => {
    for (const { body } of records) {
      const { event } = decodeEventMessage(body);
      if (event.tenant === OPERATOR_TENANT) notices.push(event);
    }
    return failedIds(await run((functions) => functions.fanOut(records)));
  });
  for (const name of ['deliveries', 'retries'] as const) {
    memory[name].consume(async (records, id) =>
      failedIds(await run((functions) => functions.dispatch(records, name, id))),
    );
  }
  memory.wakes.consume(async (records) => failedIds(await run(({ wake }) => wake(records))));

  let isSweeping = false;
  const sweepOn = (): void => {
    run((functions) => functions.sweep()).catch(() => undefined);
    isSweeping = ledger.waiting() > 0 || memory.size() > 0;
    if (isSweeping) clock.at(clock.nowMs + SWEEP_EVERY_MS, sweepOn);
  };

  return {
    clock,
    counts,
    ledger,
    wakes,
    surroundings,
    sent,
    notices,
    onRecorded,
    queues: memory,
    crashed: () => pool.crashed,
    addEndpoint(given) {
      const contract = given.contract ?? 'standard-webhooks';
      const id = createId('ep', clock.nowMs, surroundings.random(10));
      const endpoint: Endpoint = {
        tenant: 'demo',
        environment: 'live',
        contractOptions: contractOf(contract).optionsSchema.parse({}),
        eventTypes: [],
        channels: [],
        method: 'POST',
        headers: {},
        timeoutMs: 10_000,
        autoPause: true,
        description: '',
        sealedSecrets: [],
        maskedSecret: '',
        createdAtMs: clock.nowMs,
        version: 1,
        ...given,
        contract,
        id,
        url: `https://receiver.example.com/${id}`,
      };
      endpoints.set(id, endpoint);
      return endpoint;
    },
    post(endpoint, data) {
      const event: Event = {
        tenant: endpoint.tenant,
        environment: endpoint.environment,
        id: createId('evt', clock.nowMs, surroundings.random(10)),
        type: 'simulation.event',
        acceptedAtMs: clock.nowMs,
        channels: endpoint.channels,
        data,
      };
      void memory.port.sendEvents([{ event, mayRepeat: false }]);
      if (!isSweeping) clock.at(clock.nowMs + SWEEP_EVERY_MS, sweepOn);
      isSweeping = true;
      return event;
    },
  };
}

let rsaKey: SigningKey | undefined;

/** Made once and only for contracts that sign with it: making it takes longer than a simulation. */
function signingKey(): SigningKey {
  rsaKey ??= {
    id: 'sk_simulated',
    algorithm: 'RS256',
    signsFromMs: 0,
    privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  };
  return rsaKey;
}

const SECRET = 'whsec_c2ltdWxhdGlvbi1zaW11bGF0aW9uLXNpbXVsYXRpb24h';
/** The contracts that can be simulated. */
export const SIMULATED_CONTRACTS = Object.keys(CONTRACTS);
