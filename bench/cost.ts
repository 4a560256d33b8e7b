// What a million deliveries cost at list price, by service: every billable unit of a run at a real
// arrival rate is counted and multiplied up. npm run bench -- cost
import { parseConfiguration } from '../lib/configuration.ts';
import type { RuntimeOptions } from '../local/runtime.ts';
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

/** What a deployed stack has: fan-out and dispatch wait up to a second each. The embedded runtime does not. */
export const AS_SHIPPED = {
  sources: parseConfiguration({}).sources,
  // Longer than a run: what it costs is measured by the hour, in analytics/hour.ts.
  analytics: parseConfiguration({}).analytics,
};

const usual = { seconds: 20, dataBytes: 1_000, endpoints: 1, receiverMs: 200 };
const shipped = { ...usual, settings: AS_SHIPPED };
const CASES: readonly CostCase[] = [
  { name: 'singly', rate: 100, batch: 1, ...shipped },
  { name: 'in batches of 100', rate: 100, batch: 100, ...shipped },
  { name: 'in batches of 100', rate: 1_000, batch: 100, ...shipped },
  { name: 'singly', rate: 1, batch: 1, ...shipped, seconds: 60 },
  { name: 'singly, at once', rate: 100, batch: 1, ...usual },
  { name: 'in batches of 100, at once', rate: 100, batch: 100, ...usual },
  { name: 'singly, at once', rate: 1, batch: 1, ...usual, seconds: 60 },
];

/** Of a million deliveries few meet caches, connections or code that are cold. */
const WARM = 1_000;

/** Rounds of calls of an invocation, one after the other: see the handlers. */
const ROUNDS: Readonly<Record<string, number>> = { Ingest: 1, FanOut: 3, Dispatch: 2 };

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
  const rows: object[] = [];
  for (const [index, given] of CASES.entries()) {
    const world = await startWorld({
      isolation: 'process',
      metersCapacity: true,
      ...(given.settings ? { settings: given.settings } : {}),
    });
    try {
      const type = `cost.${index}`;
      for (let n = 0; n < given.endpoints; n++) {
        await world.endpoint(`/${n}/${given.receiverMs}`, {
          contract: 'kyc-hmac',
          eventTypes: [type],
        });
      }
      const { bill, unknowns } = await costOf(world, given, type);
      const total = totalOf(bill);
      const services = Object.fromEntries(
        Object.entries(bill).map(([service, dollars]) => [service, rounded(dollars)]),
      );
      rows.push({
        posted: given.name,
        'a second': given.rate,
        total: rounded(total),
        'at least': rounded(total - unknowns.fullReceives),
        'at most': rounded(total + unknowns.fairOfAll + unknowns.bytesPerLine),
        ...services,
      });
      console.log(rows.at(-1));
    } finally {
      await world.close();
    }
  }
  report('cost', rows, {
    unit: 'US dollars for a million 1 KB events, each delivered once, receiver answers after 200 ms',
    idleDollarsAMonth: rounded(idleMonth(5, 12, 5)),
  });
}
