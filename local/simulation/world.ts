// A Posthorn of one's own in virtual time: endpoints and events by a call each, receivers as they are told to be.
import { CONTRACTS, type ContractName, contractOf } from '../../lambdas/core/contracts/all.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { isChat } from '../../lambdas/core/endpoints/incoming-webhook.ts';
import type { Event } from '../../lambdas/core/events/event.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import type { Outcome } from '../../lambdas/core/retries/outcome.ts';
import { addressOf, OPERATOR_TENANT } from '../../lambdas/core/scope.ts';
import { NONCE_BYTES } from '../../lambdas/core/sealing/seal.ts';
import type { Settings } from '../../lambdas/core/settings.ts';
import type { Surroundings } from '../../lambdas/core/surroundings.ts';
import type { CallCounts } from './memory/call-counts.ts';
import { createMemoryLedger, type MemoryLedger } from './memory/ledger.ts';
import type { Copy } from './memory/queue.ts';
import { VirtualClock } from './memory/virtual-clock.ts';
import { randomFrom } from './random.ts';
import { adaptersOf } from './system/adapters.ts';
import type { ServiceCall } from './system/calls.ts';
import { type Conditions, QUIET } from './system/conditions.ts';
import { never } from './system/instances.ts';
import { putEndpoint, putSigningKey } from './system/registry.ts';
import { createSystem, type System } from './system/system.ts';

const SWEEP_EVERY_MS = 5 * 60_000;
/** A message's second copy comes within this of the first. */
const SECOND_COPY_WITHIN_MS = 60_000;
const SECRET = 'whsec_c2ltdWxhdGlvbi1zaW11bGF0aW9uLXNpbXVsYXRpb24h';
/** The contracts that can be simulated. */
export const SIMULATED_CONTRACTS = Object.keys(CONTRACTS);

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
  /** How far the index of what waits is behind. */
  readonly indexLagMs?: number;
  readonly seed?: number;
  /** Makes each call of a function to a service. */
  readonly around?: (call: ServiceCall, make: () => Promise<unknown>) => Promise<unknown>;
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
  readonly wakes: ReturnType<typeof adaptersOf>['wakes'] & CreatedSchedules;
  readonly surroundings: Surroundings;
  /** Requests that were sent, in order. */
  readonly sent: SentRequest[];
  /** Events of the operator's own tenant. */
  readonly notices: Event[];
  addEndpoint(endpoint: Partial<Endpoint> & { readonly contract?: ContractName }): Endpoint;
  post(endpoint: Endpoint, data: string): Event;
  readonly onRecorded: { listener?: (delivery: Delivery) => void };
  readonly queues: System['queues'] & {
    readonly port: ReturnType<typeof adaptersOf>['queues'];
    size(): number;
  };
  readonly system: System;
  /** How many instances crashed. */
  crashed(): number;
}

interface CreatedSchedules {
  /** Schedules that are created and have not fired. */
  readonly alive: () => number;
  /** When they were created, per endpoint. */
  readonly created: ReadonlyMap<string, readonly number[]>;
  /** Their buckets, per endpoint in the order of creation. */
  readonly buckets: ReadonlyMap<string, readonly number[]>;
}

export function createWorld(options: WorldOptions): World {
  const clock = new VirtualClock(options.startMs);
  const random = randomFrom(options.seed ?? 1);
  const created = new Map<string, number[]>();
  const buckets = new Map<string, number[]>();
  const endpoints = new Map<string, Endpoint>();
  const sent: World['sent'] = [];
  const onRecorded: World['onRecorded'] = {};

  const system = createSystem({
    clock,
    random,
    settings: options.settings,
    onAttempt: (delivery) => onRecorded.listener?.(delivery),
    conditions: {
      ...conditionsOf(options, random),
      onCreate(name) {
        system.counts.schedule();
        const [id = '', seconds = ''] = name.split('-');
        created.set(id, [...(created.get(id) ?? []), clock.nowMs]);
        buckets.set(id, [...(buckets.get(id) ?? []), Number(seconds) * 1000]);
      },
    },
    async receive(request, eventId) {
      const endpoint = endpoints.get(new URL(request.url).pathname.slice(1));
      if (!endpoint) throw new Error(`no endpoint for ${request.url}`);
      const atMs = clock.nowMs;
      const { outcome, latencyMs } = options.receiver(endpoint, atMs);
      const ok = outcome.kind === 'response' && outcome.response.status < 300;
      const attempt = ledger.attemptsOf({ ...addressOf(endpoint), eventId }) + 1;
      sent.push({ endpointId: endpoint.id, eventId, attempt, atMs, ok });
      await clock.sleep(latencyMs);
      return outcome;
    },
  });
  const { counts, dynamoDb, scheduler, surroundings } = system;
  const ledger = createMemoryLedger(counts, options.settings, dynamoDb);
  const { wakes, queues: port } = adaptersOf(system.services);

  let isSweeping = false;
  const isBusy = (): boolean => {
    isSweeping = ledger.waiting() > 0 || system.size() > 0;
    return isSweeping;
  };

  return {
    clock,
    counts,
    ledger,
    wakes: { ...wakes, created, buckets, alive: () => scheduler.alive.size },
    surroundings,
    sent,
    get notices() {
      const events = [...ledger.events.values()].map(({ event }) => event);
      return events.filter(({ tenant }) => tenant === OPERATOR_TENANT);
    },
    onRecorded,
    queues: { ...system.queues, port, size: system.size },
    system,
    crashed: () => system.instances.died,
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
        destination: { kind: 'http', urls: [{ url: `https://receiver.example.com/${id}` }] },
      };
      const secret = isChat(contract) ? `https://receiver.example.com/${id}` : SECRET;
      const stored = putEndpoint(dynamoDb, endpoint, secret, surroundings.random(NONCE_BYTES));
      if (contract === 'bynn') putSigningKey(dynamoDb);
      endpoints.set(id, stored);
      return stored;
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
      void port.sendEvents([{ event, mayRepeat: false }]);
      if (!isSweeping) system.sweepFrom(clock.nowMs + SWEEP_EVERY_MS, isBusy);
      isSweeping = true;
      return event;
    },
  };
}

/** Quiet, but for what was asked for. */
function conditionsOf(options: WorldOptions, random: () => number): Conditions {
  const { crashes = 0, doubledMessages = 0, lostSchedules = 0, doubledSchedules = 0 } = options;
  const faults = randomFrom((options.seed ?? 1) + 2);
  const copies = (): readonly Copy[] =>
    faults() < doubledMessages
      ? [{ laterMs: 0 }, { laterMs: faults() * SECOND_COPY_WITHIN_MS }]
      : [{ laterMs: 0 }];
  return {
    ...QUIET,
    indexLagMs: () => options.indexLagMs ?? 0,
    queue: () => (doubledMessages > 0 ? { onSend: copies } : {}),
    async call(instance, call) {
      const make = (): Promise<unknown> => call.run(call.input);
      // A crash comes half of the time after the call.
      const crashed = (): boolean => {
        if (crashes === 0 || faults() >= crashes / 2) return false;
        instance.end();
        return true;
      };
      if (crashed()) return never();
      const answer = await (options.around?.(call, make) ?? make());
      return crashed() ? never() : answer;
    },
    firings() {
      if (random() < lostSchedules) return [];
      return random() < doubledSchedules ? [0, 0] : [0];
    },
  };
}
