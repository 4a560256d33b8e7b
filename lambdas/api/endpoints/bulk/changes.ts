// Changes of many endpoints: settings as for one, and entries that are added to lists or taken out of them.
import * as z from 'zod';
import { ADDRESS_NAMES } from '../../../core/destinations/destination.ts';
import type { Endpoint } from '../../../core/endpoints/endpoint.ts';
import { channelSchema } from '../../../core/events/event.ts';
import { faultsOf } from '../../../core/faults.ts';
import type { Fault } from '../../../core/problem.ts';
import { patternSchema } from '../../../core/subscriptions/patterns.ts';
import { refused } from '../../../http/body.ts';
import { documentedChanges } from '../change-route.ts';
import { FIXED } from '../changing.ts';
import type { Asked } from '../operations.ts';

export const listChangesShape = {
  addEventTypes: z.array(patternSchema).min(1).max(100).optional(),
  removeEventTypes: z.array(patternSchema).min(1).max(100).optional(),
  addChannels: z.array(channelSchema).min(1).max(20).optional(),
  removeChannels: z.array(channelSchema).min(1).max(20).optional(),
};
const listChangesSchema = z.object(listChangesShape);
export type ListChanges = z.infer<typeof listChangesSchema>;

/** @throws Problem 422 */
export function readChanges(changes: Asked): {
  readonly settings: Asked;
  readonly lists: ListChanges;
} {
  const faults: Fault[] = [];
  const parsed = listChangesSchema.safeParse(changes);
  if (!parsed.success) faults.push(...faultsOf(parsed.error, ['changes']));
  const settings = Object.entries(changes).filter(
    ([name]) => !Object.hasOwn(listChangesShape, name),
  );
  const report = (name: string, message: string) =>
    faults.push({ path: `/changes/${name}`, message });
  for (const [name, message] of FIXED) if (name in changes) report(name, message);
  for (const name of ADDRESS_NAMES) {
    if (name in changes) report(name, 'can only be changed one endpoint at a time');
  }
  // What no endpoint could be given is refused whole, also where the filter means none.
  const single = settings.filter(([name]) => !ADDRESS_NAMES.has(name) && !FIXED.has(name));
  const known = documentedChanges.safeParse(Object.fromEntries(single));
  if (!known.success) faults.push(...faultsOf(known.error, ['changes']));
  for (const list of ['EventTypes', 'Channels']) {
    const whole = `${list.charAt(0).toLowerCase()}${list.slice(1)}`;
    const isPart = `add${list}` in changes || `remove${list}` in changes;
    if (whole in changes && isPart) report(whole, 'cannot be combined with adding or removing');
  }
  if (Object.keys(changes).length === 0) faults.push({ path: '/changes', message: 'is empty' });
  if (!parsed.success || faults.length > 0) throw refused(faults);
  return { settings: Object.fromEntries(settings), lists: parsed.data };
}

/** @throws Problem 422 where nothing would be left, which would mean everything */
export function changedLists(before: Endpoint, lists: ListChanges): Asked {
  const { addEventTypes, removeEventTypes, addChannels, removeChannels } = lists;
  return {
    ...changedList('EventTypes', before.eventTypes, addEventTypes, removeEventTypes),
    ...changedList('Channels', before.channels, addChannels, removeChannels),
  };
}

function changedList(
  name: 'EventTypes' | 'Channels',
  before: readonly string[],
  added: readonly string[] = [],
  removed: readonly string[] = [],
): Asked {
  // An empty list means all: there is nothing to add, and nothing that could be taken out of it.
  if (before.length === 0) {
    if (removed.length === 0) return {};
    const message = 'cannot remove from an empty list, which means all';
    throw refused([{ path: `/remove${name}`, message }]);
  }
  const kept = before.filter((entry) => !removed.includes(entry));
  const after = [...new Set([...kept, ...added])];
  if (after.length === before.length && after.every((entry, at) => entry === before[at])) return {};
  if (after.length === 0) {
    throw refused([
      { path: `/remove${name}`, message: 'would leave an empty list, which means all' },
    ]);
  }
  return name === 'EventTypes' ? { eventTypes: after } : { channels: after };
}
