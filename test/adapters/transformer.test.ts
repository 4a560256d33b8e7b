// Whose transformations wait for whose.
import { expect, it } from 'vitest';
import { createTransformer } from '../../lambdas/adapters/transformer.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { anEvent } from '../builders/events.ts';

const transform = { language: 'jsonata', source: '{"a": 1}', version: 'v1' } as const;

it('those of one tenant rest between each other, and hold up no other tenant’s', async () => {
  let open = (): void => undefined;
  const resting = new Promise<void>((resolve) => {
    open = resolve;
  });
  let rests = 0;
  const transformed = createTransformer({ findTransform: async () => undefined }, async () => {
    rests++;
    // The second of the first tenant rests until the end.
    if (rests === 2) await resting;
  });
  const of = (tenant: string) => transformed(anEndpoint({ tenant, transform }), 'v1', anEvent());
  const done: string[] = [];
  await of('busy');
  const second = of('busy').then(() => done.push('busy'));
  const third = of('busy').then(() => done.push('busy'));
  await of('other').then(() => done.push('other'));
  expect(done).toEqual(['other']);
  open();
  await Promise.all([second, third]);
  expect(done).toEqual(['other', 'busy', 'busy']);
});

it('what it makes is the word of the endpoint’s owner, whoever posted the event', async () => {
  const transformed = createTransformer({ findTransform: async () => undefined });
  const event = anEvent({ postedBy: 'operator' });
  expect(await transformed(anEndpoint({ transform }), 'v1', event)).toEqual({
    ...event,
    data: '{"a":1}',
    postedBy: 'tenant',
  });
});
