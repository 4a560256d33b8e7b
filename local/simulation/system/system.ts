// All of Posthorn in virtual time: the functions' own code and adapters over AWS's services in memory, each instance
// with caches and a clock of its own. What goes wrong is up to the conditions.
import type { Calls, Operations } from '../../../lambdas/adapters/aws/direct-calls.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { TestReport } from '../../../lambdas/core/deliveries/test.ts';
import { TestNotSentError } from '../../../lambdas/core/errors.ts';
import type { OutgoingRequest, SendReport } from '../../../lambdas/core/requests/sender.ts';
import type { Outcome } from '../../../lambdas/core/retries/outcome.ts';
import { type Settings, settingsSchema } from '../../../lambdas/core/settings.ts';
import type { Surroundings } from '../../../lambdas/core/surroundings.ts';
import { formRequest } from '../../../lambdas/dispatch/request.ts';
import { Env } from '../../../lambdas/environment.ts';
import { type CallCounts, createCallCounts } from '../memory/call-counts.ts';
import { createMemoryDynamoDb } from '../memory/dynamodb/service.ts';
import { contentsOf } from '../memory/ledger.ts';
import { MemoryQueue } from '../memory/queue.ts';
import { createMemoryScheduler } from '../memory/scheduler.ts';
import { createMemorySqs } from '../memory/sqs.ts';
import type { VirtualClock } from '../memory/virtual-clock.ts';
import type { Services } from './adapters.ts';
import { OPERATOR_KEY } from './api.ts';
import { type ServiceName, subjectOf } from './calls.ts';
import type { Conditions } from './conditions.ts';
import { FUNCTIONS, type FunctionCode, type FunctionName } from './functions.ts';
import { type Instance, Instances } from './instances.ts';
import {
  DEAD_LETTERS_VISIBILITY_MS,
  MAX_RECEIVES,
  QUEUE_NAMES,
  QUEUES,
  type QueueName,
  SOURCES,
} from './queues.ts';
import { SEALING_SECRET } from './registry.ts';

const SWEEP_EVERY_MS = 5 * 60_000;
const SECRETS: Readonly<Record<string, string>> = {
  sealing: SEALING_SECRET,
  operator: OPERATOR_KEY,
};
/** What the scheduler's adapter reads of its environment. */
const VARIABLES = [Env.scheduleGroup, Env.scheduleRoleArn, Env.wakesQueueArn];

/** What receivers do with a request; resolves when it is answered, or given up. */
export type Receive = (request: OutgoingRequest, eventId: string) => Promise<Outcome>;

export type Sabotage = (
  services: Services,
  name: FunctionName,
  instance: Instance<FunctionName>,
) => Services;

export interface SystemOptions {
  readonly clock: VirtualClock;
  readonly conditions: Conditions;
  readonly receive: Receive;
  readonly random: () => number;
  readonly settings?: Partial<Settings> | undefined;
  readonly counts?: CallCounts;
  /** How many batches of each queue may be under way at once. */
  readonly maxConcurrency?: number | undefined;
  /** Changes the services of an instance, to see whether somebody notices. */
  readonly sabotage?: Sabotage | undefined;
  readonly onAttempt?: (delivery: Delivery) => void;
}

export type System = ReturnType<typeof createSystem>;
type Queues = Readonly<Record<QueueName, MemoryQueue>>;

