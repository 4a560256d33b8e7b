// An upgrade changes no signature: each request that an older version sent is formed anew by this code, from the
// items of then, at the same time and with the same random bytes, and has the same bytes. signed/recorded/<commit>.json is
// what record.ts wrote in the working tree of that commit, without what is not needed here.
import { readdirSync, readFileSync } from 'node:fs';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import {
  createKeyringStore,
  createSigningKeyCache,
} from '../../lambdas/adapters/registry/keyring.ts';
import { withTokens } from '../../lambdas/adapters/registry/tokens.ts';
import { sealingKeysFrom } from '../../lambdas/core/sealing/secret.ts';
import { createEndpointCache } from '../../lambdas/dispatch/endpoint-cache.ts';
import { formRequest } from '../../lambdas/dispatch/request.ts';
import { type ApiService, startApiService } from '../builders/api-service.ts';
import { fromJson, type Recorded } from './recorded-service.ts';

const FOLDER = new URL('signed/recorded/', import.meta.url);
const TRANSPORT = new Set(['host', 'connection', 'content-length']);

type RecordedRequests = Pick<
  Recorded,
  'recordedAt' | 'secrets' | 'endpoints' | 'events' | 'tables'
> & {
  /** The first request to each endpoint, by its name. */
  readonly requests: Readonly<
    Record<string, { readonly headers: readonly string[]; readonly body: string }>
  >;
};

interface Sent {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

function readRecorded(file: string): RecordedRequests {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

/** Everything in it that may hold a time, an id or a nonce: headers, the body, and the claims of JWTs. */
function readable({ headers, body }: Sent): string {
  const text = `${headers.flat().join('\n')}\n${body}`;
  const claims = [...text.matchAll(/eyJ[\w-]+\.(eyJ[\w-]+)\./g)];
  return text + claims.map(([, part = '']) => Buffer.from(part, 'base64url').toString()).join('\n');
}

/** The random bytes of an attempt: its UUID and its nonce. */
function randomOf(text: string): Buffer {
  const uuid = /"jti":"([0-9a-f-]{36})"/.exec(text)?.[1]?.replaceAll('-', '') ?? '';
  const nonce = /nonce="([\w-]+)"/.exec(text)?.[1] ?? '';
  const bytes = Buffer.alloc(32);
  bytes.write(uuid, 0, 'hex');
  bytes.write(nonce, 16, 'base64url');
  return bytes;
}

describe.each(readdirSync(FOLDER))('what the version of %s sent', (file) => {
  const recorded = readRecorded(file);
  const requests = Object.entries(recorded.requests);
  let service: ApiService;

  beforeAll(async () => {
    service = await startApiService();
    const { host = '' } = Object.fromEntries(pairs(requests[0]?.[1].headers ?? []));
    for (const table of ['registry', 'ledger'] as const) {
      const text = JSON.stringify(recorded.tables[table]);
      const items: Recorded['tables']['ledger'] = JSON.parse(
        text.replaceAll('{{receiver}}', `http://${host}`),
      );
      for (let from = 0; from < items.length; from += 25) {
        const puts = items
          .slice(from, from + 25)
          .map((item) => ({ PutRequest: { Item: fromJson(item) } }));
        const RequestItems = { [table]: puts };
        await service.client.send(new BatchWriteItemCommand({ RequestItems }));
      }
    }
  });
  afterAll(() => service?.stop());

  const endpointNames = requests.map(([name]) => name).filter((name) => name !== 'deleted');
  it.each(endpointNames)('to the endpoint %s is sent byte for byte', async (name) => {
    const kept = recorded.requests[name];
    const sent: Sent = {
      headers: pairs(kept?.headers ?? []).filter(([header]) => !TRANSPORT.has(header)),
      body: Buffer.from(kept?.body ?? '', 'base64').toString('utf8'),
    };
    const text = readable(sent);
    const seconds = /(?:webhook-timestamp\n|"iat":|"timestamp":)(\d{10})/.exec(text)?.[1];
    const nowMs = Number(seconds ?? Date.parse(recorded.recordedAt) / 1000) * 1000;
    const sealing = Object.entries(recorded.secrets).find(([key]) => key.includes('Sealing'))?.[1];
    const keys = sealingKeysFrom(sealing ?? '');
    const secrets = { sealingKey: async () => keys };
    const surroundings = { ...service.surroundings, now: () => nowMs };
    const open = createEndpointCache({
      registry: withTokens({ secrets, surroundings }, service.registry),
      secrets,
      signingKeys: createSigningKeyCache(
        createKeyringStore(tableOf(service.dynamoDb, 'registry')),
        secrets,
        surroundings,
      ),
      surroundings,
    });
    const scope = { tenant: 'acme', environment: 'live' } as const;
    const id = recorded.endpoints[name]?.id ?? '';
    const endpoint = (await open([{ ...scope, id }])).get(id);
    const eventId = recorded.events[name] ?? '';
    const stored = (await service.ledger.getEvents([{ ...scope, eventId }])).get(eventId);
    if (!endpoint || endpoint.isDeleted || !stored) throw new Error('it is not stored');
    const random = randomOf(text);
    const formed = await formRequest(endpoint, stored.event, {
      nowMs,
      attempt: 1,
      random,
      issuer: 'posthorn',
    });
    if (formed.kind !== 'formed') throw new Error(formed.reason);
    expect({ headers: formed.headers, body: formed.body.toString('utf8') }).toEqual(sent);
  });
});

/** As Node.js gives raw headers: names and values by turns. */
function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: raw.length / 2 }, (_, at) => [
    raw[2 * at] ?? '',
    raw[2 * at + 1] ?? '',
  ]);
}
