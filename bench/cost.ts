// What a million deliveries cost at list price, by service: every billable unit of a run at a real
// arrival rate is counted and multiplied up. npm run bench -- cost
import type { RuntimeOptions } from '../local/runtime.ts';
import { type Bill, billOf, type FunctionUse, idleMonth, totalOf } from './cost-model.ts';
import { PRICES } from './prices.ts';
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

/** Fan-out and dispatch each wait up to a second for a batch: up to two seconds from 202 to arrival. */
const gathering = { batchSize: 100, windowSeconds: 1 };
export const GATHERED = { sources: { events: gathering, deliveries: gathering } };

const usual = { seconds: 20, dataBytes: 1_000, endpoints: 1, receiverMs: 200 };
const CASES: readonly CostCase[] = [
  { name: 'singly, as shipped', rate: 100, batch: 1, ...usual },
  { name: 'singly, gathered', rate: 100, batch: 1, ...usual, settings: GATHERED },
  { name: 'batches of 100, as shipped', rate: 100, batch: 100, ...usual },
  { name: 'batches of 100, gathered', rate: 100, batch: 100, ...usual, settings: GATHERED },
  { name: 'singly, as shipped', rate: 1, batch: 1, ...usual },
  { name: 'singly, gathered', rate: 1, batch: 1, ...usual, settings: GATHERED },
  { name: 'batches of 100, gathered', rate: 400, batch: 100, ...usual, settings: GATHERED },
];

/** Rounds of calls of an invocation, one after the other: see the handlers. */
const ROUNDS: Readonly<Record<string, number>> = { Ingest: 1, FanOut: 3, Dispatch: 2 };

export interface Cost {
  readonly bill: Bill;
  /**
   * Dollars of it that would be saved if each receive brought ten messages, as each deletion takes ten. AWS does
   * not say how full its pollers' receives are; the host receives whatever comes at once, mostly alone.
   */
  readonly emptyReceives: number;
}

export async function costOf(world: World, given: CostCase, type: string): Promise<Cost> {
  const count = Math.max(20, given.rate * given.seconds);
  // Endpoint caches, keys and connections first.
  world.forgetArrivals();
  await world.post({ type, count: 20 });
  await world.untilArrived(20 * given.endpoints);
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
  const bill = billOf(uses, units.api?.['api.requests'] ?? 0);
  const scale = 1_000_000 / (count * given.endpoints);
  const scaled = Object.fromEntries(
    Object.entries(bill).map(([service, dollars]) => [service, dollars * scale]),
  ) as unknown as Bill; // of the same services
  const calls = Object.values(world.runtime.meter.snapshot());
  const sum = (call: string): number => calls.reduce((all, one) => all + (one[call] ?? 0), 0);
  const spare = Math.max(0, sum('sqs:ReceiveMessage') - sum('sqs:DeleteMessageBatch'));
  const perRequest = PRICES['sqs.requests'] + PRICES['sqs.fair'];
  return { bill: scaled, emptyReceives: spare * perRequest * scale };
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
      const { bill, emptyReceives } = await costOf(world, given, type);
      const services = Object.fromEntries(
        Object.entries(bill).map(([service, dollars]) => [service, rounded(dollars)]),
      );
      rows.push({
        posted: given.name,
        'a second': given.rate,
        total: rounded(totalOf(bill)),
        'with full receives': rounded(totalOf(bill) - emptyReceives),
        ...services,
      });
      console.log(rows.at(-1));
    } finally {
      await world.close();
    }
  }
  report('cost', rows, {
    unit: 'US dollars for a million 1 KB events, each delivered once, receiver answers after 200 ms',
    idleDollarsAMonth: rounded(idleMonth(6, 12)),
  });
}
