// Takes personal data off the ledger's items for good, each by one conditional update that may be repeated.
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { RedactionLedger } from '../core/ports.ts';
import { answerWhenHolds, type Item, number, text, whenHolds } from './dynamodb.ts';
import { deliveryKey, eventKey, fromEventItem } from './ledger-items.ts';

export function createRedactionLedger(client: DynamoDBClient, table: string): RedactionLedger {
  const update = (key: Item, expression: string, condition: string, values: Item) =>
    client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: key,
        UpdateExpression: expression,
        ConditionExpression: condition,
        ExpressionAttributeValues: values,
        ReturnValues: 'ALL_NEW',
      }),
    );

  return {
    async redactEvent(ref, nowMs) {
      const answer = await answerWhenHolds(
        update(
          eventKey(ref),
          'SET rd = if_not_exists(rd, :now) REMOVE d, z, sd, subj',
          'attribute_exists(pk)',
          { ':now': number(nowMs) },
        ),
      );
      return answer?.Attributes && fromEventItem(answer.Attributes);
    },

    async redactDelivery(ref, nowMs) {
      const key = deliveryKey(ref);
      const now = { ':now': number(nowMs) };
      const waiting = { ':waiting': text('waiting') };
      const isCancelled = await whenHolds(
        update(
          key,
          'SET rd = if_not_exists(rd, :now), s = :cancelled REMOVE res, sres, due, nc, anc, wk, wat, lu, lh',
          's = :waiting AND (attribute_not_exists(lu) OR lu < :now)',
          { ...now, ...waiting, ':cancelled': text('cancelled') },
        ),
      );
      if (isCancelled) return;
      // What has ended leaves the index of the dead too: nothing of it can be sent again.
      const isEnded = await whenHolds(
        update(
          key,
          'SET rd = if_not_exists(rd, :now) REMOVE res, sres, wk, wat',
          'attribute_exists(pk) AND s <> :waiting',
          { ...now, ...waiting },
        ),
      );
      if (isEnded) return;
      // An attempt is under way: its outcome must find its place.
      await whenHolds(
        update(
          key,
          'SET rd = if_not_exists(rd, :now) REMOVE res, sres',
          'attribute_exists(pk)',
          now,
        ),
      );
    },
  };
}
