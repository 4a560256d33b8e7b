// Which endpoints are slow: attributes of the version item that fan-out reads of a scope in any case.

import { MAX_MARKS } from '../../core/endpoints/slow-lane.ts';
import type { Scope } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { type Item, number, text } from '../aws/dynamodb/client.ts';
import { endpointPartition, VERSION_SORT_KEY } from '../items/documents.ts';
import { ITEM_VERSION } from '../items/version.ts';

/** `slow#<endpoint id>`: until when, Unix milliseconds. */
const PREFIX = 'slow#';

export function slowIn(item: Item | undefined, nowMs: number): ReadonlySet<string> {
  const slow = new Set<string>();
  for (const [name, value] of Object.entries(item ?? {})) {
    if (name.startsWith(PREFIX) && Number(value.N) > nowMs) slow.add(name.slice(PREFIX.length));
  }
  return slow;
}

/** Marks an endpoint, and removes marks that are over. */
export async function markSlow(
  table: Table,
  endpoint: Scope & { readonly id: string },
  untilMs: number,
  nowMs: number,
): Promise<void> {
  const key = { pk: text(endpointPartition(endpoint)), sk: text(VERSION_SORT_KEY) };
  const answer = await table.call('UpdateItem', {
    Key: key,
    UpdateExpression: 'SET v = :v, #slow = :until',
    ExpressionAttributeNames: { '#slow': PREFIX + endpoint.id },
    ExpressionAttributeValues: { ':until': number(untilMs), ':v': ITEM_VERSION },
    ReturnValues: 'ALL_NEW',
  });
  const marks = Object.entries(answer.Attributes ?? {}).filter(([name]) => name.startsWith(PREFIX));
  const over = marks.filter(([, until]) => Number(until.N) <= nowMs).map(([name]) => name);
  const tooMany = marks.slice(MAX_MARKS).map(([name]) => name);
  const removed = [...new Set([...over, ...tooMany])].slice(0, MAX_MARKS);
  if (removed.length === 0) return;
  await table.call('UpdateItem', {
    Key: key,
    UpdateExpression: `REMOVE ${removed.map((_, index) => `#r${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(
      removed.map((name, index) => [`#r${index}`, name]),
    ),
  });
}
