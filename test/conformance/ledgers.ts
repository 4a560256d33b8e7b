// The ledgers that must behave alike: the simulation's in memory, and the adapters over implementations of DynamoDB.
// Over dynalite, with direct calls as functions make them and with those of the SDK, which takes over from them; over
// one that others wrote, where the environment says its address.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { vi } from 'vitest';
import type { DynamoDb } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../../lambdas/adapters/aws/dynamodb/client.ts';
import { createDeliveryLedger } from '../../lambdas/adapters/ledger/deliveries.ts';
import { createEventLedger } from '../../lambdas/adapters/ledger/events.ts';
import { createHealthLedger } from '../../lambdas/adapters/ledger/health.ts';
import { createWorkLedger } from '../../lambdas/adapters/ledger/work.ts';
import { dynamoDbBySdk } from '../../lambdas/adapters/on-demand/dynamodb.ts';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type {
  ClaimRequest,
  DeliveryLedger,
  WorkLedger,
} from '../../lambdas/core/deliveries/ledger.ts';
import type { RateLedger } from '../../lambdas/core/endpoints/rate-limit.ts';
import type { DedupeLedger, EventLedger } from '../../lambdas/core/events/ledger.ts';
import type { HealthLedger } from '../../lambdas/core/health/ledger.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { WORK_INDEX } from '../../lambdas/environment.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../local/simulation/memory/ledger.ts';
import { anEvent, NOON_MS } from '../builders/events.ts';

export type Ledger = EventLedger &
  DedupeLedger &
  DeliveryLedger &
  WorkLedger &
  HealthLedger &
  RateLedger;

/** The address of an implementation of DynamoDB, and the variable that says it. */
export const DYNAMODB_URL_VARIABLE = 'POSTHORN_TEST_DYNAMODB_URL';
export const dynamoDbUrl = process.env[DYNAMODB_URL_VARIABLE];
export const OVER_URL = `over the DynamoDB of ${DYNAMODB_URL_VARIABLE}`;

const BY_SDK = 'over dynalite, by the SDK';
export const LEDGERS: readonly string[] = [
  'in memory',
  'over dynalite',
  BY_SDK,
  ...(dynamoDbUrl ? [OVER_URL] : []),
];
export const settings = settingsSchema.parse({});

export interface OpenTable {
  readonly dynamoDb: DynamoDb;
  readonly table: string;
  close(): Promise<void>;
}

async function startDynalite(): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

/** A table of its own with the ledger's keys and its index, in the implementation of that name. */
export async function openTable(name: string): Promise<OpenTable> {
  const dynalite = name === OVER_URL ? undefined : await startDynalite();
  const endpoint = dynalite?.url ?? dynamoDbUrl ?? '';
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const key = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const attribute = (name: string, type: 'S' | 'N') => ({
    AttributeName: name,
    AttributeType: type,
  });
  const TableName = `ledger-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        attribute('pk', 'S'),
        attribute('sk', 'S'),
        attribute('wk', 'S'),
        attribute('wat', 'N'),
      ],
      KeySchema: key('pk', 'sk'),
      GlobalSecondaryIndexes: [
        {
          IndexName: WORK_INDEX,
          KeySchema: key('wk', 'wat'),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName });
  return {
    dynamoDb: name === BY_SDK ? dynamoDbBySdk(client) : createDynamoDb(),
    table: TableName,
    close: async () => {
      if (!dynalite) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
      await dynalite?.close();
    },
  };
}

export async function openLedger(
  name: string,
): Promise<{ ledger: Ledger; close(): Promise<void> }> {
  if (name === 'in memory') {
    return { ledger: createMemoryLedger(createCallCounts()), close: async () => undefined };
  }
  const { dynamoDb, table, close } = await openTable(name);
  const ledger = {
    ...createEventLedger(tableOf(dynamoDb, table), settings),
    ...createDeliveryLedger(tableOf(dynamoDb, table), settings),
    ...createWorkLedger(tableOf(dynamoDb, table)),
    ...createHealthLedger(tableOf(dynamoDb, table)),
  };
  return { ledger, close };
}

let made = 0;

/** An id of its own for each call, so that tests share a table. */
export function newId<P extends 'evt' | 'ep'>(prefix: P, atMs = NOON_MS): `${P}_${string}` {
  made++;
  const random = Buffer.alloc(10);
  random.writeUInt32BE(made, 2);
  // The last character decides the shard.
  random.writeUInt8(made % 256, 9);
  return createId(prefix, atMs, random);
}

export function aDelivery(changes: Partial<Delivery> = {}): Delivery {
  const acceptedAtMs = changes.acceptedAtMs ?? NOON_MS;
  const event = anEvent({ id: newId('evt', acceptedAtMs), acceptedAtMs });
  return { ...freshDelivery(event, newId('ep'), settings, acceptedAtMs), ...changes };
}

export function anAttempt(number: number, changes: Partial<Attempt> = {}): Attempt {
  const atMs = NOON_MS + number * 1_000;
  return { number, run: 1, cause: 'curve', atMs, durationMs: 35, outcome: 'http_500', ...changes };
}

/** A claim of the next attempt of a delivery. */
export function aClaim(delivery: Delivery, changes: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    ref: delivery,
    fresh: undefined,
    run: delivery.run,
    attempt: delivery.attempts.length + 1,
    holder: 'message-1/request-1',
    nowMs: NOON_MS,
    leaseUntilMs: NOON_MS + 15_000,
    ...changes,
  };
}
