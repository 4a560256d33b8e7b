// Which requests of a run the ledger and the archive do not know, and why. Each request carries a number, which comes back in
// its report and stands in its record: what is missing is told by that, and by none of the code that is judged.
import type { Item } from '../../lambdas/adapters/aws/dynamodb/client.ts';
import { fromDeliveryItem } from '../../lambdas/adapters/ledger/items.ts';
import { linesOf } from '../../lambdas/core/analytics/line.ts';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { NO_PHASES } from '../../lambdas/core/retries/phases.ts';
import type { FunctionName } from '../../local/simulation/system/functions.ts';
import type { Instance } from '../../local/simulation/system/instances.ts';
import type { Sabotage, System } from '../../local/simulation/system/system.ts';
import type { Arrival } from './evidence.ts';
import type { Fault, FaultKind } from './fault-log.ts';

const HEADER = 'x-number';

/** By which SQS hands out a message once more, though nobody died. */
export const REPEATS: readonly FaultKind[] = [
  'message twice',
  'message in two functions at once',
  'message visible again too early',
  'deletion lost',
];

/** Why a request is not known: its function died before its record, or SQS repeated its message, and one of both is. */
type Why = 'died' | 'repeated' | 'unexplained';
export type Missing = Readonly<Record<Why, readonly number[]>>;

interface Seen {
  readonly arrivals: readonly Arrival[];
  readonly faults: readonly Fault[];
}

const keyOf = ({ eventId, endpointId }: Delivery): string => `${eventId}|${endpointId}`;
const requestOf = ({ phases }: Attempt): number => phases?.firstByteMs ?? 0;

export function createRequestTrace(breaks: Sabotage = (services) => services) {
  /** By number, counted from 1. */
  const senders: { readonly instance: Instance<FunctionName>; readonly invocation: number }[] = [];
  const writes: { readonly before: Delivery | undefined; readonly after: Delivery }[] = [];

  const sabotage: Sabotage = (given, name, instance) => {
    const services = breaks(given, name, instance);
    return {
      ...services,
      sender: {
        async send(request) {
          const number = senders.push({ instance, invocation: instance.invocation });
          const headers = [...request.headers, [HEADER, `${number}`] as const];
          const report = await services.sender.send({ ...request, headers });
          return { ...report, phases: { ...NO_PHASES, firstByteMs: number } };
        },
      },
    };
  };

  function watch({ dynamoDb }: System): void {
    const read = (item: Item | undefined) => item && fromDeliveryItem(item);
    dynamoDb.ledger.onPut = (before, after) => {
      if (after.s) writes.push({ before: read(before), after: fromDeliveryItem(after) });
    };
  }

  /** Those that stand in the ledger at the end. */
  function inLedger(): Set<number> {
    const latest = new Map(writes.map(({ after }) => [keyOf(after), after]));
    return new Set([...latest.values()].flatMap(({ attempts }) => attempts.map(requestOf)));
  }

  /** Those that readers of the archive count: each number of a delivery once. */
  function inArchive(): Set<number> {
    const found = new Map<string, number>();
    for (const line of writes.flatMap(({ before, after }) => linesOf(before, after))) {
      const place = `${line.event}|${line.endpoint} ${line.attempt}`;
      if (line.attempt !== undefined && !found.has(place)) found.set(place, line.firstByteMs ?? 0);
    }
    return new Set(found.values());
  }

  function missing(known: ReadonlySet<number>, { arrivals, faults }: Seen): Missing {
    const recorded = new Set<number>();
    const byPlace = new Map<string, Set<number>>();
    const overwritten = new Set<number>();
    for (const { before, after } of writes) {
      const now = new Set(after.attempts.map(requestOf));
      for (const attempt of after.attempts) {
        const place = `${keyOf(after)} ${attempt.number}`;
        recorded.add(requestOf(attempt));
        byPlace.set(place, (byPlace.get(place) ?? new Set()).add(requestOf(attempt)));
      }
      const isFast = after.attempts.length === 1 && after.attempts[0]?.number === 1;
      for (const one of before?.attempts ?? []) {
        if (isFast && !now.has(requestOf(one))) overwritten.add(requestOf(one));
      }
    }
    const repeated = new Set(
      faults.filter(({ kind }) => REPEATS.includes(kind)).flatMap(({ subjects }) => subjects),
    );
    const whyOf = (number: number, { headers, endpointId }: Arrival): Why => {
      const sender = senders[number - 1];
      const isOver =
        sender?.instance.diedAtWork && sender.instance.invocation === sender.invocation;
      if (isOver && !recorded.has(number)) return 'died';
      const eventId = headers['webhook-id'];
      const place = `${eventId}|${endpointId} ${headers['posthorn-attempt']}`;
      const others = [...(byPlace.get(place) ?? [])].filter((other) => other !== number);
      const isRepeated = repeated.has(`${eventId}|*`) || repeated.has(`${eventId}|${endpointId}`);
      const isReplaced = others.length > 0 || overwritten.has(number);
      return isRepeated && isReplaced ? 'repeated' : 'unexplained';
    };
    const why = Map.groupBy(
      arrivals
        .map((arrival) => [Number(arrival.headers[HEADER]), arrival] as const)
        .filter(([number]) => !known.has(number)),
      ([number, arrival]) => whyOf(number, arrival),
    );
    const of = (one: Why): number[] => (why.get(one) ?? []).map(([number]) => number);
    return { died: of('died'), repeated: of('repeated'), unexplained: of('unexplained') };
  }

  return { sabotage, watch, inLedger, inArchive, missing };
}
