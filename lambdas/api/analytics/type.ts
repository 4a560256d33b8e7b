// One event type of an endpoint or a tenant, of which only the largest types are told apart.
import {
  type GroupCounts,
  NOTHING,
  plus,
  TYPES_OF_ENDPOINT,
} from '../../core/analytics/counting.ts';
import { emptyRollup } from '../../core/analytics/rollup.ts';
import { hasFurtherTypes } from '../../core/analytics/series.ts';
import type { HourRollup } from '../../core/analytics/store.ts';
import { refused } from '../../http/body.ts';

/** Of a type that may be named like what every object has. */
const countsIn = ({ types }: HourRollup, type: string): GroupCounts | undefined =>
  types && Object.hasOwn(types, type) ? types[type] : undefined;

/** With nothing but the counts of the type. @throws Problem 422 if none of the hours names it */
export function hoursOfType(hours: readonly HourRollup[], type: string): HourRollup[] {
  const named = hours.flatMap((one) => {
    const counts = countsIn(one, type);
    return counts ? [{ ...emptyRollup(), hour: one.hour, types: { [type]: counts } }] : [];
  });
  if (named.length === 0 && hours.some(hasFurtherTypes)) {
    const message = `is not among the ${TYPES_OF_ENDPOINT} largest of the endpoint in any hour`;
    throw refused([{ path: 'type', message }]);
  }
  return named;
}

export function countsOfType(hours: readonly HourRollup[], type: string): GroupCounts {
  return hours.reduce<GroupCounts>(
    (sum, one) => plus(sum, countsIn(one, type) ?? NOTHING),
    NOTHING,
  );
}

interface Counted {
  readonly days: readonly HourRollup[];
  readonly hours: readonly HourRollup[];
}

/** In so many the type may have more than is counted. A day is made of what its hours name: it is not known of which. */
export function uncertainHours({ days, hours }: Counted, type: string): number {
  const unnamed = hours.filter((hour) => !countsIn(hour, type) && hasFurtherTypes(hour));
  return unnamed.length + 24 * days.filter(hasFurtherTypes).length;
}
