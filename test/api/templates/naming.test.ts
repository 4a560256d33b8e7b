// Names of templates: each is of one template only, however many ask for it at once.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Answer, ApiService } from '../../builders/api-service.ts';
import { decideOnCalls, first, startService } from '../../builders/broken-calls.ts';

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

const create = (name: string) => service.acme('POST', '/v1/templates', { name });
const count = 12;
const atOnce = (ask: (index: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
const withStatus = (answers: readonly Answer[], wanted: number) =>
  answers.filter(({ status }) => status === wanted);

it('is of one template where many are created at once', async () => {
  const made = await atOnce(() => create('same'));
  expect(withStatus(made, 201)).toHaveLength(1);
  expect(withStatus(made, 409)).toHaveLength(count - 1);
});

it('is of one template where many are renamed at once, or one is created', async () => {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) ids.push((await create(`t${index}`)).json.id);
  const answers = await atOnce((index) =>
    index === 0
      ? create('same')
      : service.acme('PATCH', `/v1/templates/${ids[index]}`, { name: 'same' }),
  );
  const { data } = (await service.acme('GET', '/v1/templates?limit=100')).json;
  expect(data.filter(({ name }: { name: string }) => name === 'same')).toHaveLength(1);
  expect(withStatus(answers, 409)).toHaveLength(count - 1);
});

it('is no matter for other names', async () => {
  expect(withStatus(await atOnce((index) => create(`t${index}`)), 201)).toHaveLength(count);
});

it('is free at once when its template is deleted, and when a creation was refused', async () => {
  const { json } = await create('same');
  expect((await create('same')).status).toBe(409);
  await service.acme('DELETE', `/v1/templates/${json.id}`);
  const wrong = { name: 'same', settings: { timeoutMs: 1 } };
  expect((await service.acme('POST', '/v1/templates', wrong)).status).toBe(422);
  expect((await create('same')).status).toBe(201);
});

it('is free a minute after a creation died with it', async () => {
  decideOnCalls(
    service.client,
    first('fails', (command) => command === 'DeleteItemCommand'),
  );
  expect((await create('same')).status).toBe(500);
  const { data } = (await service.acme('GET', '/v1/templates')).json;
  await service.acme('DELETE', `/v1/templates/${data[0].id}`);
  expect((await create('same')).status).toBe(409);
  service.clock.nowMs += 60_001;
  expect((await create('same')).status).toBe(201);
});
