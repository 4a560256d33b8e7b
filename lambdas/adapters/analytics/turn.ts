// One item of the ledger, there while hours are counted.
import type { CountingTurn } from '../../core/analytics/store.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { number, text, whenHolds } from '../aws/dynamodb/client.ts';

const KEY = { pk: text('counting'), sk: text('turn') };

export function createCountingTurn(table: Table): CountingTurn {
  return {
    take: (holder, nowMs, untilMs) =>
      whenHolds(
        table.call('UpdateItem', {
          Key: KEY,
          UpdateExpression: 'SET hd = :holder, un = :until',
          ConditionExpression: 'attribute_not_exists(pk) OR un <= :now',
          ExpressionAttributeValues: {
            ':holder': text(holder),
            ':until': number(untilMs),
            ':now': number(nowMs),
          },
        }),
      ),

    async giveBack(holder) {
      await whenHolds(
        table.call('DeleteItem', {
          Key: KEY,
          ConditionExpression: 'hd = :holder',
          ExpressionAttributeValues: { ':holder': text(holder) },
        }),
      );
    },
  };
}