export function createSystem(options: SystemOptions) {
  const { clock, conditions, random, counts = createCallCounts() } = options;
  for (const name of VARIABLES) process.env[name] ??= 'simulation';
  const settings = settingsSchema.parse(options.settings ?? {});
  const nowMs = (): number => clock.nowMs;
  const dynamoDb = createMemoryDynamoDb(counts, {
    nowMs,
    indexLagMs: () => conditions.indexLagMs(),
  });

  const all = new Map<string, MemoryQueue>();
  const queuesBy = (make: (name: QueueName) => MemoryQueue): Queues =>
    Object.fromEntries(QUEUE_NAMES.map((name) => [name, make(name)])) as Queues; // all names are there
  const deadLetters = queuesBy(
    (name) => new MemoryQueue(`dead-${name}`, clock, counts, DEAD_LETTERS_VISIBILITY_MS),
  );
  const queues = queuesBy(
    (name) =>
      new MemoryQueue(name, clock, counts, QUEUES[name].visibilityMs, {
        ...conditions.queue(name),
        ...(conditions.hasDeadLetters
          ? { deadLetters: deadLetters[name], maxReceives: MAX_RECEIVES }
          : {}),
      }),
  );
  for (const queue of [queues, deadLetters].flatMap((some) => Object.values(some))) {
    all.set(queue.name, queue);
  }
  const sqs = createMemorySqs(counts, all);
  const scheduler = createMemoryScheduler(clock, queues.wakes, conditions);
  const eventOfBody = new WeakMap<Buffer, string>();

  function surroundingsFor(offsetMs = 0): Surroundings {
    return {
      now: () => clock.nowMs + offsetMs,
      random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
      sleep: (ms) => clock.sleep(ms),
    };
  }

  /** @param call makes each call to a service */
  function servicesFor(
    surroundings: Surroundings,
    call: (
      service: ServiceName,
      operation: string,
      input: object,
      run: (input: object) => Promise<unknown>,
    ) => Promise<unknown>,
    remainingMs: () => number,
  ): Services {
    const through = <O extends Operations<O>>(service: ServiceName, calls: Calls<O>): Calls<O> => ({
      call: (operation, input) =>
        call(service, operation, input, (given) => calls.call(operation, given)) as never, // as it was given
    });
    return {
      dynamoDb: through('dynamodb', dynamoDb),
      sqs: through('sqs', sqs),
      secretsManager: through('secretsmanager', {
        call: async (_, { SecretId = '' }) =>
          ({ SecretString: SECRETS[SecretId], CreatedDate: new Date(0) }) as never,
      }),
      scheduling: (schedule) =>
        call('scheduler', 'CreateSchedule', schedule, () => scheduler.create(schedule)) as never,
      tests: {
        async send(request) {
          try {
            return (await call('lambda', 'Invoke dispatch', request, () =>
              invoke('dispatch', [`*|${request.endpointId}`], (code) => code.test(request)),
            )) as TestReport;
          } catch (error) {
            throw new TestNotSentError(error);
          }
        },
      },
      sender: {
        async send(request): Promise<SendReport> {
          const startedAtMs = surroundings.now();
          const eventId = eventOfBody.get(request.body) ?? '';
          const outcome = (await call('receiver', 'POST', { url: request.url, eventId }, () =>
            options.receive(request, eventId),
          )) as Outcome;
          return { outcome, startedAtMs, endedAtMs: surroundings.now() };
        },
      },
      form: async (open, event, facts) => {
        const formed = await clock.outside(formRequest(open, event, facts));
        if (formed.kind === 'formed') eventOfBody.set(formed.body, event.id);
        return formed;
      },
      surroundings,
      settings,
      remainingMs,
      onAttempt: options.onAttempt ?? (() => undefined),
    };
  }

  function load(instance: Instance<FunctionName>): FunctionCode[FunctionName] {
    const services = servicesFor(
      surroundingsFor(conditions.clockOffsetMs()),
      (service, operation, input, run) =>
        instance.pass(() => conditions.call(instance, { service, operation, input, run })),
      () => instance.deadlineMs - clock.nowMs,
    );
    const { functionName: name } = instance;
    return FUNCTIONS[name].load(options.sabotage?.(services, name, instance) ?? services);
  }

  const instances = new Instances<FunctionName, FunctionCode[FunctionName]>({
    clock,
    timeoutMs: (name) => FUNCTIONS[name].timeoutMs,
    load,
    conditions,
  });

  async function invoke<Name extends FunctionName, R>(
    name: Name,
    subjects: readonly string[],
    work: (code: FunctionCode[Name]) => Promise<R>,
  ): Promise<R> {
    if (conditions.refuses(name)) throw new Error(`${name} is throttled`);
    return instances.run(name, subjects, work as (code: FunctionCode[FunctionName]) => Promise<R>);
  }

  for (const { from, to, work } of SOURCES) {
    const queue = queues[from];
    queue.maxConcurrency = options.maxConcurrency ?? Number.POSITIVE_INFINITY;
    queue.consume(async (records, requestId) => {
      const subjects = records.map(({ body }) => subjectOf(body));
      const failed = await invoke(to, subjects, (code) => work(code as never, records, requestId));
      return new Set(failed.map(({ messageId }) => messageId));
    });
  }

  return {
    clock,
    counts,
    settings,
    dynamoDb,
    instances,
    scheduler,
    queues,
    deadLetters,
    contents: contentsOf(dynamoDb),
    invoke,
    surroundings: surroundingsFor(),
    /** Without an instance, and without conditions. */
    services: servicesFor(
      surroundingsFor(),
      (_service, _operation, input, run) => run(input),
      () => Number.POSITIVE_INFINITY,
    ),
    /** How many messages are stored, delayed and in flight included, dead letters not. */
    size: () => Object.values(queues).reduce((sum, { size }) => sum + size, 0),
    /** Runs sweep every five minutes, from a moment on, as long as it is wanted. */
    sweepFrom(atMs: number, isWanted: () => boolean): void {
      const sweep = (): void => {
        invoke('sweep', [], (code) => code.sweep()).catch(() => undefined);
        if (isWanted()) clock.at(clock.nowMs + SWEEP_EVERY_MS, sweep);
      };
      clock.at(atMs, sweep);
    },
    /** Stops the whole machine: every instance ends, and nothing is taken from a queue. */
    stop(): string[] {
      const underWay = instances.endAll();
      instances.isDown = true;
      for (const queue of all.values()) queue.pause();
      return underWay;
    },
    start(): void {
      instances.isDown = false;
      for (const queue of all.values()) queue.resume();
    },
  };
}
