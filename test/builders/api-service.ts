// The api function's routes over the real adapters and an in-process DynamoDB, for tests: queues and
// what dispatch answers are taken down, and two tenants have keys in both environments.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createDueHours } from '../../lambdas/adapters/analytics/due-hours.ts';
import { createRollups } from '../../lambdas/adapters/analytics/rollups.ts';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createDeliveryLedger } from '../../lambdas/adapters/ledger/deliveries.ts';
import { createEventLedger } from '../../lambdas/adapters/ledger/events.ts';
import { createHealthLedger } from '../../lambdas/adapters/ledger/health.ts';
import { createNoticeLedger } from '../../lambdas/adapters/ledger/notices.ts';
import { createRedactionLedger } from '../../lambdas/adapters/ledger/redaction.ts';
import { createReplayLedger } from '../../lambdas/adapters/ledger/replays.ts';
import { createSessionStore } from '../../lambdas/adapters/ledger/sessions.ts';
import { createWakes } from '../../lambdas/adapters/ledger/wakes.ts';
import { createWorkLedger } from '../../lambdas/adapters/ledger/work.ts';
import { dynamoDbBySdk } from '../../lambdas/adapters/on-demand/dynamodb.ts';
import { createIdentityProvider } from '../../lambdas/adapters/on-demand/identity-provider.ts';
import { createEventTypeStore } from '../../lambdas/adapters/registry/event-types.ts';
import { createKeyringStore } from '../../lambdas/adapters/registry/keyring.ts';
import type { Registry } from '../../lambdas/adapters/registry/registry.ts';
import { createRegistry } from '../../lambdas/adapters/registry/registry.ts';
import { createTemplates } from '../../lambdas/adapters/registry/templates.ts';
import { withTokens } from '../../lambdas/adapters/registry/tokens.ts';
import { addAllAnalytics } from '../../lambdas/api/analytics/all.ts';
import { addDeliveryActionRoutes } from '../../lambdas/api/deliveries/actions.ts';
import { addDeliveryRoutes } from '../../lambdas/api/deliveries/routes.ts';
import { addEndpointActionRoutes } from '../../lambdas/api/endpoints/actions.ts';
import { addEndpointRoutes } from '../../lambdas/api/endpoints/routes.ts';
import { addEndpointTestRoute } from '../../lambdas/api/endpoints/test.ts';
import { addEventTypeRoutes } from '../../lambdas/api/event-types/routes.ts';
import { addPollingRoute } from '../../lambdas/api/events/feed.ts';
import { addRedactionRoute } from '../../lambdas/api/events/redaction.ts';
import { addEventRoutes } from '../../lambdas/api/events/routes.ts';
import { addSubjectRoutes } from '../../lambdas/api/events/subjects.ts';
import { addIssueMarkRoutes } from '../../lambdas/api/issues/marks.ts';
import { addKeyRoutes } from '../../lambdas/api/keys/routes.ts';
import { addNoticeRoutes } from '../../lambdas/api/notices/routes.ts';
import { addReplayRoutes } from '../../lambdas/api/replays/routes.ts';
import { addSealingKeyRoutes } from '../../lambdas/api/sealing/routes.ts';
import { addDeadLetterRoutes } from '../../lambdas/api/service/dead-letters.ts';
import { addSessionRoutes } from '../../lambdas/api/sessions/routes.ts';
import { addSigningKeyRoutes } from '../../lambdas/api/signing/routes.ts';
import { addTemplateRoutes } from '../../lambdas/api/templates/routes.ts';
import { addTenantDeletionRoute } from '../../lambdas/api/tenants/deletion.ts';
import { addTenantRoutes } from '../../lambdas/api/tenants/routes.ts';
import { addShapingRoutes } from '../../lambdas/api/transforms/routes.ts';
import type { DeadLetters } from '../../lambdas/core/dead-letters.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { DelayedMessage } from '../../lambdas/core/deliveries/message.ts';
import type {
  TestDeliveries,
  TestReport,
  TestRequest,
} from '../../lambdas/core/deliveries/test.ts';
import type { DelayedCleanup } from '../../lambdas/core/erasure/message.ts';
import { TestNotSentError } from '../../lambdas/core/errors.ts';
import type { EventMessage } from '../../lambdas/core/events/message.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { hashOfKey, KEY_SCOPES, type KeyScope } from '../../lambdas/core/keys/api-key.ts';
import type { DelayedReplay } from '../../lambdas/core/replays/message.ts';
import type { EndpointAddress, Environment } from '../../lambdas/core/scope.ts';
import { soleKey } from '../../lambdas/core/sealing/seal.ts';
import type { VerifyMode } from '../../lambdas/core/settings.ts';
import { type Settings, settingsSchema } from '../../lambdas/core/settings.ts';
import type { Surroundings } from '../../lambdas/core/surroundings.ts';
import type { Wakes } from '../../lambdas/core/wakes/directory.ts';
import type { WakeQueue } from '../../lambdas/core/wakes/message.ts';
import { WORK_INDEX } from '../../lambdas/environment.ts';
import { createApplication } from '../../lambdas/http/application.ts';
import { createAuthentication } from '../../lambdas/http/authentication.ts';
import { serveOn } from '../../lambdas/http/operation.ts';
import { addEventRoutes as addIngestRoutes } from '../../lambdas/ingest/routes.ts';
import type { CleanupPorts } from '../../lambdas/wake/erase.ts';
import { only } from './ports.ts';

