// The ledger's replays, and the listings that they go by: oldest first.
import { NotYetStoredError } from '../../core/errors.ts';
import type { ReplayLedger } from '../../core/replays/ledger.ts';
import type { Replay } from '../../core/replays/replay.ts';
import type { Scope } from '../../core/scope.ts';
import { scopeKey } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, number, text } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf, putDocumentIf, putNewDocument } from '../items/documents.ts';
import { mergedShards, oldestFirst } from '../items/listing.ts';
import { createDeadIndex } from './dead.ts';
import { expiryOf } from './expiry.ts';
import { DELIVERY_SHARDS, deliveryPartition, fromDeliveryItem, seconds } from './items.ts';

export function createReplayLedger(table: Table, settings: Settings): ReplayLedger {
  const dead = createDeadIndex(table);

  const getReplay = async (scope: Scope, id: string): Promise<Replay | undefined> =>
    documentOf<Replay>(await getItem(table, replayKey(scope, id)));

  const itemOf = (replay: Replay): Item => ({
    ...documentItem(replayKey(replay, replay.id), replay),
    ver: number(replay.version),
    exp: seconds(expiryOf(replay.createdAtMs, settings)),
  });

  return {
    async putReplayOnce(replay) {
      if (await putNewDocument(table, itemOf(replay))) return replay;
      const found = await getReplay(replay, replay.id);
      if (!found) throw new NotYetStoredError(replay.id);
      return found;
    },

    getReplay,

    async listReplays(scope, limit, cursor) {
      const page = await mergedShards({
        table,
        partitions: [replayPartition(scope)],
        after: 'rpl_',
        before: cursor ?? 'rpl_~',
        limit,
        isAscending: false,
      });
      return { ...page, entries: page.items.flatMap((item) => documentOf<Replay>(item) ?? []) };
    },

    // What is written names its writer: nobody else writes the same text.
    replaceReplay: (seenVersion, after) =>
      putDocumentIf(table, itemOf(after), 'ver = :seen', { ':seen': number(seenVersion) }),

    listDead: (endpoint, range, limit, cursor) => dead.oldestFirst(endpoint, range, limit, cursor),

    async listOldestFirst(endpoint, range, limit, cursor) {
      const partitions = Array.from({ length: DELIVERY_SHARDS }, (_, shard) =>
        deliveryPartition(endpoint, endpoint.endpointId, shard),
      );
      const page = await oldestFirst({ table, partitions, range, limit, cursor });
      return { ...page, entries: page.items.map(fromDeliveryItem) };
    },
  };
}

const replayPartition = (scope: Scope): string => `${scopeKey(scope)}#replays`;

function replayKey(scope: Scope, id: string): Item {
  return { pk: text(replayPartition(scope)), sk: text(id) };
}
