// npm run bench: all parts; npm run bench -- cost cpu: these.
import { analytics } from './analytics/hour.ts';
import { cost } from './cost.ts';
import { cpu } from './cpu.ts';
import { firstScreen } from './first-screen.ts';
import { hostile } from './hostile.ts';
import { latency } from './latency.ts';
import { neighbour } from './neighbour/run.ts';
import { scale } from './scale.ts';
import { soak } from './soak/run.ts';
import { throughput } from './throughput.ts';

const PARTS = {
  analytics,
  cost,
  cpu,
  latency,
  'first-screen': firstScreen,
  neighbour,
  hostile,
  throughput,
  scale,
  soak,
};
type Part = keyof typeof PARTS;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(1);
}
for (const [name, run] of Object.entries(PARTS)) {
  if (asked.length === 0 || asked.includes(name as Part)) await run();
}
process.exit();
