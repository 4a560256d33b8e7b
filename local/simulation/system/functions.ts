// The functions as their handlers put them together, over the services that one instance was given. A function is
// one entry.
import type { SQSRecord } from 'aws-lambda';
import { createRollups } from '../../../lambdas/adapters/analytics/rollups.ts';
import { createRedactionLedger } from '../../../lambdas/adapters/ledger/redaction.ts';
import { createReplayLedger } from '../../../lambdas/adapters/ledger/replays.ts';
import {
  openEvents,
  openingEvents,
  sealingDeliveries,
  sealingQueue,
} from '../../../lambdas/adapters/ledger/vault.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import { createDeadLetters } from '../../../lambdas/adapters/queues/dead-letters.ts';
import { ENTRIES_PER_CALL } from '../../../lambdas/adapters/queues/queues.ts';
import {
  createKeyringStore,
  createSigningKeyCache,
} from '../../../lambdas/adapters/registry/keyring.ts';
import { createTemplates } from '../../../lambdas/adapters/registry/templates.ts';
import { afterAMoment, shareSends } from '../../../lambdas/adapters/shared-calls.ts';
import { createTransformer } from '../../../lambdas/adapters/transformer.ts';
import type { DispatchQueue } from '../../../lambdas/core/deliveries/message.ts';
import type { TestRequest } from '../../../lambdas/core/deliveries/test.ts';
import { inParallel } from '../../../lambdas/core/in-parallel.ts';
import { createNotices } from '../../../lambdas/core/operator/all.ts';
import { type DispatchPorts, dispatch } from '../../../lambdas/dispatch/dispatch.ts';
import { createEndpointCache } from '../../../lambdas/dispatch/endpoint-cache.ts';
import { fewAtATime } from '../../../lambdas/dispatch/few-at-a-time.ts';
import { createHealthWatch } from '../../../lambdas/dispatch/health-watch.ts';
import { createOutcomeWriter } from '../../../lambdas/dispatch/outcome-writer.ts';
import { createSlowWatch } from '../../../lambdas/dispatch/slow-watch.ts';
import { sendTest } from '../../../lambdas/dispatch/test-delivery.ts';
import { fanOut } from '../../../lambdas/fan-out/fan-out.ts';
import { accept, type Candidate } from '../../../lambdas/ingest/accept.ts';
import { redriveDeadLetters } from '../../../lambdas/sweep/dead-letters.ts';
import { createSweep } from '../../../lambdas/sweep/sweep.ts';
import { carryOn } from '../../../lambdas/wake/carry-on.ts';
import { workOff } from '../../../lambdas/wake/work-off.ts';
import { adaptersOf, DEAD_LETTER_URLS, type Services } from './adapters.ts';
import { loadApi } from './api.ts';

/** As in the function's handler. */
const STOP_SWEEPING_MS = 15_000;

function loadIngest(services: Services) {
  const { surroundings, settings } = services;
  const { events: ledger, queues, secrets } = adaptersOf(services);
  const sealing = settings.sealEventData ? sealingQueue({ secrets, surroundings }, queues) : queues;
  return {
    accept: (candidate: Candidate) =>
      accept({ ledger, queues: sealing, surroundings }, [candidate]),
  };
}

function loadFanOut(services: Services) {
  const { surroundings, settings } = services;
  const { events: ledger, queues, secrets, stored: registry } = adaptersOf(services);
  const open = settings.sealEventData
    ? { open: (events: Parameters<typeof openEvents>[1]) => openEvents({ secrets }, events) }
    : {};
  const ports = { ledger, registry, queues, surroundings, settings, ...open };
  return { fanOut: (records: SQSRecord[]) => fanOut(ports, records) };
}

