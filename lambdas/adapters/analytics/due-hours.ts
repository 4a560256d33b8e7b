// The hours that got lines since they were counted: one partition, empty in a stack at rest.
import type { CountedHours, DueHour, DueHours } from '../../core/analytics/store.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { type Item, number, pagesOf, text, whenHolds } from '../aws/dynamodb/client.ts';

/** Also in the grant of the function that marks them, with what it sets: lib/functions/record.ts. */
const PARTITION = 'due-hours';

const keyOf = (hour: string): Item => ({ pk: text(PARTITION), sk: text(hour) });

export function createDueHours(table: Table): DueHours & CountedHours {
  async function setToken({ hour, token }: DueHour, name: 'bg' | 'ct'): Promise<void> {
    await whenHolds(
      table.call('UpdateItem', {
        Key: keyOf(hour),
        UpdateExpression: `SET ${name} = :token`,
        ConditionExpression: 'tk = :token',
        ExpressionAttributeValues: { ':token': text(token) },
      }),
    );
  }

  return {
    async mark(hour, token, nowMs) {
      await table.call('UpdateItem', {
        Key: keyOf(hour),
        UpdateExpression: 'SET tk = :token, si = if_not_exists(si, :now)',
        ExpressionAttributeValues: { ':token': text(token), ':now': number(nowMs) },
      });
    },

    async listDue() {
      const pages = pagesOf(table, {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': text(PARTITION) },
        ConsistentRead: true,
      });
      const items: Item[] = [];
      for await (const page of pages) items.push(...page);
      return items.map(({ sk, tk, si, ct, bg }) => ({
        hour: sk?.S ?? '',
        token: tk?.S ?? '',
        ...(si?.N === undefined ? {} : { sinceMs: Number(si.N) }),
        ...(ct?.S === undefined ? {} : { countedToken: ct.S }),
        ...(bg?.S === undefined ? {} : { begunToken: bg.S }),
      }));
    },

    async settle({ hour, token }, begunMs) {
      const isSettled = await whenHolds(
        table.call('DeleteItem', {
          Key: keyOf(hour),
          ConditionExpression: 'tk = :token',
          ExpressionAttributeValues: { ':token': text(token) },
        }),
      );
      if (isSettled) return;
      await whenHolds(
        table.call('UpdateItem', {
          Key: keyOf(hour),
          UpdateExpression: 'SET si = :begun',
          ConditionExpression: 'attribute_exists(tk)',
          ExpressionAttributeValues: { ':begun': number(begunMs) },
        }),
      );
    },

    begin: (due) => setToken(due, 'bg'),
    note: (due) => setToken(due, 'ct'),
  };
}
