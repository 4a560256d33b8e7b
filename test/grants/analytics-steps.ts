// Steps of analytics: the archive, what cannot be read, and the hours that are counted.
import { deliveryKey } from '../../lambdas/adapters/ledger/items.ts';
import { calls, ref, type Step, state } from './step.ts';

export const ANALYTICS_STEPS: readonly Step[] = [
  {
    title: 'an attempt in the archive, and its hour counted while it lasts',
    async run(run) {
      const customer = await run.tenant();
      await customer.endpoint();
      const [archived, counted] = [
        calls(run, 'Record', 'dynamodb:UpdateItem'),
        calls(run, 'Rollup', 'dynamodb:BatchWriteItem'),
      ];
      await state(run, customer, await customer.post(), 'delivered');
      await run.until(() => calls(run, 'Record', 'dynamodb:UpdateItem') > archived);
      await run.invoke('Rollup');
      await run.until(() => calls(run, 'Rollup', 'dynamodb:BatchWriteItem') > counted);
    },
  },
  {
    title: 'an hour that is over and due',
    async run(run) {
      const key = { pk: { S: 'due-hours' }, sk: { S: '2026-01-01T00' } };
      await run.tamper(key, { tk: { S: 'token' } });
      await run.invoke('Rollup');
      await run.until(() => run.isGone(key));
    },
  },
  {
    title: 'a write that record cannot read',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      const event = await customer.post();
      await state(run, customer, event, 'delivered');
      const before = calls(run, 'Record', 's3:PutObject');
      await run.until(() => calls(run, 'Record', 's3:PutObject') > before);
      const archived = calls(run, 'Record', 's3:PutObject');
      await run.tamper(deliveryKey(ref(customer.id, id, event)), { v: { N: '99' } });
      await run.until(() => calls(run, 'Record', 's3:PutObject') > archived);
    },
  },
];
