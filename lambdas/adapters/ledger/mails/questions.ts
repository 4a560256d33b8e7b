// How often addresses were asked today. They are kept as hashes, for two days.
import { createHash } from 'node:crypto';
import { MAX_QUESTIONS, type QuestionLedger } from '../../../core/destinations/email/questions.ts';
import { scopeKey } from '../../../core/scope.ts';
import { DAY_MS } from '../../../core/time.ts';
import type { Table } from '../../aws/dynamodb/calls.ts';
import { type Item, number, text, whenHolds } from '../../aws/dynamodb/client.ts';
import { ITEM_VERSION } from '../../items/version.ts';
import { seconds } from '../items.ts';

/** A day's count is not asked for later. */
const COUNT_KEPT_MS = 2 * DAY_MS;

export function createQuestionLedger(table: Table): QuestionLedger {
  function count(Key: Item, most: number, nowMs: number): Promise<boolean> {
    return whenHolds(
      table.call('UpdateItem', {
        Key,
        UpdateExpression: 'SET v = :v, exp = :exp ADD n :one',
        ConditionExpression: 'attribute_not_exists(n) OR n < :most',
        ExpressionAttributeValues: {
          ':v': ITEM_VERSION,
          ':exp': seconds(nowMs + COUNT_KEPT_MS),
          ':one': number(1),
          ':most': number(most),
        },
      }),
    );
  }

  return {
    async mayAsk(scope, address, nowMs) {
      const day = new Date(nowMs).toISOString().slice(0, 10);
      const one = createHash('sha256')
        .update(`${day}\n${address.toLowerCase()}`)
        .digest('base64url');
      const ofTenant = text(`${scopeKey(scope)}#questions`);
      const { perTenant, perTenantAndAddress, perAddress } = MAX_QUESTIONS;
      const counts: [Item, number][] = [
        [{ pk: ofTenant, sk: text(`${day}#${one}`) }, perTenantAndAddress],
        [{ pk: ofTenant, sk: text(day) }, perTenant],
        [{ pk: text(`mail-questions#${one}`), sk: text('questions') }, perAddress],
      ];
      for (const [key, most] of counts) {
        if (!(await count(key, most, nowMs))) return false;
      }
      return true;
    },
  };
}
