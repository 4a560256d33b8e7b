import { expect, it } from 'vitest';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { fewAtATime } from '../../lambdas/dispatch/few-at-a-time.ts';
import { only } from '../builders/ports.ts';

type Ledger = Parameters<typeof fewAtATime>[0];

/** A ledger whose writes end when they are told to. */
function slowLedger() {
  const begun: string[] = [];
  const end: ((error?: Error) => void)[] = [];
  const write = ({ eventId }: { readonly eventId: string }): Promise<boolean> => {
    begun.push(eventId);
    return new Promise((resolve, reject) => {
      end.push((error) => (error ? reject(error) : resolve(true)));
    });
  };
  const ledger: Ledger = {
    putDeliveryOnce: write,
    recordClaimed: write,
    rest: async ({ ref }) => void (await write(ref)),
  };
  return { ledger: fewAtATime(ledger), begun, end };
}

const delivery = (eventId: string, state: Delivery['state'] = 'waiting'): Delivery =>
  only<Delivery>({ eventId, state });
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('single writes go out two at a time, in the order in which they came', async () => {
  const { ledger, begun, end } = slowLedger();
  const writes = [
    ledger.putDeliveryOnce(delivery('1')),
    ledger.recordClaimed(delivery('2'), 'holder'),
    ledger.rest(only<Parameters<Ledger['rest']>[0]>({ ref: delivery('3') })),
    ledger.putDeliveryOnce(delivery('4')),
  ];
  await settled();
  expect(begun).toEqual(['1', '2']);
  end[1]?.();
  await settled();
  expect(begun).toEqual(['1', '2', '3']);
  for (const one of [0, 2]) end[one]?.();
  await settled();
  expect(begun).toEqual(['1', '2', '3', '4']);
  end[3]?.();
  expect(await Promise.all(writes)).toEqual([true, true, undefined, true]);
});

it('what was delivered waits for none of them', async () => {
  const { ledger, begun } = slowLedger();
  for (const id of ['1', '2', '3']) void ledger.recordClaimed(delivery(id), 'holder');
  void ledger.recordClaimed(delivery('4', 'delivered'), 'holder');
  await settled();
  expect(begun).toEqual(['1', '2', '4']);
});

it('one that fails makes room for the next, and fails alone', async () => {
  const { ledger, begun, end } = slowLedger();
  const writes = ['1', '2', '3'].map((id) => ledger.putDeliveryOnce(delivery(id)));
  const results = Promise.allSettled(writes);
  await settled();
  end[0]?.(new Error('throttled'));
  await settled();
  expect(begun).toEqual(['1', '2', '3']);
  for (const one of [1, 2]) end[one]?.();
  expect((await results).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
});
