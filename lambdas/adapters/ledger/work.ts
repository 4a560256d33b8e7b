// The sparse index of what still needs work: what waits at an endpoint, by due time.

import type { WorkEntry, WorkLedger } from '../../core/deliveries/ledger.ts';
import type { EndpointAddress } from '../../core/scope.ts';
import { WORK_INDEX } from '../../environment.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { answerWhenHolds, type Item, number, pagesOf, text } from '../aws/dynamodb/client.ts';
import { DELIVERY_SHARDS, deliveryKey, fromDeliveryItem, workPartition } from './items.ts';

export function createWorkLedger(table: Table): WorkLedger {
  return {
    async listDue(endpoint, beforeMs, limit, fromMs = 0) {
      const shards = await Promise.all(
        Array.from({ length: DELIVERY_SHARDS }, async (_, shard): Promise<WorkEntry[]> => {
          // A page ends at 1 MB too, before the limit.
          const pages = pagesOf(table, {
            IndexName: WORK_INDEX,
            KeyConditionExpression: 'wk = :wk AND wat BETWEEN :from AND :before',
            ExpressionAttributeValues: {
              ':wk': text(workPartition(endpoint.endpointId, 'waiting', shard)),
              ':from': number(fromMs),
              ':before': number(beforeMs),
            },
            Limit: limit,
          });
          const entries: WorkEntry[] = [];
          for await (const page of pages) {
            entries.push(...page.map((item) => entryOf(endpoint, item)));
            if (entries.length >= limit) break;
          }
          return entries;
        }),
      );
      const entries = shards.flat().sort((a, b) => a.workAtMs - b.workAtMs);
      return entries.filter(({ workAtMs }) => workAtMs < beforeMs).slice(0, limit);
    },

    async take(entry, untilMs) {
      const answer = await answerWhenHolds(
        table.call('UpdateItem', {
          Key: deliveryKey(entry),
          UpdateExpression: 'SET wat = :until',
          ConditionExpression: 's = :waiting AND wat = :seen',
          ExpressionAttributeValues: {
            ':until': number(untilMs),
            ':waiting': text('waiting'),
            ':seen': number(entry.workAtMs),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return answer?.Attributes && fromDeliveryItem(answer.Attributes);
    },
  };
}

function entryOf({ tenant, environment, endpointId }: EndpointAddress, item: Item): WorkEntry {
  const eventId = item.sk?.S ?? '';
  return { tenant, environment, endpointId, eventId, workAtMs: Number(item.wat?.N) };
}
