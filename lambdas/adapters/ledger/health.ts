// The ledger's items of single endpoints: their health, and the next free slot of their rate limit.

import { defined } from '../../core/defined.ts';
import { MAX_AHEAD_MS, type RateLedger } from '../../core/endpoints/rate-limit.ts';
import { CLEAN_HEALTH, type Health, readHealth } from '../../core/health/health.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { optimistically } from '../../core/optimistic.ts';
import { type EndpointAddress, scopeKey } from '../../core/scope.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import {
  answerWhenHolds,
  batchGet,
  getItem,
  type Item,
  number,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import { documentOf } from '../items/documents.ts';
import { ITEM_VERSION } from '../items/version.ts';

/** How often a reservation is tried again when another one was faster. */
const ROUNDS = 10;

function itemKey(endpoint: EndpointAddress, name: 'health' | 'rate'): Item {
  return { pk: text(`${scopeKey(endpoint)}#${endpoint.endpointId}#${name}`), sk: text(name) };
}

export function createHealthLedger(client: DynamoDb, table: string): HealthLedger & RateLedger {
  /**
   * Moves the next free slot (`nfs`: DynamoDB reserves the word `free`) under a condition.
   * @returns the slot that was free; undefined if the condition did not hold
   */
  async function move(
    endpoint: EndpointAddress,
    expression: string,
    condition: string,
    values: Item,
  ): Promise<{ readonly fromMs: number | undefined } | undefined> {
    const answer = await answerWhenHolds(
      client.call('UpdateItem', {
        TableName: table,
        Key: itemKey(endpoint, 'rate'),
        UpdateExpression: expression,
        ConditionExpression: condition,
        ExpressionAttributeValues: values,
        ReturnValues: 'UPDATED_OLD',
      }),
    );
    if (!answer) return undefined;
    const from = answer.Attributes?.nfs?.N;
    return { fromMs: from === undefined ? undefined : Number(from) };
  }

  return {
    async getHealth(endpoint) {
      const item = await getItem(client, table, itemKey(endpoint, 'health'));
      const answers = Number(item?.ans?.N ?? 0);
      const health = documentOf<Health>(item);
      if (!health) return { health: CLEAN_HEALTH, version: 0, answers };
      return { health: readHealth(health), version: Number(item?.ver?.N), answers };
    },

    async getHealths(endpoints) {
      const items = await batchGet(
        client,
        table,
        endpoints.map((endpoint) => itemKey(endpoint, 'health')),
      );
      return new Map(
        items.flatMap((item) => {
          const endpointId = item.pk?.S?.split('#')[2];
          const health = documentOf<Health>(item);
          return endpointId && health ? [[endpointId, readHealth(health)] as const] : [];
        }),
      );
    },

    putHealth(endpoint, health, seenVersion) {
      const isFirst = seenVersion === 0;
      return whenHolds(
        client.call('UpdateItem', {
          TableName: table,
          Key: itemKey(endpoint, 'health'),
          UpdateExpression: 'SET doc = :doc, ver = :next, v = :v',
          ConditionExpression: isFirst ? 'attribute_not_exists(ver)' : 'ver = :seen',
          ExpressionAttributeValues: defined({
            ':doc': text(JSON.stringify(health)),
            ':next': number(seenVersion + 1),
            ':v': ITEM_VERSION,
            ':seen': isFirst ? undefined : number(seenVersion),
          }),
        }),
      );
    },

    async countAnswers(endpoint, count) {
      await client.call('UpdateItem', {
        TableName: table,
        Key: itemKey(endpoint, 'health'),
        UpdateExpression: 'ADD ans :count',
        ExpressionAttributeValues: { ':count': number(count) },
      });
    },

    async reserveSlots(endpoint, count, perSecond, nowMs) {
      const spanMs = (count * 1000) / perSecond;
      const reserved = await optimistically(ROUNDS, async () => {
        const queued = await move(
          endpoint,
          'SET nfs = nfs + :span',
          'nfs >= :now AND nfs < :horizon',
          {
            ':span': number(spanMs),
            ':now': number(nowMs),
            ':horizon': number(nowMs + MAX_AHEAD_MS),
          },
        );
        if (queued) return queued;
        const idle = await move(
          endpoint,
          'SET nfs = :after, v = :v',
          'attribute_not_exists(nfs) OR nfs < :now',
          { ':after': number(nowMs + spanMs), ':now': number(nowMs), ':v': ITEM_VERSION },
        );
        if (idle) return { fromMs: nowMs };
        const item = await getItem(client, table, itemKey(endpoint, 'rate'));
        const isBookedOut = Number(item?.nfs?.N) >= nowMs + MAX_AHEAD_MS;
        return isBookedOut ? { fromMs: undefined } : undefined;
      });
      return reserved?.fromMs;
    },
  };
}
