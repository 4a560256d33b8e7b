// What a million deliveries cost at list price, by service: every billable unit of a run at a real
// arrival rate is counted and multiplied up. npm run bench -- cost
import { parseConfiguration } from '../lib/configuration.ts';
import type { RuntimeOptions } from '../local/runtime.ts';
import type { Stack } from '../local/stack/stack.ts';
import {
  type Bill,
  billOf,
  type FunctionUse,
  idleMonth,
  totalOf,
  type Unknowns,
  unknownsOf,
} from './cost-model.ts';
import { report, rounded } from './report.ts';
import { shortName, startWorld, type World } from './world.ts';

interface CostCase {
  readonly name: string;
  readonly rate: number;
  readonly batch: number;
  readonly seconds: number;
  readonly dataBytes: number;
  readonly endpoints: number;
  readonly receiverMs: number;
  readonly settings?: RuntimeOptions['settings'];
}

/** Longer than a run: what it costs is measured by the hour, in analytics/hour.ts. */
const { analytics } = parseConfiguration({});

/** First attempts and the events before them wait up to a second each. */
export const GATHERED = { gather: '1s' };

const usual = { dataBytes: 1_000, endpoints: 1, receiverMs: 200 };
const LOADS = [
  { posted: 'singly', rate: 100, batch: 1, seconds: 20 },
  { posted: 'in batches of 100', rate: 100, batch: 100, seconds: 20 },
  { posted: 'singly', rate: 10, batch: 1, seconds: 40 },
  { posted: 'singly', rate: 5, batch: 1, seconds: 60 },
  { posted: 'singly', rate: 1, batch: 1, seconds: 60 },
];
const CASES: readonly CostCase[] = LOADS.flatMap(({ posted, ...load }) => [
  { name: posted, ...load, ...usual },
  { name: `${posted}, gathered`, ...load, ...usual, settings: GATHERED },
]);

/** The least of so many: what else runs on the machine makes Lambda's time longer, never shorter. */
const REPEATS = Number(process.env.BENCH_ROUNDS ?? 1);

/** Of a million deliveries few meet caches, connections or code that are cold. */
const WARM = 1_000;

/** Rounds of calls of an invocation, one after the other: see the handlers. */
const ROUNDS: Readonly<Record<string, number>> = { Ingest: 1, FanOut: 3, Dispatch: 1 };

/** Dollars, and what they are for. */
type CostRow = Readonly<Record<string, string | number>> & { readonly total: number };

interface Cost {
  readonly bill: Bill;
  readonly unknowns: Unknowns;
}

async function costOf(world: World, given: CostCase, type: string): Promise<Cost> {
  const count = given.rate * given.seconds;
  world.forgetArrivals();
  await world.post({ type, count: WARM });
  await world.untilArrived(WARM * given.endpoints);
  await settled(world);
  world.runtime.meter.reset();
  const cpuBefore = world.cpuMs();
  world.forgetArrivals();
  const order = { type, count, batch: given.batch, rate: given.rate, dataBytes: given.dataBytes };
  await world.post(order);
  await world.untilArrived(count * given.endpoints);
  await settled(world);
  const cpuAfter = world.cpuMs();
  const units = world.runtime.meter.units();
  const uses = [...world.runtime.functions].map(([name, host]): FunctionUse => {
    const short = shortName(name);
    return {
      memoryMb: host.definition.memoryMb,
      cpuMs: (cpuAfter.get(short) ?? 0) - (cpuBefore.get(short) ?? 0),
      units: units[name] ?? {},
      rounds: ROUNDS[short] ?? 1,
    };
  });
  const apiRequests = units.api?.['api.requests'] ?? 0;
  const calls = Object.values(world.runtime.meter.snapshot());
  const sum = (call: string): number => calls.reduce((all, one) => all + (one[call] ?? 0), 0);
  const spareReceives = Math.max(0, sum('sqs:ReceiveMessage') - sum('sqs:DeleteMessageBatch'));
  const scale = 1_000_000 / (count * given.endpoints);
  return {
    bill: scaled(billOf(uses, apiRequests), scale),
    unknowns: scaled(unknownsOf(uses, apiRequests, spareReceives), scale),
  };
}

function scaled<T extends Bill | Unknowns>(dollars: T, scale: number): T {
  const amounts = Object.entries(dollars).map(([name, amount]) => [name, amount * scale]);
  return Object.fromEntries(amounts); // of the same names
}

/** What polls at rest, by the template. */
export function idleOf(stack: Pick<Stack, 'resources'>): number {
  const [every] = stack.resources('AWS::Scheduler::Schedule', 'AWS::Events::Rule');
  const minutes = Number(
    /^rate\((\d+) minutes?\)$/.exec(`${every?.properties.ScheduleExpression}`)?.[1],
  );
  // Lambda's reading of a stream costs nothing.
  const sources = stack
    .resources('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => !('StartingPosition' in properties)).length;
  // Each queue has one for its dead letters.
  const deadLetters = stack.resources('AWS::SQS::Queue').length / 2;
  return idleMonth(sources, 60 / minutes, deadLetters);
}

/** Until no function is invoked any more: the last outcomes are written. */
async function settled(world: World): Promise<void> {
  let before = '';
  for (;;) {
    const now = JSON.stringify(world.runtime.meter.snapshot());
    if (now === before) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
}

export async function cost(): Promise<void> {
  const least = new Map<CostCase, CostRow>();
  let idleDollarsAMonth = Number.NaN;
  for (let round = 0; round < REPEATS; round++) {
    for (const given of CASES) {
      const world = await startWorld({
        isolation: 'process',
        metersCapacity: true,
        settings: { analytics, ...given.settings },
      });
      try {
        idleDollarsAMonth = idleOf(world.runtime.stack);
        const row = await rowOf(world, given);
        console.log(round + 1, row);
        if (row.total < (least.get(given)?.total ?? Number.POSITIVE_INFINITY))
          least.set(given, row);
      } finally {
        await world.close();
      }
    }
  }
  report('cost', [...least.values()], {
    unit: 'US dollars for a million 1 KB events, each delivered once, receiver answers after 200 ms',
    idleDollarsAMonth: rounded(idleDollarsAMonth),
    rounds: REPEATS,
  });
}

async function rowOf(world: World, given: CostCase): Promise<CostRow> {
  const type = `cost.${CASES.indexOf(given)}`;
  for (let n = 0; n < given.endpoints; n++) {
    const settings = { contract: 'kyc-hmac', eventTypes: [type] };
    await world.endpoint(`/${n}/${given.receiverMs}`, settings);
  }
  const { bill, unknowns } = await costOf(world, given, type);
  const total = totalOf(bill);
  const services = Object.entries(bill).map(([service, dollars]) => [service, rounded(dollars)]);
  return {
    posted: given.name,
    'a second': given.rate,
    total: rounded(total),
    'at least': rounded(total - unknowns.fullReceives),
    'at most': rounded(total + unknowns.fairOfAll + unknowns.bytesPerLine),
    ...Object.fromEntries(services),
  };
}
