// From accepted to received, at 50 events a second posted singly. npm run bench -- latency
import { percentile, report, rounded } from './report.ts';
import { startWorld } from './world.ts';

const RATE = 50;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);
const ROUNDS = 3;

export async function latency(): Promise<void> {
  const rows: object[] = [];
  const world = await startWorld();
  try {
    await world.endpoint('/latency/0', { contract: 'kyc-hmac', headers: {} });
    await world.post({ count: 500, rate: RATE });
    await world.untilArrived(500);
    for (let round = 1; round <= ROUNDS; round++) {
      world.forgetArrivals();
      const count = RATE * SECONDS;
      const before = process.cpuUsage();
      const posted = await world.post({ count, rate: RATE });
      const arrivals = await world.untilArrived(count);
      // The whole runtime's: functions, emulators and the server are threads of this process.
      const { user, system } = process.cpuUsage(before);
      const sent = new Map(posted.map((one) => [one.id, one]));
      const since = (from: 'sentAtMs' | 'answeredAtMs') =>
        arrivals.map(({ id, atMs }) => Math.max(0, atMs - (sent.get(id)?.[from] ?? Number.NaN)));
      const accepted = since('answeredAtMs');
      const whole = since('sentAtMs');
      rows.push({
        round,
        events: count,
        'accepted to received p50': rounded(percentile(accepted, 0.5)),
        p95: rounded(percentile(accepted, 0.95)),
        p99: rounded(percentile(accepted, 0.99)),
        'posted to received p50': rounded(percentile(whole, 0.5)),
        'p99 ': rounded(percentile(whole, 0.99)),
        'CPU per event': rounded((user + system) / 1_000 / count),
      });
    }
  } finally {
    await world.close();
  }
  report('latency', rows, { unit: 'ms', rate: RATE });
}