export const SEALING_KEY = soleKey(Buffer.alloc(32, 7));
/** Its pages may frame the portal. */
export const PORTAL_ORIGIN = 'https://app.example.com';
const OPERATOR_KEY = 'o'.repeat(40);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
  readonly json: any;
  readonly text: string;
}

/** Sends a request with a key; text is sent as it is, everything else as JSON. */
export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

export type ApiService = Awaited<ReturnType<typeof startApiService>>;

export async function startApiService(limits: Partial<Settings['limits']> = {}) {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await createTables(client);
  const dynamoDb = dynamoDbBySdk(client);

  const clock = { nowMs: Date.now() };
  const surroundings: Surroundings = {
    now: () => clock.nowMs,
    random: (bytes) => randomBytes(bytes),
    sleep: async (ms) => {
      clock.nowMs += ms;
    },
  };
  const settings = settingsSchema.parse({ limits, portal: { origins: [PORTAL_ORIGIN] } });
  const ledger = {
    ...createEventLedger(tableOf(dynamoDb, 'ledger'), settings),
    ...createDeliveryLedger(tableOf(dynamoDb, 'ledger'), settings),
  };
  const stored = createRegistry(tableOf(dynamoDb, 'registry'), surroundings, ledger);
  const endpoints = stored;
  const health = createHealthLedger(tableOf(dynamoDb, 'ledger'));
  /** What Secrets Manager holds for sealing, and when it was changed last. */
  const sealing = { keys: SEALING_KEY, changedAtMs: 0 };
  /** As Secrets Manager has it. */
  const operatorKey = { value: OPERATOR_KEY };
  const secrets = {
    sealingKey: async () => sealing.keys,
    freshSealingKey: async () => ({ ...sealing }),
    operatorKey: async () => operatorKey.value,
  };
  const registry = withTokens({ secrets, surroundings }, stored);
  /** What is run between the reading and the writing of an endpoint. */
  const between: { run?: () => Promise<void> } = {};
  /** What is run between the writing of a follower and its joining. */
  const beforeJoining: { run?: () => Promise<void> } = {};
  async function runOnce(hook: { run?: () => Promise<void> }): Promise<void> {
    const { run } = hook;
    delete hook.run;
    await run?.();
  }
  const watched: Registry = {
    ...registry,
    async putEndpointOnce(endpoint) {
      const stored = await registry.putEndpointOnce(endpoint);
      await runOnce(beforeJoining);
      return stored;
    },
    async replaceEndpoint(before, after) {
      await runOnce(between);
      const isReplaced = await registry.replaceEndpoint(before, after);
      await runOnce(beforeJoining);
      return isReplaced;
    },
  };

  const keyring = createKeyringStore(tableOf(dynamoDb, 'registry'));
  const app = createApplication();
  const sessions = createSessionStore(tableOf(dynamoDb, 'ledger'));
  const authentication = createAuthentication({ registry, sessions, secrets, surroundings });
  const serve = serveOn(app, authentication);
  const tested: TestRequest[] = [];
  /** What dispatch answers: a report, or what makes one. */
  const dispatch: { answer: TestReport | ((request: TestRequest) => TestReport) | undefined } = {
    answer: undefined,
  };
  const tests: TestDeliveries = {
    async send(request) {
      tested.push(request);
      const { answer } = dispatch;
      if (!answer) throw new TestNotSentError(new Error('Unhandled'));
      return typeof answer === 'function' ? answer(request) : answer;
    },
  };
  const templates = createTemplates(tableOf(dynamoDb, 'registry'), ledger);
  const woken: EndpointAddress[] = [];
  const wakes = only<Wakes>({ note: createWakes(tableOf(dynamoDb, 'ledger'), surroundings).note });
  const wakeQueue: WakeQueue = {
    async sendWakes(messages) {
      woken.push(...messages.map(({ wake }) => wake));
      return new Set();
    },
  };
  const modes: { verifyUrl: VerifyMode; oidc: Settings['oidc'] } = {
    verifyUrl: 'optional',
    oidc: undefined,
  };
  addEndpointRoutes(serve, {
    registry: watched,
    templates,
    keyring,
    secrets,
    surroundings,
    health,
    ledger,
    limits: settings.limits,
    rules: { allowHttp: false, allowPrivate: false, allowedPorts: [443, 8443] },
    defaults: {},
    tests,
    queues: wakeQueue,
    wakes,
    get verifyUrl() {
      return modes.verifyUrl;
    },
  });
  addTemplateRoutes(serve, {
    templates,
    registry,
    keyring,
    secrets,
    ledger,
    surroundings,
  });
  const eventTypes = createEventTypeStore(tableOf(dynamoDb, 'registry'));
  addEventTypeRoutes(serve, {
    eventTypes,
    limits: settings.limits,
    surroundings,
  });
  addKeyRoutes(serve, {
    registry,
    ledger,
    limits: settings.limits,
    surroundings,
  });
  addSessionRoutes(serve, {
    sessions,
    registry,
    secrets,
    surroundings,
    identityProvider: createIdentityProvider(surroundings.now),
    settings: {
      portal: settings.portal,
      get oidc() {
        return modes.oidc;
      },
    },
  });
  addSigningKeyRoutes(serve, { keyring, registry, secrets, ledger, surroundings });
  addShapingRoutes(serve, { ledger, registry, tests, surroundings });
  addNoticeRoutes(serve, { registry, wakes, queues: wakeQueue, surroundings });
  addSealingKeyRoutes(serve, {
    registry: stored,
    endpoints,
    templates,
    keyring,
    secrets,
    surroundings,
    settings,
  });
  /** Tests put dead letters here. */
  const deadLetters = { of: only<DeadLetters<'events' | 'wakes'>>({}) };
  const replays = createReplayLedger(tableOf(dynamoDb, 'ledger'), settings);
  const cleanups: DelayedCleanup[] = [];
  const queues = {
    async sendCleanups(messages: readonly DelayedCleanup[]) {
      cleanups.push(...messages);
      return new Set<number>();
    },
  };
  const vault = {
    ...ledger,
    ...createRedactionLedger(tableOf(dynamoDb, 'ledger')),
    ...createNoticeLedger(tableOf(dynamoDb, 'ledger')),
  };
  addTenantRoutes(serve, { registry, surroundings });
  addTenantDeletionRoute(serve, { registry, endpoints, queues, surroundings });
  const work = createWorkLedger(tableOf(dynamoDb, 'ledger'));
  const redaction = { ledger: vault, registry, health, work, queues, surroundings, settings };
  addRedactionRoute(serve, redaction);
  const rollups = createRollups(tableOf(dynamoDb, 'ledger'));
  const cleanupPorts: CleanupPorts = {
    rollups,
    registry: stored,
    templates,
    keyring,
    sessions,
    replays,
    ledger: vault,
    settings,
    queues,
    surroundings,
  };
  addEndpointTestRoute(serve, { registry, templates, tests });

  addPollingRoute(serve, { registry, ledger, surroundings, settings });
  addSubjectRoutes(serve, { ledger });
  addEventRoutes(serve, { ledger, registry, health, work, surroundings, settings });
  addDeliveryRoutes(serve, { ledger, registry, health, work, surroundings, settings });

  const dueHours = createDueHours(tableOf(dynamoDb, 'ledger'));
  const analytics = { rollups, dueHours, ledger, registry, templates, surroundings, defaults: {} };
  addAllAnalytics(serve, authentication, analytics);
  addIssueMarkRoutes(serve, { registry, surroundings });

  const sentEvents: EventMessage[] = [];
  const sentRetries: DelayedMessage[] = [];
  const toldDead: Delivery[] = [];
  /** Tests with queues or wake-ups of their own add these themselves. */
  function addActions(): void {
    addIngestRoutes(app, authentication, {
      ledger,
      queues: {
        async sendEvents(messages) {
          sentEvents.push(...messages);
          return new Set();
        },
      },
      surroundings,
      judge: async () => [],
    });
    addDeadLetterRoutes(serve, {
      deadLetters: {
        peek: (...given) => deadLetters.of.peek(...given),
        redrive: (...given) => deadLetters.of.redrive(...given),
      },
    });
    addDeliveryActionRoutes(serve, {
      ledger,
      health,
      registry,
      queues: {
        async sendRetries(messages) {
          sentRetries.push(...messages);
          return new Set();
        },
      },
      wakes,
      events: { tellDead: async (delivery) => void toldDead.push(delivery) },
      surroundings,
      settings,
    });
    addEndpointActionRoutes(serve, {
      registry,
      events: { tellDead: async (delivery) => void toldDead.push(delivery) },
      health,
      work,
      ledger,
      queues: wakeQueue,
      wakes,
      surroundings,
      defaults: {},
    });
  }

  const sentReplays: DelayedReplay[] = [];
  addReplayRoutes(serve, {
    registry,
    replays,
    ledger,
    queues: {
      async sendReplays(messages) {
        sentReplays.push(...messages);
        return new Set();
      },
    },
    work,
    surroundings,
    settings,
  });

  async function keyOf(
    tenant: string,
    environment: Environment,
    scopes: readonly KeyScope[] = KEY_SCOPES,
  ): Promise<Ask> {
    const key = `ph_${environment}_${randomBytes(32).toString('base64url')}`;
    await registry.putTenant(tenant, tenant, clock.nowMs);
    await registry.putKey({
      id: createId('key', clock.nowMs, randomBytes(10)),
      tenant,
      environment,
      name: 'key',
      scopes,
      hash: hashOfKey(key),
      hint: key.slice(0, 12),
      createdAtMs: clock.nowMs,
    });
    return askWith(key);
  }

  /** Without a key, as anyone may ask. */
  function askWith(key: string | undefined): Ask {
    return async (method, path, body, headers = {}) => {
      const response = await app.request(path, {
        method,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isCsv = response.headers.get('Content-Type')?.startsWith('text/csv') === true;
      const json = text === '' || isCsv ? undefined : JSON.parse(text);
      return { status: response.status, headers: response.headers, json, text };
    };
  }

  return {
    app,
    endpoints,
    sealing,
    cleanups,
    cleanupPorts,
    clock,
    client,
    dynamoDb,
    registry: stored,
    eventTypes,
    ledger,
    operatorKey,
    replays,
    rollups,
    sessions,
    sentReplays,
    toldDead,
    addActions,
    sentEvents,
    sentRetries,
    deadLetters,
    health,
    settings,
    surroundings,
    between,
    beforeJoining,
    templates,
    woken,
    modes,
    tested,
    dispatch,
    keyOf,
    askWith,
    anyone: askWith(undefined),
    operator: askWith(OPERATOR_KEY),
    acme: await keyOf('acme', 'live'),
    acmeTest: await keyOf('acme', 'test'),
    globex: await keyOf('globex', 'live'),
    async stop() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function createTables(client: DynamoDBClient): Promise<void> {
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const strings = ['pk', 'sk'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  }));
  await client.send(
    new CreateTableCommand({
      TableName: 'registry',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: strings,
      KeySchema: keys('pk', 'sk'),
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        ...strings,
        { AttributeName: 'wk', AttributeType: 'S' },
        { AttributeName: 'wat', AttributeType: 'N' },
      ],
      KeySchema: keys('pk', 'sk'),
      GlobalSecondaryIndexes: [
        {
          IndexName: WORK_INDEX,
          KeySchema: keys('wk', 'wat'),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
}
