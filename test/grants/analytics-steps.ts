// Steps of analytics: the archive, what cannot be read, and the hours that are counted.
import { randomUUID } from 'node:crypto';
import { deliveryKey } from '../../lambdas/adapters/ledger/items.ts';
import { hourOf } from '../../lambdas/core/analytics/hour.ts';
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
    title: 'an hour that lasts and is due',
    async run(run) {
      const noted = calls(run, 'Rollup', 'dynamodb:UpdateItem');
      const key = { pk: { S: 'due-hours' }, sk: { S: hourOf(Date.now()) } };
      await run.tamper(key, { tk: { S: randomUUID() } });
      await run.invoke('Rollup');
      await run.until(() => calls(run, 'Rollup', 'dynamodb:UpdateItem') > noted);
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
      const put = calls(run, 'Record', 's3:PutObject');
      const key = deliveryKey(ref('nobody', 'ep_nowhere', `evt_${randomUUID()}`));
      await run.tamper(key, { s: { S: 'delivered' }, v: { N: '99' } });
      await run.until(() => calls(run, 'Record', 's3:PutObject') > put);
    },
  },
];
