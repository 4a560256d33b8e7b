// The retry engine at the size of its promise: 10,000 deliveries wait for one dead endpoint, over the
// whole curve. In virtual time, with the real handlers: `node bench/retries.ts [deliveries]`.
import type { SimulationOptions } from '../local/simulation/options.ts';
import { parseOptions } from '../local/simulation/options.ts';
import { simulate } from '../local/simulation/simulate.ts';

const count = process.argv[2] ?? '10000';

function options(...given: string[]): SimulationOptions {
  const parsed = parseOptions(['--outage', '50d', '--events', count, ...given]);
  if (parsed === 'help') throw new Error('not asked for');
  return parsed;
}

const runs: [name: string, SimulationOptions][] = [
  ['failed within one minute, health off', options('--over', '60s', '--health', 'off')],
  ['failed over an hour, health off', options('--over', '1h', '--health', 'off')],
  ['failed over an hour, health on', options('--over', '1h')],
];

for (const [name, given] of runs) {
  const startedAt = performance.now();
  const { world, endpoints, result } = await simulate(given);
  const buckets = endpoints.flatMap(({ id }) => world.wakes.buckets.get(id) ?? []);
  console.log(`${count} deliveries that ${name}:`, {
    states: result.states,
    requests: result.requests,
    schedules: result.schedules,
    mostSchedulesOfOneBucket: Math.max(0, ...countsOf(buckets)),
    billable: result.calls,
    perMillionDeliveries: result.callsPerMillion,
    realSeconds: Math.round((performance.now() - startedAt) / 100) / 10,
  });
}

function countsOf(entries: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const entry of entries) counts.set(entry, (counts.get(entry) ?? 0) + 1);
  return [...counts.values()];
}
