// A running service for the test of grants, and what its steps do with it: over HTTP as a customer, and
// with the runtime's own key where something must go wrong that no customer can make go wrong.

import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createFeedLedger } from '../../lambdas/adapters/ledger/feed.ts';
import { dynamoDbBySdk } from '../../lambdas/adapters/on-demand/dynamodb.ts';
import { startOf } from '../../lambdas/core/events/feed.ts';
import type { EndpointAddress } from '../../lambdas/core/scope.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { eventually } from '../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { temporaryFolder } from '../local/emulators.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
type Json = any;

export interface World {
  readonly runtime: Runtime;
  readonly receiver: TestReceiver;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const folder = temporaryFolder();
  const receiver = await startReceiver();
  const runtime = await startRuntime({
    dataDir: folder.path,
    receiver: false,
    quiet: true,
    settings: { analytics: { windowSeconds: 1 } },
  });
  return {
    runtime,
    receiver,
    async stop() {
      await runtime.stop();
      await receiver.close();
      folder.remove();
    },
  };
}

/** One run of a step: it can be called off, and then ends at the next thing it waits for. */
export class Run {
  readonly runtime: Runtime;
  readonly receiver: TestReceiver;
  readonly #waitMs: number;
  #isOff = false;

  /** @param waitMs how long each thing is waited for */
  constructor({ runtime, receiver }: World, waitMs = 20_000) {
    this.runtime = runtime;
    this.receiver = receiver;
    this.#waitMs = waitMs;
  }

  callOff(): void {
    this.#isOff = true;
  }

