// Removes personal data from the ledger's items for good, by conditional updates that may be repeated.

import type { RedactionLedger } from '../../core/erasure/redaction.ts';
import { hashOfSubject } from '../../core/events/subject-order.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import {
  answerWhenHolds,
  chunksOf,
  getItem,
  type Item,
  number,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import { NOT_UNDER_WAY } from './delivery-items.ts';
import { FEED_SHARDS, feedPartition, subjectKey } from './feed.ts';
import { deliveryKey, eventKey, fromEventItem } from './items.ts';

const AT_ONCE = 25;

export function createRedactionLedger(table: Table): RedactionLedger {
  const update = (key: Item, expression: string, condition: string, values: Item) =>
    table.call('UpdateItem', {
      Key: key,
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_NEW',
    });

  return {
    async redactEvent(ref, nowMs) {
      const before = await getItem(table, eventKey(ref));
      if (!before) return undefined;
      // The pointer first: without the subject it could not be found any more.
      const subject = before.subj?.S;
      const hash = subject === undefined ? before.sh?.S : hashOfSubject(subject);
      if (hash !== undefined) {
        await whenHolds(
          table.call('DeleteItem', {
            Key: subjectKey(ref, hash, before.ty?.S ?? ''),
            ConditionExpression: 'id = :id',
            ExpressionAttributeValues: { ':id': text(ref.eventId) },
          }),
        );
      }
      const answer = await answerWhenHolds(
        update(
          eventKey(ref),
          'SET rd = if_not_exists(rd, :now) REMOVE d, z, sd, subj, sh, sa',
          'attribute_exists(pk)',
          { ':now': number(nowMs) },
        ),
      );
      return answer?.Attributes && fromEventItem(answer.Attributes);
    },

    async clearFeed(endpoint, limit) {
      let cleared = 0;
      for (let shard = 0; shard < FEED_SHARDS && cleared < limit; shard++) {
        const { Items: items = [] } = await table.call('Query', {
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': text(feedPartition(endpoint, shard)) },
          ConsistentRead: true,
          Limit: limit - cleared,
        });
        for (const chunk of chunksOf(items, AT_ONCE)) {
          await inParallel(chunk, AT_ONCE, ({ pk, sk }) => {
            const Key = { pk: text(pk?.S ?? ''), sk: text(sk?.S ?? '') };
            return table.call('DeleteItem', { Key });
          });
        }
        cleared += items.length;
      }
      return cleared;
    },

    async redactDelivery(ref, nowMs) {
      const key = deliveryKey(ref);
      const now = { ':now': number(nowMs) };
      const waiting = { ':waiting': text('waiting') };
      const isCancelled = await whenHolds(
        update(
          key,
          'SET rd = if_not_exists(rd, :now), s = :cancelled REMOVE subj, rq, res, sres, due, nc, anc, wk, wat, lu, lh',
          // What is past its deadline is dead already.
          `s = :waiting AND dl > :now AND ${NOT_UNDER_WAY}`,
          { ...now, ...waiting, ':cancelled': text('cancelled') },
        ),
      );
      if (isCancelled) return;
      // A delivery that has ended leaves the index of the dead, too: it cannot be sent again.
      const isEnded = await whenHolds(
        update(
          key,
          'SET rd = if_not_exists(rd, :now) REMOVE subj, rq, res, sres, wk, wat',
          'attribute_exists(pk) AND s <> :waiting',
          { ...now, ...waiting },
        ),
      );
      if (isEnded) return;
      // An attempt is under way, or its deadline has passed: that is still to be recorded.
      await whenHolds(
        update(
          key,
          'SET rd = if_not_exists(rd, :now) REMOVE subj, rq, res, sres',
          'attribute_exists(pk)',
          now,
        ),
      );
    },
  };
}
