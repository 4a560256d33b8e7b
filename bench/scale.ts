// How cost and CPU of a delivery grow: endpoints per event, bodies, endpoints per tenant, failures.
// npm run bench -- scale
import { GATHERED } from './cost.ts';
import { billOf, type FunctionUse, totalOf } from './cost-model.ts';
import { report, rounded } from './report.ts';
import { shortName, startWorld, type World } from './world.ts';

interface ScaleCase {
  readonly what: string;
  readonly events: number;
  readonly dataBytes: number;
  readonly targets: number;
  /** Other endpoints of the tenant, which match nothing. */
  readonly others: number;
  /** Of the targets, how many fail. */
  readonly failing: number;
}

const base: ScaleCase = {
  what: 'base',
  events: 1_000,
  dataBytes: 1_000,
  targets: 1,
  others: 9,
  failing: 0,
};
const CASES: readonly ScaleCase[] = [
  base,
  { ...base, what: '10 endpoints per event', events: 200, targets: 10, others: 0 },
  { ...base, what: '100 endpoints per event', events: 30, targets: 100, others: 0 },
  { ...base, what: '16 KiB bodies', events: 500, dataBytes: 16 * 1024 },
  { ...base, what: '250 KiB bodies', events: 100, dataBytes: 250 * 1024 },
  { ...base, what: '1,000 endpoints per tenant', others: 999 },
  { ...base, what: '10,000 endpoints per tenant', others: 9_999 },
  { ...base, what: 'half failing', events: 500, targets: 2, failing: 1 },
  { ...base, what: 'all failing', events: 500, targets: 1, failing: 1 },
];

async function prepare(world: World, given: ScaleCase): Promise<void> {
  const settings = { contract: 'kyc-hmac', autoPause: false };
  for (let n = 0; n < given.targets; n++) {
    const how = n < given.failing ? '500!' : '0';
    await world.endpoint(`/${n}/${how}`, { ...settings, eventTypes: ['scale'] });
  }
  let made = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (made < given.others) {
        made++;
        await world.endpoint(`/other/${made}`, { ...settings, eventTypes: [`other.n${made}`] });
      }
    }),
  );
}

/** Until nothing was received for a while. */
async function quiet(world: World): Promise<void> {
  let before = -1;
  for (;;) {
    const { length } = await world.arrivals();
    if (length === before) return;
    before = length;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

async function measure(given: ScaleCase): Promise<object> {
  const limits = { endpointsPerTenant: 20_000 };
  const world = await startWorld({
    isolation: 'process',
    metersCapacity: true,
    settings: { limits, ...GATHERED },
  });
  try {
    await prepare(world, given);
    const { events, dataBytes, targets } = given;
    // An endpoint that fails is tripped, and what is due to it waits: only what arrives in any case is waited for.
    const arriving = targets - given.failing;
    await world.post({ type: 'scale', count: 20, dataBytes });
    await world.untilArrived(20 * arriving);
    await quiet(world);
    world.runtime.meter.reset();
    const cpuBefore = world.cpuMs();
    world.forgetArrivals();
    await world.post({ type: 'scale', count: events, dataBytes, concurrency: 16 });
    await world.untilArrived(events * arriving);
    await quiet(world);
    const cpuAfter = world.cpuMs();
    const units = world.runtime.meter.units();
    const uses = [...world.runtime.functions].map(
      ([name, host]): FunctionUse => ({
        memoryMb: host.definition.memoryMb,
        cpuMs: (cpuAfter.get(shortName(name)) ?? 0) - (cpuBefore.get(shortName(name)) ?? 0),
        units: units[name] ?? {},
        rounds: 2,
      }),
    );
    const deliveries = events * targets;
    const hot = ['Ingest', 'FanOut', 'Dispatch'];
    const cpu = hot.reduce(
      (sum, name) => sum + (cpuAfter.get(name) ?? 0) - (cpuBefore.get(name) ?? 0),
      0,
    );
    const bill = billOf(uses, units.api?.['api.requests'] ?? 0);
    return {
      what: given.what,
      deliveries,
      'CPU ms per delivery': rounded(cpu / deliveries, 3),
      '$ per million deliveries': rounded((totalOf(bill) * 1e6) / deliveries),
      DynamoDB: rounded((bill.DynamoDB * 1e6) / deliveries),
      SQS: rounded(((bill.SQS + bill['SQS fair queues']) * 1e6) / deliveries),
    };
  } finally {
    await world.close();
  }
}

export async function scale(): Promise<void> {
  const rows: object[] = [];
  for (const given of CASES) {
    rows.push(await measure(given));
    console.log(rows.at(-1));
  }
  report('scale', rows, {
    note: 'posted singly, as fast as 16 producers go; retries of failing deliveries within the run are counted',
  });
}