  async until<T>(look: () => T | Promise<T>): Promise<Exclude<T, false | undefined | null>> {
    return eventually(async () => {
      if (this.#isOff) throw new Error('called off');
      return look();
    }, this.#waitMs);
  }

  /** As the operator, for a tenant if one is said. @throws for an answer that is an error */
  async operator(method: string, path: string, body?: unknown, tenant?: string): Promise<Json> {
    const headers = tenant === undefined ? {} : { 'posthorn-tenant': tenant };
    return this.#ask(method, path, this.runtime.operatorKey, headers, body);
  }

  /** A new tenant with a key of its own. */
  async tenant(): Promise<Customer> {
    const id = `t-${randomUUID()}`;
    await this.operator('PUT', `/v1/tenants/${id}`, { name: id });
    const { key } = await this.operator('POST', '/v1/keys', {}, id);
    const ask = (method: string, path: string, body?: unknown, headers = {}) =>
      this.#ask(method, path, key, headers, body);
    const post = async (more: object = {}, headers = {}): Promise<string> =>
      (await ask('POST', '/v1/events', { type: 'a.b', data: { n: 1 }, ...more }, headers)).id;
    return {
      id,
      ask,
      post,
      endpoint: async (more = {}) => {
        const path = `/${randomUUID()}`;
        const url = this.receiver.url + path;
        const made = await ask('POST', '/v1/endpoints', { url, ...more });
        return { id: made.id, path };
      },
      delivery: async (event) => {
        const found = await this.until(async () => {
          const { data } = await ask('GET', '/v1/deliveries');
          return data.find((one: Json) => one.event === event || one.eventId === event);
        });
        return found;
      },
    };
  }

  /** Puts a message on the queue whose name holds this. */
  async send(queue: string, body: string): Promise<void> {
    const [found] = this.runtime.stack
      .resources('AWS::SQS::Queue')
      .filter(({ logicalId }) => new RegExp(queue).test(logicalId));
    if (!found) throw new Error(`there is no queue ${queue}`);
    const QueueUrl = this.runtime.stack.reference(found.logicalId);
    const client = new SQSClient(this.#hosts(this.runtime.aws.sqsUrl));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    client.destroy();
  }

  /** Changes an item of the ledger behind the service's back. */
  async tamper(key: Record<string, AttributeValue>, set: Record<string, AttributeValue>) {
    const names = Object.keys(set);
    await this.#withDynamoDb((client) =>
      client.send(
        new UpdateItemCommand({
          TableName: this.#table('Ledger'),
          Key: key,
          UpdateExpression: `SET ${names.map((_, n) => `#n${n} = :v${n}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, n) => [`#n${n}`, name])),
          ExpressionAttributeValues: Object.fromEntries(
            Object.values(set).map((value, n) => [`:v${n}`, value]),
          ),
        }),
      ),
    );
  }

  /** Whether an item of the ledger is not, or no longer, there. */
  async isGone(key: Record<string, AttributeValue>): Promise<boolean> {
    return (await this.#item('Ledger', key)) === undefined;
  }

  /** How many entries the polling feed of an endpoint holds, those too that no reader is shown yet. */
  async fed(endpoint: EndpointAddress): Promise<number> {
    const { entries } = await this.#withDynamoDb((client) =>
      createFeedLedger(
        tableOf(dynamoDbBySdk(client), this.#table('Ledger')),
        settingsSchema.parse({}),
      ).readFeed(endpoint, startOf(0), '~', 10),
    );
    return entries.length;
  }

  /** An item of the registry. */
  async registered(key: Record<string, AttributeValue>) {
    return this.#item('Registry', key);
  }

  /** A wake-up as EventBridge Scheduler sends it, by the stack's own role for it. */
  async schedule(at: Date, input: string): Promise<void> {
    const { stack, aws, functions } = this.runtime;
    const wake = [...functions.values()].find(
      ({ definition }) => 'SCHEDULE_GROUP' in definition.env,
    );
    const { SCHEDULE_GROUP, SCHEDULE_ROLE_ARN, WAKES_QUEUE_ARN } = wake?.definition.env ?? {};
    const client = new SchedulerClient(this.#hosts(aws.controlUrl));
    await client.send(
      new CreateScheduleCommand({
        Name: `${stack.name}-${randomUUID()}`,
        GroupName: SCHEDULE_GROUP,
        ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { Arn: WAKES_QUEUE_ARN, RoleArn: SCHEDULE_ROLE_ARN, Input: input },
      }),
    );
    client.destroy();
  }

  async invoke(name: string, event: object = {}): Promise<void> {
    const host = [...this.runtime.functions.values()].find(({ definition }) =>
      definition.name.includes(name),
    );
    await host?.invoke(JSON.stringify(event));
  }

  async #item(table: string, key: Record<string, AttributeValue>) {
    const TableName = this.#table(table);
    const { Item } = await this.#withDynamoDb((client) =>
      client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true })),
    );
    return Item;
  }

  async #withDynamoDb<T>(work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
    const client = new DynamoDBClient(this.#hosts(this.runtime.aws.dynamoDbUrl));
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  #table(name: string): string {
    const [table] = this.runtime.stack
      .resources('AWS::DynamoDB::GlobalTable')
      .filter(({ logicalId }) => logicalId.includes(name));
    return this.runtime.stack.reference(table?.logicalId ?? '');
  }

  #hosts(endpoint: string) {
    return { endpoint, region: 'us-east-1', credentials: this.runtime.aws.credentials };
  }

  async #ask(method: string, path: string, key: string, headers: object, body: unknown) {
    if (this.#isOff) throw new Error('called off');
    const response = await fetch(this.runtime.url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

export interface Customer {
  readonly id: string;
  readonly ask: (method: string, path: string, body?: unknown, headers?: object) => Promise<Json>;
  /** Posts an event, and gives its id. */
  readonly post: (more?: object, headers?: object) => Promise<string>;
  /** An endpoint at a path of the receiver of its own. */
  readonly endpoint: (more?: object) => Promise<{ readonly id: string; readonly path: string }>;
  /** The delivery of an event, once it stands in the log. */
  readonly delivery: (event: string) => Promise<Json>;
}
