// The embedded runtime: the stack's functions, queues, tables, schedules and HTTP API in this process,
// made from the synthesized template. `npm start` and the end-to-end tests both begin here.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Env } from '../lambdas/environment.ts';
import { type DataFolder, takeFolder } from './data-folder.ts';
import { asEnvironment, type DestinationRules, LAX } from './destination-rules.ts';
import { createTables } from './dynamodb/tables.ts';
import { startDynamoDbThread } from './dynamodb/thread.ts';
import type { Isolation } from './functions/body.ts';
import { defineFunctions, type Endpoints } from './functions/definitions.ts';
import { startEventSources } from './functions/event-sources.ts';
import { FunctionFailed, FunctionHost } from './functions/host.ts';
import { invokeService } from './functions/invoke-service.ts';
import { keepLines, type LogSink, logPrinter, TERMINAL } from './functions/logs.ts';
import { startStreamSources } from './functions/stream-sources.ts';
import { startControlEndpoint } from './gate/control-endpoint.ts';
import { type Credentials, Gatekeeper, HOST } from './gate/gatekeeper.ts';
import { Meter } from './gate/meter.ts';
import { Permissions, rulesOf } from './gate/permissions.ts';
import { startHttpApi } from './http/api.ts';
import { Outbox } from './mail/outbox.ts';
import { mailsPath, serveMails } from './mail/page.ts';
import { feedbackTo, mailService } from './mail/service.ts';
import { EndpointSecrets } from './receiver/endpoint-secrets.ts';
import { type Receipt, receiptLine, startReceiver } from './receiver/receiver.ts';
import { startS3 } from './s3/emulator.ts';
import { deliverSchedules } from './scheduler/delivery.ts';
import { schedulerService } from './scheduler/service.ts';
import { ScheduleStore } from './scheduler/store.ts';
import { startTimetable } from './scheduler/timetable.ts';
import { checkOperatorKey, operatorSecretArn } from './secrets/operator-secret.ts';
import { secretsService } from './secrets/service.ts';
import { SecretStore } from './secrets/store.ts';
import { Shutdown } from './shutdown.ts';
import { startSqs } from './sqs/emulator.ts';
import { createQueues } from './sqs/queues.ts';
import { Assembly } from './stack/assembly.ts';
import { Stack } from './stack/stack.ts';
import { synthesize } from './stack/synthesis.ts';
import { StartFailure, systemCode } from './start-failure.ts';

export interface RuntimeOptions {
  dataDir: string;
  /** @default 0, any free port */
  port?: number;
  /** @default 127.0.0.1 */
  host?: string;
  /** Names under which the API and the receiver are reached beside addresses and `localhost`. @default none */
  hosts?: readonly string[];
  /** @default one that is generated once and kept in the data folder */
  operatorKey?: string;
  /** @default all allowed */
  destinationRules?: Partial<DestinationRules>;
  /** Whether the built-in receiver runs. @default true */
  receiver?: boolean;
  /** No lines at all, for tests. @default false */
  quiet?: boolean;
  /** Every log line of the functions instead of one line per attempt. @default false */
  logEverything?: boolean;
  /** Whether functions run in threads of this process or in processes of their own. @default thread */
  isolation?: Isolation;
  /** Whether the meter counts DynamoDB's units, which costs time. @default false */
  metersCapacity?: boolean;
  /** Keeps every log line of the functions. @default POSTHORN_LOG_FILE of the environment, if it is set */
  logFile?: string;
  /** How long to wait for another process to leave the data folder. @default 0 */
  folderWaitMs?: number;
  /** A cloud assembly to run instead of this repository's, which is synthesized when it changed. */
  assemblyDir?: string;
  /** Settings over those under `posthorn` in cdk.json. */
  settings?: Readonly<Record<string, unknown>>;
  onReceipt?(receipt: Receipt): void;
  /** Puts a proxy between the functions and the emulators, for tests with faults; gives the proxy's addresses. */
  between?(emulators: Endpoints): Promise<Endpoints>;
}

