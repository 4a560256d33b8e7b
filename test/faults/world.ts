// A whole Posthorn in virtual time in which everything may fail: the real code of every function over
// ports in memory, each instance with ports, caches and a clock of its own.
import { createHash } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { FailedRecord } from '../../lambdas/core/deliveries/failed-record.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { inParallel } from '../../lambdas/core/in-parallel.ts';
import { createOperatorNotices } from '../../lambdas/core/operator/notices.ts';
import { scopeKey } from '../../lambdas/core/scope.ts';
import { secretPlace } from '../../lambdas/core/sealing/places.ts';
import { seal, soleKey } from '../../lambdas/core/sealing/seal.ts';
import { type Settings, settingsSchema } from '../../lambdas/core/settings.ts';
import type { Surroundings } from '../../lambdas/core/surroundings.ts';
import { type DispatchPorts, dispatch } from '../../lambdas/dispatch/dispatch.ts';
import { createEndpointCache } from '../../lambdas/dispatch/endpoint-cache.ts';
import { createHealthWatch } from '../../lambdas/dispatch/health-watch.ts';
import { formRequest } from '../../lambdas/dispatch/request.ts';
import { fanOut } from '../../lambdas/fan-out/fan-out.ts';
import { accept, type Candidate } from '../../lambdas/ingest/accept.ts';
import { redriveDeadLetters } from '../../lambdas/sweep/dead-letters.ts';
import { createSweep } from '../../lambdas/sweep/sweep.ts';
import { replay } from '../../lambdas/wake/replay.ts';
import type { WakePorts } from '../../lambdas/wake/send-due.ts';
import { wake } from '../../lambdas/wake/wake.ts';
import { workOff } from '../../lambdas/wake/work-off.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../local/simulation/memory/ledger.ts';
import { MemoryQueue } from '../../local/simulation/memory/queue.ts';
import { failedIds, type MemoryQueues } from '../../local/simulation/memory/queues.ts';
import type { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import {
  createMemoryDirectory,
  createMemorySchedules,
} from '../../local/simulation/memory/wakes.ts';
import { randomFrom } from '../../local/simulation/world.ts';
import { type FaultLog, type Subject, subjectOf } from './fault-log.ts';
import { type InstancePorts, type Outside, portsOf, type Receive } from './guarded-ports.ts';
import type { Injector } from './injector.ts';
import { Instances } from './instances.ts';
import { sqsOver } from './memory-sqs.ts';
import type { FunctionName, Plan } from './plan.ts';

const SWEEP_EVERY_MS = 5 * 60_000;
const MAX_RECEIVES = 10;
/** Function timeout and 30 s: see lib/queue-with-dead-letters.ts. */
const VISIBILITY_MS = { events: 60_000, deliveries: 90_000, retries: 90_000, wakes: 90_000 };
const SEALING_KEY = createHash('sha256').update('faults').digest();

/** What one instance of the code can do. */
export type Code = ReturnType<typeof createCode>;

export interface FaultWorld {
  readonly clock: VirtualClock;
  readonly instances: Instances<Code>;
  readonly ledger: Outside['ledger'];
  readonly queues: MemoryQueues;
  readonly deadLetters: Readonly<Record<keyof typeof VISIBILITY_MS, MemoryQueue>>;
  addEndpoint(endpoint: Omit<Endpoint, 'sealedSecrets'>, secret: string): Endpoint;
  deleteEndpoint(id: string): void;
  /** Whether something is still to be done, as far as queues and ledger tell. */
  isBusy(): boolean;
}

/** Lets a test break a part on purpose, to see whether the checker notices. */
export type Sabotage = (ports: InstancePorts, name: FunctionName) => InstancePorts;

export interface FaultWorldOptions {
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly log: FaultLog;
  readonly injector: Injector;
  readonly receive: Receive;
  readonly settings?: Partial<Settings>;
  readonly sabotage?: Sabotage | undefined;
}

export function createFaultWorld(options: FaultWorldOptions): FaultWorld {
  const { plan, clock, injector, log } = options;
  const counts = createCallCounts();
  const ledger = createMemoryLedger(counts);
  const settings = settingsSchema.parse(options.settings ?? {});
  const endpoints = new Map<string, Endpoint>();
  const random = randomFrom(plan.seed ^ 0x1d5);

  const queueWith = (name: keyof typeof VISIBILITY_MS): [MemoryQueue, MemoryQueue] => {
    const dead = new MemoryQueue(`dead-${name}`, clock, counts, 5 * 60_000);
    const conditions = injector.conditions(name, VISIBILITY_MS[name]);
    const laws = { ...conditions, deadLetters: dead, maxReceives: MAX_RECEIVES };
    return [new MemoryQueue(name, clock, counts, VISIBILITY_MS[name], laws), dead];
  };
  const [events, deadEvents] = queueWith('events');
  const [deliveries, deadDeliveries] = queueWith('deliveries');
  const [retries, deadRetries] = queueWith('retries');
  const [wakes, deadWakes] = queueWith('wakes');
  const all = { events, deliveries, retries, wakes };
  const deadLetters = {
    events: deadEvents,
    deliveries: deadDeliveries,
    retries: deadRetries,
    wakes: deadWakes,
  };
  const size = (): number => Object.values(all).reduce((sum, queue) => sum + queue.size, 0);

  const outside: Outside = {
    ledger,
    directory: createMemoryDirectory(counts),
    schedules: createMemorySchedules(clock, wakes, ({ endpointId }) =>
      injector.firings(endpointId),
    ),
    // The port is made for each instance.
    queues: { ...all, size, port: undefined as unknown as MemoryQueues['port'] },
    sqs: sqsOver([...Object.values(all), ...Object.values(deadLetters)]),
    registry: {
      subscribersOf: async (scopes) =>
        new Map(
          scopes.map((scope) => [
            scopeKey(scope),
            [...endpoints.values()].filter(
              (one) => scopeKey(one) === scopeKey(scope) && one.deletedAtMs === undefined,
            ),
          ]),
        ),
      getEndpoints: async (refs) =>
        new Map(
          refs.flatMap(({ id }) => {
            const found = endpoints.get(id);
            return found ? [[id, found] as const] : [];
          }),
        ),
      getTenant: async (id) => ({ id, name: id, createdAtMs: 0 }),
    },
    secrets: { sealingKey: async () => soleKey(SEALING_KEY) },
    receive: options.receive,
  };

  const instances = new Instances<Code>(clock, (instance) => {
    const offsetMs = Math.round((random() * 2 - 1) * plan.maxClockOffsetMs);
    const surroundings: Surroundings = {
      now: () => clock.nowMs + offsetMs,
      random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
      sleep: (ms) => clock.sleep(ms),
    };
    const ports = portsOf(instance, injector, outside, surroundings);
    const given = options.sabotage?.(ports, instance.functionName) ?? ports;
    return createCode(given, surroundings, settings, clock);
  });

  const serve = (
    queue: MemoryQueue,
    name: FunctionName,
    work: (code: Code, records: SQSRecord[], requestId: string) => Promise<FailedRecord[]>,
  ): void =>
    queue.consume(async (records, requestId) =>
      failedIds(
        await instances.run(name, subjectsOf(records), (code) => work(code, records, requestId)),
      ),
    );
  serve(events, 'fan-out', (code, records) => code.fanOut(records));
  serve(deliveries, 'dispatch', (code, records, id) => code.dispatch(records, 'deliveries', id));
  serve(retries, 'dispatch', (code, records, id) => code.dispatch(records, 'retries', id));
  serve(wakes, 'wake', (code, records) => code.wake(records));

  const waits = ({ state, endpointId }: Delivery): boolean =>
    state === 'waiting' && endpoints.get(endpointId)?.deletedAtMs === undefined;
  const isBusy = (): boolean =>
    size() > 0 ||
    [...ledger.deliveries.values()].some(waits) ||
    Object.values(deadLetters).some((queue) =>
      queue.bodies().some((body) => subjectOf(body) !== '*|*'),
    );
  const sweepOn = (): void => {
    instances
      .run('sweep', [], ({ sweep, sweepDeadLetters }) =>
        inParallel<() => Promise<unknown>, unknown>([sweep, sweepDeadLetters], 2, (work) => work()),
      )
      .catch(() => undefined);
    clock.at(clock.nowMs + SWEEP_EVERY_MS, sweepOn);
  };
  clock.at(clock.nowMs + random() * SWEEP_EVERY_MS, sweepOn);

  if (plan.maxClockOffsetMs > 0) {
    log.add('clocks apart', clock.nowMs, 'all functions', ['*|*']);
  }
  for (const { atMs, downMs } of plan.processKills) {
    clock.at(clock.nowMs + atMs, () => {
      log.add('whole process killed', clock.nowMs, 'the process', instances.endAll());
      instances.isDown = true;
      for (const queue of Object.values(all)) queue.pause();
      clock.at(clock.nowMs + downMs, () => {
        instances.isDown = false;
        for (const queue of Object.values(all)) queue.resume();
      });
    });
  }

  return {
    clock,
    instances,
    ledger,
    queues: outside.queues,
    deadLetters,
    isBusy,
    deleteEndpoint(id) {
      const found = endpoints.get(id);
      if (found) endpoints.set(id, { ...found, deletedAtMs: clock.nowMs });
    },
    addEndpoint(endpoint, secret) {
      const sealedSecrets = [
        seal(soleKey(SEALING_KEY), secretPlace(endpoint), secret, Buffer.alloc(12, 7)),
      ];
      const stored = { ...endpoint, sealedSecrets };
      endpoints.set(endpoint.id, stored);
      return stored;
    },
  };
}

function subjectsOf(records: readonly SQSRecord[]): Subject[] {
  return records.map(({ body }) => subjectOf(body));
}

/** The functions' code as their handlers put it together. */
function createCode(
  ports: InstancePorts,
  surroundings: Surroundings,
  settings: Settings,
  clock: VirtualClock,
) {
  const events = createOperatorNotices(ports);
  const { tripFailures } = settings;
  const signingKeys = async () => [];
  const dispatchPorts: DispatchPorts = {
    ...ports,
    endpoints: createEndpointCache({ ...ports, signingKeys, surroundings }),
    rates: ports.ledger,
    health: createHealthWatch({ ...ports, surroundings, events, tripFailures }),
    events,
    form: (open, event, facts) => clock.outside(formRequest(open, event, facts)),
    // Slow receivers hold nobody up here.
    watchSlow: (_endpoint, request) => request(),
    surroundings,
    settings,
    // Without the shared batches of a few real milliseconds.
    writeDelivered: async (delivery: Delivery) => {
      const refused = await ports.ledger.putDeliveries([delivery]);
      if (refused.size > 0) throw new Error('not written');
    },
    report: () => undefined,
    warn: () => undefined,
  };
  const wakePorts: WakePorts = {
    ...ports,
    work: ports.ledger,
    health: ports.ledger,
    rates: ports.ledger,
    settings,
    surroundings,
    events,
  };
  const remainingMs = () => 60_000;
  const { deadLetters, ledger, queues, registry, wakes } = ports;
  return {
    accept: (candidate: Candidate) => accept({ ledger, queues, surroundings }, [candidate]),
    fanOut: (records: SQSRecord[]) => fanOut({ ...ports, surroundings, settings }, records),
    dispatch: (records: SQSRecord[], queue: 'deliveries' | 'retries', requestId: string) =>
      dispatch(dispatchPorts, records, queue, requestId),
    wake: (records: SQSRecord[]) =>
      workOff(records, (message) => {
        switch (message.kind) {
          case 'wake':
            return wake(wakePorts, message, remainingMs);
          case 'replay':
            return replay(
              { ...wakePorts, replays: ledger, ledger, registry, queues },
              message,
              remainingMs,
            );
          default:
            throw new Error(`nothing sends a ${message.kind} here`);
        }
      }),
    sweep: createSweep({ wakes, queues, surroundings }),
    sweepDeadLetters: () =>
      redriveDeadLetters({ deadLetters, surroundings, report: () => undefined }, () => false),
    ports,
  };
}
