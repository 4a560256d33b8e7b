// Endpoints whose items were written before there were destinations: read as they are, and rewritten when they change.
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointItem, endpointOf } from '../../../lambdas/adapters/registry/endpoint-items.ts';
import { NewerVersionError } from '../../../lambdas/core/errors.ts';
import type { ApiService } from '../../builders/api-service.ts';
import { startService } from '../../builders/broken-calls.ts';
import { anEndpoint, destinationAt, urlOf } from '../../builders/endpoints.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const URL_THEN = 'https://acme.io/then';
const VERIFIED_AT = '2026-01-31T09:30:00.000Z';

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

const TableName = 'registry';
const keyOf = (id: string) => ({ pk: { S: 'live#acme#endpoints' }, sk: { S: id } });

async function itemOf(id: string): Promise<Record<string, AttributeValue>> {
  return (await service.client.send(new GetItemCommand({ TableName, Key: keyOf(id) }))).Item ?? {};
}

/** An endpoint as an earlier version stored it: one URL, and its proof beside it. */
async function fromThen(more: object = {}): Promise<string> {
  const { json } = await service.acme('POST', '/v1/endpoints', { url: URL_THEN, ...more });
  const { v: _, doc } = await itemOf(json.id);
  const { tenant, environment, id, destination, ...rest } = JSON.parse(doc?.S ?? '');
  const verifiedAtMs = Date.parse(VERIFIED_AT);
  const then = { tenant, environment, id, url: URL_THEN, ...rest, verifyUrl: true, verifiedAtMs };
  const Item = { ...keyOf(id), v: { N: '1' }, doc: { S: JSON.stringify(then) } };
  await service.client.send(new PutItemCommand({ TableName, Item }));
  return id;
}

describe('an endpoint from before there were destinations', () => {
  it('is read, listed and subscribed as it was', async () => {
    const id = await fromThen();
    const shown = { id, url: URL_THEN, verifiedAt: VERIFIED_AT, status: 'active' };
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).json).toMatchObject(shown);
    expect((await service.acme('GET', '/v1/endpoints')).json.data).toMatchObject([shown]);
    const subscribers = (await service.registry.subscribersOf([LIVE])).get('live#acme');
    expect(subscribers?.map((one) => one.id)).toEqual([id]);
  });

  it.each([
    ['something else', { description: 'changed' }, VERIFIED_AT],
    ['its URL, to the same', { url: URL_THEN, description: 'changed' }, VERIFIED_AT],
    ['its URL', { url: 'https://acme.io/now' }, null],
  ])('is stored with a destination once it changes: %s', async (_, change, verifiedAt) => {
    const id = await fromThen();
    const { status, json } = await service.acme('PATCH', `/v1/endpoints/${id}`, change);
    expect({ status, verifiedAt: json.verifiedAt }).toEqual({ status: 200, verifiedAt });
    expect(json).toMatchObject(change);
    const { v, doc } = await itemOf(id);
    expect(v).toEqual({ N: '2' });
    const stored = JSON.parse(doc?.S ?? '');
    expect(stored).not.toHaveProperty('url');
    expect(stored).not.toHaveProperty('verifiedAtMs');
    expect(stored.destination.urls).toHaveLength(1);
    expect((await service.acme('PATCH', `/v1/endpoints/${id}`, { polling: true })).status).toBe(
      200,
    );
  });

  it('follows a template, and keeps what is its own', async () => {
    const { json: template } = await service.acme('POST', '/v1/templates', {
      name: 'partners',
      settings: { timeoutMs: 5_000, eventTypes: ['a.b'] },
    });
    const id = await fromThen({ template: template.id, eventTypes: ['c.d'] });
    const { status, json } = await service.acme('PATCH', `/v1/endpoints/${id}`, { polling: true });
    expect(status).toBe(200);
    expect(json).toMatchObject({ timeoutMs: 5_000, eventTypes: ['c.d'], url: URL_THEN });
  });

  it('is deleted, and resealed', async () => {
    const id = await fromThen();
    const before = await service.registry.getEndpoint(LIVE, id);
    if (!before) throw new Error('it is not there');
    expect(await service.endpoints.rewrite(before, { ...before, version: 7 })).toBe(true);
    expect(await service.registry.getEndpoint(LIVE, id)).toMatchObject({ version: 7 });
    const other = await fromThen();
    expect((await service.acme('DELETE', `/v1/endpoints/${other}`)).status).toBe(204);
    expect(await itemOf(other)).toEqual({});
  });

  it('is not written over a change that came in between', async () => {
    const id = await fromThen();
    const before = await service.registry.getEndpoint(LIVE, id);
    if (!before) throw new Error('it is not there');
    const changed = { ...before, description: 'changed first' };
    expect(await service.registry.replaceEndpoint(before, changed)).toBe(true);
    const late = { ...before, description: 'changed late' };
    expect(await service.registry.replaceEndpoint(before, late)).toBe(false);
    expect(await service.registry.getEndpoint(LIVE, id)).toMatchObject({
      description: 'changed first',
    });
  });
});

describe('an endpoint’s item', () => {
  const item = (changes: object) => {
    const { v, doc } = endpointItem({}, { ...anEndpoint(), ...changes });
    return { v: v ?? { N: '0' }, doc: { S: doc?.S ?? '' } };
  };

  it('is left alone if later code wrote it, or a kind of destination that is not known', () => {
    expect(() => endpointOf({ ...item({}), v: { N: '3' } })).toThrow(NewerVersionError);
    expect(() => endpointOf(item({ destination: { kind: 'pigeon' } }))).toThrow(NewerVersionError);
  });

  it('is 41 bytes longer for its destination', () => {
    const url = 'https://hooks.acme.io/posthorn/events';
    const { doc } = item({ destination: destinationAt(url) });
    const { destination: _, ...rest } = anEndpoint();
    const then = JSON.stringify({ ...rest, url });
    expect(doc.S.length - then.length).toBe(41);
    const read = endpointOf({ doc: { S: then } });
    expect(read && urlOf(read)).toBe(url);
  });
});
