// A whole Posthorn in memory and virtual time: the real handlers over in-memory adapters.
import { generateKeyPairSync } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { CONTRACTS, type ContractName, contractOf } from '../../lambdas/core/contracts/all.ts';
import type { Delivery } from '../../lambdas/core/delivery.ts';
import type { Endpoint } from '../../lambdas/core/endpoint.ts';
import type { Event } from '../../lambdas/core/event.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import {
  encodeDeliveryMessage,
  encodeEventMessage,
  encodeWakeMessage,
} from '../../lambdas/core/messages.ts';
import { createOperatorNotices } from '../../lambdas/core/operator-notices.ts';
import type { Outcome } from '../../lambdas/core/outcome.ts';
import {
  type Queues,
  type Registry,
  type Surroundings,
  scopeKey,
} from '../../lambdas/core/ports.ts';
import { type Settings, settingsSchema } from '../../lambdas/core/settings.ts';
import type { SigningKey } from '../../lambdas/core/signing-keys.ts';
import { type DispatchPorts, dispatch } from '../../lambdas/dispatch/dispatch.ts';
import type { OpenEndpoint } from '../../lambdas/dispatch/endpoint-cache.ts';
import { createHealthWatch } from '../../lambdas/dispatch/health-watch.ts';
import { formRequest } from '../../lambdas/dispatch/request.ts';
import { fanOut } from '../../lambdas/fan-out/fan-out.ts';
import { sweep } from '../../lambdas/sweep/sweep.ts';
import type { WakePorts } from '../../lambdas/wake/send-due.ts';
import { wake } from '../../lambdas/wake/wake.ts';
import { type CallCounts, createCallCounts } from './call-counts.ts';
import { createMemoryLedger, type MemoryLedger } from './memory-ledger.ts';
import { MemoryQueue } from './memory-queue.ts';
import { createMemoryWakes, type MemoryWakes } from './memory-wakes.ts';
import { VirtualClock } from './virtual-clock.ts';

const SWEEP_EVERY_MS = 5 * 60_000;
const VISIBILITY_MS = 90_000;

/** What a simulated receiver answers, and how long it takes. */
export interface Answer {
  readonly outcome: Outcome;
  readonly latencyMs: number;
}
export type Receiver = (endpoint: Endpoint, atMs: number) => Answer;

export interface WorldOptions {
  readonly startMs: number;
  readonly receiver: Receiver;
  readonly settings?: Partial<Settings>;
  /** 0 to 1 each. */
  readonly lostSchedules?: number;
  readonly doubledSchedules?: number;
  readonly seed?: number;
}

export interface World {
  readonly clock: VirtualClock;
  readonly counts: CallCounts;
  readonly ledger: MemoryLedger;
  readonly wakes: MemoryWakes;
  readonly surroundings: Surroundings;
  /** Requests that were sent, in order. */
  readonly sent: { readonly endpointId: string; readonly atMs: number; readonly ok: boolean }[];
  /** Events of the operator's own tenant. */
  readonly notices: Event[];
  addEndpoint(endpoint: Partial<Endpoint> & { readonly contract?: ContractName }): Endpoint;
  post(endpoint: Endpoint, data: string): Event;
  readonly onRecorded: { listener?: (delivery: Delivery) => void };
  readonly queues: { readonly deliveries: MemoryQueue; readonly retries: MemoryQueue };
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
  const queue = (name: string): MemoryQueue => new MemoryQueue(name, clock, counts, VISIBILITY_MS);
  const memory = {
    events: queue('events'),
    deliveries: queue('deliveries'),
    retries: queue('retries'),
    wakes: queue('wakes'),
  };
  const wakes = createMemoryWakes(clock, counts, memory.wakes, {
    lost: options.lostSchedules ?? 0,
    doubled: options.doubledSchedules ?? 0,
    random,
  });
  const requests = (messages: readonly unknown[]): ReadonlySet<number> => {
    counts.sqsRequests(Math.ceil(messages.length / 10));
    return new Set<number>();
  };
  const queues: Queues = {
    sendEvents: async (messages) => {
      for (const message of messages) memory.events.send(encodeEventMessage(message), 0);
      return requests(messages);
    },
    sendDeliveries: async (messages) => {
      for (const message of messages) memory.deliveries.send(encodeDeliveryMessage(message), 0);
      return requests(messages);
    },
    sendRetries: async (messages) => {
      for (const { message, delaySeconds } of messages) {
        memory.retries.send(encodeDeliveryMessage(message), delaySeconds);
      }
      return requests(messages);
    },
    sendWakes: async (messages) => {
      for (const message of messages) {
        memory.wakes.send(encodeWakeMessage(message.wake), message.delaySeconds);
      }
      return requests(messages);
    },
    postpone: async (name, handle, seconds) => memory[name].postpone(handle, seconds),
  };

