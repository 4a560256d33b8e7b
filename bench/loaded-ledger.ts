// A running embedded runtime whose ledger is filled past its API, for measurements at size.

import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createRollups } from '../lambdas/adapters/analytics/rollups.ts';
import { tableOf } from '../lambdas/adapters/aws/dynamodb/calls.ts';
import { createDeliveryLedger } from '../lambdas/adapters/ledger/deliveries.ts';
import { createEventLedger } from '../lambdas/adapters/ledger/events.ts';
import { dynamoDbBySdk } from '../lambdas/adapters/on-demand/dynamodb.ts';
import { advance, freshDelivery } from '../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../lambdas/core/deliveries/delivery.ts';
import type { Event } from '../lambdas/core/events/event.ts';
import { createId } from '../lambdas/core/identifiers.ts';
import { settingsSchema } from '../lambdas/core/settings.ts';
import { REGION } from '../local/aws-names.ts';
import type { Runtime } from '../local/runtime.ts';

export const SCOPE = { tenant: 'bench', environment: 'live' } as const;
export const settings = settingsSchema.parse({});

/** What is read of the answers. */
interface Answer {
  readonly id: string;
  readonly token: string;
  readonly url: string;
  readonly state: string;
  readonly count: number;
  readonly found: number;
  readonly sent: number;
  readonly skipped: number;
}
type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>;

export function asks(runtime: Runtime): Ask {
  const headers = {
    authorization: `Bearer ${runtime.operatorKey}`,
    'posthorn-tenant': SCOPE.tenant,
    'content-type': 'application/json',
  };
  return async (method, path, body) => {
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await fetch(`${runtime.url}${path}`, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as Answer; // each caller reads what its route answers
  };
}

export function openLedger(runtime: Runtime) {
  const client = new DynamoDBClient({
    endpoint: runtime.aws.dynamoDbUrl,
    region: REGION,
    credentials: runtime.aws.credentials,
  });
  const dynamoDb = dynamoDbBySdk(client);
  const resource = runtime.stack
    .resources('AWS::DynamoDB::GlobalTable')
    .find(({ logicalId }) => logicalId.startsWith('StorageLedger'));
  const table = runtime.stack.reference(resource?.logicalId ?? '');
  return {
    ...createEventLedger(tableOf(dynamoDb, table), settings),
    ...createDeliveryLedger(tableOf(dynamoDb, table), settings),
    ...createRollups(tableOf(dynamoDb, table)),
    close: () => client.destroy(),
  };
}

/** 20 types, 1,000 subjects. */
export function anEvent(acceptedAtMs: number, index: number): Event {
  return {
    ...SCOPE,
    id: createId('evt', acceptedAtMs, randomBytes(10)),
    type: `dossier.t${index % 20}`,
    acceptedAtMs,
    channels: [],
    subject: `s-${index % 1_000}`,
    data: JSON.stringify({ index, note: 'n'.repeat(200) }),
  };
}

/** After its first and only attempt. */
export function anEnded(event: Event, endpointId: string, state: 'delivered' | 'dead'): Delivery {
  const isDead = state === 'dead';
  const response = { status: isDead ? 500 : 200, headers: {}, body: '{"received":true}' };
  const made = {
    cause: 'first' as const,
    outcome: { kind: 'response' as const, response },
    startedAtMs: event.acceptedAtMs + 80,
    endedAtMs: event.acceptedAtMs + 120,
    phases: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 38 },
    request: { headers: [['webhook-signature', `v1,${'s'.repeat(44)}`]] as const, complete: true },
    holder: `${'m'.repeat(36)}/${'r'.repeat(36)}`,
  };
  const fresh = freshDelivery(event, endpointId, settings, event.acceptedAtMs);
  return advance(
    fresh,
    made,
    isDead ? { kind: 'dead', reason: 'attempts' } : { kind: 'delivered' },
  );
}

const BATCH = 500;

/**
 * Puts ended deliveries with their events into the ledger, in turn of the endpoints; one in 20 is dead.
 * @param spanMs they were accepted evenly from so long ago until now
 * @returns oldest first
 */
export async function loadEnded(
  runtime: Runtime,
  endpoints: readonly string[],
  count: number,
  spanMs: number,
) {
  const ledger = openLedger(runtime);
  const startMs = Date.now() - spanMs;
  const loaded = Array.from({ length: count }, (_, index) => ({
    event: anEvent(startMs + Math.floor((index / count) * spanMs), index),
    endpoint: endpoints[index % endpoints.length] ?? '',
    state: index % 20 === 0 ? ('dead' as const) : ('delivered' as const),
  }));
  for (let from = 0; from < count; from += BATCH) {
    const batch = loaded.slice(from, from + BATCH);
    await ledger.putEvents(batch.map(({ event, endpoint }) => ({ event, targets: [endpoint] })));
    await ledger.putDeliveries(
      batch.map(({ event, endpoint, state }) => anEnded(event, endpoint, state)),
    );
  }
  ledger.close();
  return loaded;
}
