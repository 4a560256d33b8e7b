// A service of this code over what an older one left behind: its items, messages, schedules and secrets,
// at a time soon after they were recorded, so that no deadline of theirs is over.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Runtime } from '../../local/runtime.ts';
import { movedClock } from '../builders/moved-clock.ts';

/** Every retry and every schedule of the recording is due by then. */
const AFTER_MS = 2 * 3_600_000;
const BATCH = 25;

type Item = Record<string, AttributeValue>;
interface Named {
  readonly id: string;
}
export interface Recorded {
  readonly recordedAt: string;
  readonly operatorKey: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, Named & { readonly key: string }>>;
  readonly endpoints: Readonly<Record<string, Named & { readonly secret: string }>>;
  readonly events: Readonly<Record<string, string>>;
  readonly replays: Readonly<Record<string, Named>>;
  readonly answers: Readonly<Record<string, Record<string, unknown>>>;
  readonly signingKeys: readonly { readonly id: string; readonly algorithm: string }[];
  readonly tables: { readonly registry: readonly Item[]; readonly ledger: readonly Item[] };
  readonly messages: readonly { readonly queue: string; readonly body: string }[];
  readonly schedules: readonly {
    readonly name: string;
    readonly definition: Record<string, unknown>;
  }[];
}

export interface RecordedService {
  readonly url: string;
  readonly recorded: Recorded;
  /** How much its clock is behind this one's. */
  readonly behindMs: number;
  /** How many messages of a queue are not done. */
  left(queue: string): Promise<number>;
  send(queue: string, body: string): Promise<void>;
  getItem(table: 'registry' | 'ledger', key: Item): Promise<Item | undefined>;
  putItem(table: 'registry' | 'ledger', item: Item): Promise<void>;
  stop(): Promise<void>;
}

export async function startRecorded(file: URL, receiverUrl: string): Promise<RecordedService> {
  const text = readFileSync(file, 'utf8').replaceAll('{{receiver}}', receiverUrl);
  const recorded: Recorded = JSON.parse(text);
  const behindMs = Date.now() - (Date.parse(recorded.recordedAt) + AFTER_MS);
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-upgrade-'));
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const secrets = JSON.stringify(recorded.secrets);
  writeFileSync(join(dataDir, 'secrets.json'), secrets, { mode: 0o600 });
  const child = fork(
    fileURLToPath(new URL('runtime-process.ts', import.meta.url)),
    [dataDir, recorded.operatorKey],
    { execArgv: [...movedClock(folder, -behindMs).nodeArguments], stdio: 'inherit' },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const [{ url, aws, env }]: [Pick<Runtime, 'url' | 'aws'> & { env: Record<string, string> }] =
    await Promise.race([
      once(child, 'message') as Promise<never>, // what runtime-process.ts sends
      once(child, 'exit').then(() => Promise.reject(new Error('it did not start'))),
    ]);

  const client = (endpoint: string) => ({
    endpoint,
    region: 'us-east-1',
    credentials: aws.credentials,
  });
  const dynamoDb = new DynamoDBClient(client(aws.dynamoDbUrl));
  const sqs = new SQSClient(client(aws.sqsUrl));
  const scheduler = new SchedulerClient(client(aws.controlUrl));
  const tableName = { registry: env.REGISTRY_TABLE, ledger: env.LEDGER_TABLE };
  const queueUrl = (queue: string) => env[`${queue}_QUEUE_URL`];

  const service: RecordedService = {
    url,
    recorded,
    behindMs,
    async left(queue) {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl(queue), AttributeNames: ['All'] }),
      );
      const names = ['', 'NotVisible', 'Delayed'] as const;
      return names.reduce(
        (sum, name) => sum + Number(Attributes[`ApproximateNumberOfMessages${name}`] ?? 0),
        0,
      );
    },
    async send(queue, body) {
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(queue), MessageBody: body }));
    },
    async getItem(table, Key) {
      const get = new GetItemCommand({ TableName: tableName[table], Key, ConsistentRead: true });
      return (await dynamoDb.send(get)).Item;
    },
    async putItem(table, Item) {
      await dynamoDb.send(new PutItemCommand({ TableName: tableName[table], Item }));
    },
    stop,
  };
  try {
    for (const table of ['registry', 'ledger'] as const) {
      const items = recorded.tables[table].map(fromJson);
      for (let from = 0; from < items.length; from += BATCH) {
        const puts = items.slice(from, from + BATCH).map((Item) => ({ PutRequest: { Item } }));
        const RequestItems = { [tableName[table] ?? '']: puts };
        await dynamoDb.send(new BatchWriteItemCommand({ RequestItems }));
      }
    }
    for (const { queue, body } of recorded.messages) await service.send(queue, body);
    for (const { name, definition } of recorded.schedules) {
      const input = { ...definition, Name: name } as unknown as CreateScheduleCommand['input']; // its own request
      await scheduler.send(new CreateScheduleCommand(input));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return service;
}

export function fromJson(item: Item): Item {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      const bytes: unknown = value.B;
      return [name, typeof bytes === 'string' ? { B: Buffer.from(bytes, 'base64') } : value];
    }),
  );
}