export interface Runtime {
  url: string;
  port: number;
  operatorKey: string;
  /** Empty when the receiver does not run. */
  receiverUrl: string;
  /** A page of the mails that were written; its address is a secret of this run. */
  mailsUrl: string;
  outbox: Outbox;
  meter: Meter;
  folder: DataFolder;
  stack: Stack;
  /** The emulators' addresses and a key that may do everything there, for tests and tools. */
  aws: {
    sqsUrl: string;
    dynamoDbUrl: string;
    controlUrl: string;
    s3Url: string;
    credentials: Credentials;
    openIterators(): number;
  };
  functions: ReadonlyMap<string, FunctionHost>;
  /** What the template grants, and what calls made of it. */
  permissions: Permissions;
  stop(): Promise<void>;
}

const MAX_PORT = 65_535;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const shutdown = new Shutdown();
  try {
    return await start(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function start(options: RuntimeOptions, shutdown: Shutdown): Promise<Runtime> {
  const { port = 0, host = '127.0.0.1', hosts = [], receiver: wantsReceiver = true } = options;
  const givenKey = options.operatorKey === undefined ? '' : checkOperatorKey(options.operatorKey);
  const sink: LogSink = options.quiet ? { out: () => undefined, error: () => undefined } : TERMINAL;
  const onFailure = (error: unknown) => {
    if (shutdown.isRunning) return;
    sink.error(error instanceof FunctionFailed ? error.report() : String(error));
  };

  const folder = await takeFolder(options.dataDir, options.folderWaitMs ?? 0);
  shutdown.last(() => folder.release());
  const assembly = new Assembly(
    options.assemblyDir ??
      (await synthesize(
        ROOT,
        () => sink.out('The sources changed: synthesizing the stack ...'),
        options.settings,
      )),
  );

  const meter = new Meter();
  const gatekeeper = new Gatekeeper(meter);
  const sqs = await startSqs(folder.subfolder('queues'), gatekeeper);
  shutdown.last(() => sqs.close());
  const dynamoDb = await startDynamoDbThread(
    folder.subfolder('tables'),
    gatekeeper,
    options.metersCapacity ?? false,
  );
  shutdown.last(() => dynamoDb.close());
  const control = await startControlEndpoint(gatekeeper);
  shutdown.last(() => control.close());

  const s3 = await startS3(folder.subfolder('objects'), gatekeeper);
  shutdown.last(() => s3.close());

  const emulators: Endpoints = {
    sqs: sqs.url,
    dynamoDb: dynamoDb.url,
    s3: s3.url,
    control: control.url,
  };
  const endpoints = (await options.between?.(emulators)) ?? emulators;

  let url = '';
  const queueUrl = (name: string) => sqs.queueUrl(name).replace(sqs.url, endpoints.sqs);
  const place = { queueUrl, apiUrl: () => url };
  const stack = new Stack(assembly.stackName, assembly.template, place);
  const permissions = new Permissions(rulesOf(stack));
  gatekeeper.enforce(permissions);
  createQueues(stack, sqs);
  s3.serve(stack.resources('AWS::S3::Bucket').map((one) => stack.reference(one.logicalId)));
  await createTables(stack, dynamoDb.url, gatekeeper.host);
  const operatorArn = operatorSecretArn(stack);
  const given = new Map(givenKey === '' ? [] : [[operatorArn, givenKey]]);
  const secrets = new SecretStore(stack, folder, given);
  const operatorKey = secrets.value(operatorArn) ?? '';

  const logFile = options.logFile ?? (process.env.POSTHORN_LOG_FILE || undefined);
  const logs = keepLines(logFile, logPrinter(sink, options.logEverything ?? false));
  shutdown.last(() => logs.close());
  const { onLine } = logs;
  const rules = asEnvironment({ ...LAX, ...options.destinationRules });
  const functions = new Map(
    defineFunctions(stack, assembly, gatekeeper, endpoints, rules).map((definition) => [
      definition.name,
      new FunctionHost(definition, {
        onLine: (line, stream) => {
          meter.logLine(definition.name, line);
          onLine(line, stream);
        },
        onInvoked: (ms) => {
          meter.add(definition.name, 'lambda.requests', 1);
          meter.add(definition.name, 'lambda.ms', ms);
        },
        isolation: options.isolation ?? 'thread',
      }),
    ]),
  );
  shutdown.last(() => Promise.all([...functions.values()].map((one) => one.stop())));

  const schedules = new ScheduleStore(folder.file('schedules.db'));
  shutdown.last(() => schedules.close());
  const groups = new Set(
    stack.resources('AWS::Scheduler::ScheduleGroup').map((one) => stack.reference(one.logicalId)),
  );
  const outbox = new Outbox(folder.subfolder('mails'));
  const mailsToken = randomBytes(24).toString('base64url');
  control.serve([
    mailService({ outbox, local: linksOf(functions, () => url), tell: feedbackTo(stack, sqs) }),
    secretsService(secrets),
    invokeService(functions, onFailure),
    schedulerService(schedules, groups),
  ]);

  let receiverUrl = '';
  if (wantsReceiver) {
    const endpointSecrets = new EndpointSecrets(() => url, operatorKey);
    const receiver = await startReceiver(
      port === 0 || port === MAX_PORT ? 0 : port + 1,
      endpointSecrets,
      (receipt) => {
        sink.out(receiptLine(receipt));
        options.onReceipt?.(receipt);
      },
      hosts,
    );
    shutdown.last(() => receiver.close());
    receiverUrl = receiver.url;
  }

  // Nothing is received before the port is known to be free: a start that fails delivers nothing.
  const mails = serveMails(outbox, mailsToken, () => url);
  const api = await startHttpApi(
    stack,
    functions,
    { port, host, hosts },
    meter,
    onFailure,
    mails,
  ).catch((error) => {
    throw systemCode(error) === '' ? error : listenFailure(error, host, port);
  });
  shutdown.last(() => api.close());
  url = `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${api.port}`;
  // Before anything may write.
  const streams = await startStreamSources(stack, { dynamoDb, functions, permissions, onFailure });
  shutdown.last(() => Promise.all(streams.map((source) => source.stop())));
  const around = { emulator: sqs, functions, permissions, meter, onFailure };
  const sources = startEventSources(stack, around);
  shutdown.last(() => Promise.all(sources.map((source) => source.stop())));
  const deliver = deliverSchedules(sqs, permissions, (message) => sink.error(message));
  schedules.start((schedule) => {
    meter.add(HOST, 'scheduler.invocations', 1);
    deliver(schedule);
  });
  const timetable = startTimetable(stack, functions, permissions, onFailure);
  shutdown.last(() => timetable.stop());

  return {
    url,
    port: api.port,
    operatorKey,
    receiverUrl,
    mailsUrl: `${url}${mailsPath(mailsToken)}`,
    outbox,
    meter,
    folder,
    stack,
    aws: {
      sqsUrl: sqs.url,
      dynamoDbUrl: dynamoDb.url,
      controlUrl: control.url,
      s3Url: s3.url,
      credentials: gatekeeper.host,
      openIterators: dynamoDb.openIterators,
    },
    functions,
    permissions,
    stop: () => shutdown.run(),
  };
}

/** The functions know the address that the stack would have. */
function linksOf(
  functions: ReadonlyMap<string, FunctionHost>,
  apiUrl: () => string,
): (text: string) => string {
  const known = [...functions.values()].flatMap(({ definition }) => {
    const address = definition.env[Env.apiUrl];
    return address === undefined ? [] : [address];
  });
  return (text) => known.reduce((shown, address) => shown.replaceAll(address, apiUrl()), text);
}

function listenFailure(error: unknown, host: string, port: number): StartFailure {
  return systemCode(error) === 'EADDRINUSE'
    ? new StartFailure(`port ${port} is in use: set PORT to another one, or free it`)
    : new StartFailure(`cannot listen on ${host}:${port} (${systemCode(error)}): set HOST or PORT`);
}