  const endpoints = new Map<string, Endpoint>();
  const notices: Event[] = [];
  const sent: World['sent'] = [];
  const onRecorded: World['onRecorded'] = {};
  const subscribersOf: Registry['subscribersOf'] = async (scopes) =>
    new Map(
      scopes.map((scope) => [
        scopeKey(scope),
        [...endpoints.values()].filter((endpoint) => scopeKey(endpoint) === scopeKey(scope)),
      ]),
    );
  const events = createOperatorNotices({ registry: { subscribersOf }, queues });

  const ports: DispatchPorts = {
    ledger,
    endpoints: async (refs) => {
      const opened = new Map<string, OpenEndpoint>();
      for (const { id } of refs) {
        const endpoint = endpoints.get(id);
        if (!endpoint) continue;
        const keys = endpoint.contract === 'bynn' ? [signingKey()] : [];
        opened.set(id, { endpoint, tenantName: endpoint.tenant, secrets: [SECRET], keys });
      }
      return opened;
    },
    queues,
    wakes,
    rates: ledger,
    health: createHealthWatch({
      ledger,
      wakes,
      queues,
      surroundings,
      events,
      tripFailures: settings.tripFailures,
    }),
    events,
    form: (...parameters) => clock.outside(formRequest(...parameters)),
    sender: {
      async send(request) {
        const startedAtMs = clock.nowMs;
        const endpoint = endpoints.get(new URL(request.url).pathname.slice(1));
        if (!endpoint) throw new Error(`no endpoint for ${request.url}`);
        const { outcome, latencyMs } = options.receiver(endpoint, startedAtMs);
        const ok = outcome.kind === 'response' && outcome.response.status < 300;
        sent.push({ endpointId: endpoint.id, atMs: startedAtMs, ok });
        await clock.sleep(latencyMs);
        return { outcome, startedAtMs, endedAtMs: clock.nowMs };
      },
    },
    surroundings,
    settings,
    writeDelivered: async (delivery) => {
      await ledger.putDeliveries([delivery]);
    },
    report: ({ delivery }) => onRecorded.listener?.(delivery),
    warn: (message, error) => console.warn(message, error),
  };
  const wakePorts: WakePorts = {
    work: ledger,
    ledger,
    health: ledger,
    queues,
    wakes,
    surroundings,
    events,
  };

  const failedIds = (failed: readonly { readonly messageId: string }[]): ReadonlySet<string> =>
    new Set(failed.map(({ messageId }) => messageId));
  const record = (records: SQSRecord[]): void => {
    for (const { body } of records) {
      if (body.includes('"tn":"_posthorn"')) notices.push(JSON.parse(body));
    }
  };
  memory.events.consume(async (records) => {
    record(records);
    return failedIds(await fanOut({ ledger, registry: { subscribersOf }, queues }, records));
  });
  memory.deliveries.consume(async (records, id) =>
    failedIds(await dispatch(ports, records, 'deliveries', id)),
  );
  memory.retries.consume(async (records, id) =>
    failedIds(await dispatch(ports, records, 'retries', id)),
  );
  memory.wakes.consume(async (records) => failedIds(await wake(wakePorts, records, () => 60_000)));

  let isSweeping = false;
  const sweepOn = (): void => {
    void sweep({ wakes, queues, surroundings });
    isSweeping = ledger.waiting() > 0;
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
      void queues.sendEvents([{ event, mayRepeat: false }]);
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
