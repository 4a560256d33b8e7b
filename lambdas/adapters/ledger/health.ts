// The ledger's items of single endpoints: their health, and how far their rate limit is used up.

import { defined } from '../../core/defined.ts';
import type { RateLedger } from '../../core/endpoints/rate-limit.ts';
import { CLEAN_HEALTH, type Health, readHealth } from '../../core/health/health.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { type EndpointAddress, scopeKey } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
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

export function itemKey(endpoint: EndpointAddress, name: 'health' | 'rate'): Item {
  return { pk: text(`${scopeKey(endpoint)}#${endpoint.endpointId}#${name}`), sk: text(name) };
}

export function createHealthLedger(table: Table): HealthLedger & RateLedger {
  return {
    async getHealth(endpoint) {
      const item = await getItem(table, itemKey(endpoint, 'health'));
      const health = documentOf<Health>(item);
      if (!health) return { health: CLEAN_HEALTH, version: 0 };
      return { health: readHealth(health), version: Number(item?.ver?.N) };
    },

    async getHealths(endpoints) {
      const items = await batchGet(
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
        table.call('UpdateItem', {
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

    async getRate(endpoint) {
      const item = await getItem(table, itemKey(endpoint, 'rate'));
      return { sent: Number(item?.snt?.N ?? 0), released: Number(item?.rel?.N ?? 0) };
    },

    async reserveSlots(endpoint, use, { seenMs, nowMs, latestMs, spanMs }) {
      const name = { sent: 'snt', released: 'rel' }[use];
      const isIdle = seenMs <= nowMs;
      const answer = await answerWhenHolds(
        table.call('UpdateItem', {
          Key: itemKey(endpoint, 'rate'),
          UpdateExpression: `SET ${name} = ${isIdle ? ':now' : name} + :span, v = :v`,
          ConditionExpression: isIdle
            ? `attribute_not_exists(${name}) OR ${name} <= :now`
            : `${name} BETWEEN :now AND :latest`,
          ExpressionAttributeValues: defined({
            ':now': number(nowMs),
            ':latest': isIdle ? undefined : number(latestMs),
            ':span': number(spanMs),
            ':v': ITEM_VERSION,
          }),
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return answer && Number(answer.Attributes?.[name]?.N) - spanMs;
    },
  };
}
