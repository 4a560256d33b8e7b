// A write that was done, and whose answer was lost, is answered as what it is: done.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiService } from '../../builders/api-service.ts';
import { decideOnCalls, first, startService } from '../../builders/broken-calls.ts';

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

/** The next write that puts or changes a document of the registry is done, and its answer is lost. */
const loseNextAnswer = (): void =>
  decideOnCalls(
    service.client,
    first('loses its answer', (command, { TableName, ConditionExpression = '' }) => {
      const isDocument = command === 'PutItemCommand' || ConditionExpression.includes('doc =');
      return TableName === 'registry' && ConditionExpression !== '' && isDocument;
    }),
  );

const anEndpoint = async (): Promise<string> =>
  (await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/a' })).json.id;

describe('with the answer to its write lost', () => {
  it('a change of an endpoint is answered 200', async () => {
    const id = await anEndpoint();
    loseNextAnswer();
    const { status } = await service.acme('PATCH', `/v1/endpoints/${id}`, { eventTypes: ['a.b'] });
    expect(status).toBe(200);
  });

  it('a change of an endpoint is known to fan-out at once', async () => {
    const scope = { tenant: 'acme', environment: 'live' } as const;
    const subscribed = async () => {
      const found = [...(await service.registry.subscribersOf([scope])).values()].flat();
      return found.map((subscriber) => subscriber?.eventTypes);
    };
    const id = await anEndpoint();
    expect(await subscribed()).toEqual([[]]);
    loseNextAnswer();
    await service.acme('PATCH', `/v1/endpoints/${id}`, { eventTypes: ['a.b'] });
    expect(await subscribed()).toEqual([['a.b']]);
  });

  it('a deletion of an endpoint is answered 204', async () => {
    const id = await anEndpoint();
    loseNextAnswer();
    expect((await service.acme('DELETE', `/v1/endpoints/${id}`)).status).toBe(204);
  });

  it('a rotation of an endpoint’s secret is answered 200, with the secret', async () => {
    const id = await anEndpoint();
    loseNextAnswer();
    const path = `/v1/endpoints/${id}/rotate-secret`;
    const { status, json } = await service.acme('POST', path, { overlapSeconds: 0 });
    expect({ status, secret: json.secret }).toEqual({
      status: 200,
      secret: expect.stringMatching(/^whsec_/),
    });
  });

  it('a change of a template that names its version is answered 200', async () => {
    const made = await service.acme('POST', '/v1/templates', { name: 't', settings: {} });
    loseNextAnswer();
    const path = `/v1/templates/${made.json.id}`;
    const match = { 'if-match': made.headers.get('etag') ?? '' };
    expect((await service.acme('PATCH', path, { name: 'renamed' }, match)).status).toBe(200);
  });

  it('a key that is asked for without an idempotency key is given', async () => {
    loseNextAnswer();
    const { status, json } = await service.acme('POST', '/v1/keys', { name: 'x' });
    expect({ status, key: json.key }).toEqual({
      status: 201,
      key: expect.stringMatching(/^ph_live_/),
    });
  });

  it('a rotation of a signing key is answered 201', async () => {
    const [key] = (await service.operator('GET', '/v1/signing-keys')).json.data;
    loseNextAnswer();
    const path = `/v1/signing-keys/${key.id}/rotate`;
    expect((await service.operator('POST', path, {})).status).toBe(201);
  });

  it('a tenant is created and renamed, each answered as what it is', async () => {
    loseNextAnswer();
    const put = (name: string) => service.operator('PUT', '/v1/tenants/fresh', { name });
    expect((await put('a')).status).toBe(201);
    loseNextAnswer();
    const { status, json } = await put('b');
    expect({ status, name: json.name }).toEqual({ status: 200, name: 'b' });
  });
});

describe('a change that failed, whether it was done or not', () => {
  it('is announced to fan-out', async () => {
    const scope = { tenant: 'acme', environment: 'live' } as const;
    const id = await anEndpoint();
    await service.registry.subscribersOf([scope]);
    // Each try loses its answer, and so does the read that would tell.
    decideOnCalls(service.client, (command, { TableName, Key }) => {
      if (TableName !== 'registry') return undefined;
      if (command === 'PutItemCommand') return 'loses its answer';
      return command === 'GetItemCommand' && Key?.sk?.S === id && isWritten ? 'fails' : undefined;
    });
    let isWritten = false;
    service.between.run = async () => {
      isWritten = true;
    };
    const { status } = await service.acme('PATCH', `/v1/endpoints/${id}`, { eventTypes: ['a.b'] });
    expect(status).toBe(500);
    const [found] = [...(await service.registry.subscribersOf([scope])).values()];
    expect([...(found ?? [])]).toMatchObject([{ eventTypes: ['a.b'] }]);
  });
});
