// `npm run simulate`: what will my policy do? Prints the timeline of a delivery through an outage.
import { OptionFault, parseOptions, type SimulationOptions, USAGE } from './options.ts';
import { type SimulationResult, simulate } from './simulate.ts';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const startedAt = performance.now();
  const { result } = await simulate(options);
  if (options.json) console.log(JSON.stringify(result));
  else printTimeline(options, result, (performance.now() - startedAt) / 1000);
}

function printTimeline(
  options: SimulationOptions,
  result: SimulationResult,
  tookSeconds: number,
): void {
  console.log(
    `contract ${options.contract}, the first delivery of ${options.events * options.endpoints}:\n`,
  );
  console.log('attempt  after the first        cause      outcome');
  for (const { number, offsetSeconds, cause, outcome } of result.attempts) {
    const after = `${span(offsetSeconds).padEnd(14)} ${offsetSeconds.toFixed(1).padStart(11)} s`;
    console.log(`${String(number).padStart(7)}  ${after}  ${cause.padEnd(9)}  ${outcome}`);
  }
  console.log(`\n${result.final} after ${span(result.endedAfterSeconds)}`);
  console.log(`deliveries: ${pairs(result.states)}; requests: ${result.requests}`);
  console.log(
    `schedules: ${result.schedules} created, at most ${result.schedulesOfOneEndpoint} for one endpoint, ` +
      `${result.schedulesWithinTenMinutes} of these within ten minutes; ${result.schedulesAlive} not fired yet`,
  );
  if (Object.keys(result.notices).length > 0) console.log(`notices: ${pairs(result.notices)}`);
  console.log(`billable: ${pairs({ ...result.calls })}`);
  console.log(`for a million deliveries: ${pairs({ ...result.callsPerMillion })}`);
  if (options.events * options.endpoints > 1 && result.drain.length > 0) {
    console.log('\nrequests after the outage, per five seconds:');
    for (const { second, requests } of result.drain.slice(0, 60)) {
      console.log(`${span(second).padStart(10)}  ${String(requests).padStart(6)}`);
    }
  }
  console.log(`\n${tookSeconds.toFixed(1)} s elapsed in real time`);
}

function pairs(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** 3390.5 becomes `56m 30s`. */
function span(seconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ];
  let left = Math.round(seconds);
  const parts = units.flatMap(([unit, size]) => {
    const whole = Math.floor(left / size);
    left -= whole * size;
    return whole > 0 ? [`${whole}${unit}`] : [];
  });
  return parts.join(' ') || '0s';
}

try {
  await main();
} catch (error) {
  if (!(error instanceof OptionFault)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 1;
}