function loadDispatch(services: Services) {
  const { surroundings, settings, form, sender, onAttempt } = services;
  const adapters = adaptersOf(services);
  const { secrets, registry, health, wakes } = adapters;
  const deliveries = settings.sealEventData
    ? sealingDeliveries({ secrets, surroundings }, adapters.deliveries)
    : adapters.deliveries;
  const ledger = { ...openingEvents({ secrets }, adapters.events), ...fewAtATime(deliveries) };
  const queues = {
    ...adapters.queues,
    sendRetries: shareSends(adapters.queues.sendRetries, afterAMoment(ENTRIES_PER_CALL)),
  };
  const events = createNotices({ ...adapters, queues, surroundings });
  const keyring = createKeyringStore(adapters.registryTable);
  const signingKeys = createSigningKeyCache(keyring, secrets, surroundings);
  const opening = { registry, secrets, signingKeys, surroundings };
  const { tripFailures } = settings;
  const warn = (): void => undefined;
  const ports: DispatchPorts = {
    ledger,
    endpoints: createEndpointCache(opening),
    queues,
    wakes,
    rates: health,
    health: createHealthWatch({
      ledger: health,
      wakes,
      queues,
      surroundings,
      events,
      tripFailures,
    }),
    events,
    form,
    transform: createTransformer(registry, async () => undefined),
    sender,
    watchSlow: createSlowWatch({ registry, surroundings, events, warn }),
    surroundings,
    settings,
    writeDelivered: createOutcomeWriter(ledger),
    report: ({ delivery }) => onAttempt(delivery),
    warn,
  };
  return {
    dispatch: (records: SQSRecord[], queue: DispatchQueue, requestId: string) =>
      dispatch(ports, records, queue, requestId, services.remainingMs),
    test: (request: TestRequest) =>
      sendTest({ ...ports, endpoints: (refs) => createEndpointCache(opening)(refs) }, request),
  };
}

function loadWake(services: Services) {
  const { surroundings, settings, remainingMs } = services;
  const {
    stored: registry,
    health,
    sessions,
    wakes,
    queues,
    notices,
    ...adapters
  } = adaptersOf(services);
  const ports = {
    settings,
    sessions,
    work: createWorkLedger(adapters.ledgerTable),
    ledger: {
      ...adapters.events,
      ...adapters.deliveries,
      ...createRedactionLedger(adapters.ledgerTable),
      ...notices,
    },
    notices,
    health,
    rates: health,
    replays: createReplayLedger(adapters.ledgerTable, settings),
    registry,
    rollups: createRollups(adapters.ledgerTable),
    templates: createTemplates(adapters.registryTable, adapters.events),
    keyring: createKeyringStore(adapters.registryTable),
    queues,
    wakes,
    surroundings,
    events: createNotices({ registry, queues, notices, wakes, surroundings }),
  };
  return {
    wake: (records: SQSRecord[]) =>
      workOff(ports.wakes, records, (message) => carryOn(ports, message, remainingMs)),
  };
}

function loadSweep({ remainingMs, ...services }: Services) {
  const { surroundings, sqs } = services;
  const { wakes, queues } = adaptersOf({ ...services, remainingMs });
  const sweep = createSweep({ wakes, queues, surroundings });
  const deadLetters = createDeadLetters(sqs, DEAD_LETTER_URLS);
  const letters = { deadLetters, surroundings, report: () => undefined };
  const isOver = () => remainingMs() < STOP_SWEEPING_MS;
  return {
    async sweep() {
      const repairs = [sweep, () => redriveDeadLetters(letters, isOver)];
      await inParallel<() => Promise<unknown>, unknown>(repairs, 2, (repair) => repair());
    },
  };
}

/** Timeouts as lib/functions gives them. */
export const FUNCTIONS = {
  ingest: { timeoutMs: 28_000, load: loadIngest },
  'fan-out': { timeoutMs: 30_000, load: loadFanOut },
  dispatch: { timeoutMs: 60_000, load: loadDispatch },
  wake: { timeoutMs: 60_000, load: loadWake },
  sweep: { timeoutMs: 60_000, load: loadSweep },
  api: { timeoutMs: 28_000, load: loadApi },
} as const;

export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];
/** What an instance of each function can do. */
export type FunctionCode = {
  readonly [Name in FunctionName]: ReturnType<(typeof FUNCTIONS)[Name]['load']>;
};
