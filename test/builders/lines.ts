// Lines of the archive, and the rollups of an hour that are made of them.
import { HourCount } from '../../lambdas/core/analytics/counting.ts';
import { hourStartMs } from '../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../lambdas/core/analytics/line.ts';
import type { RollupWriter } from '../../lambdas/core/analytics/store.ts';

/** First attempts of events of their own, each a second after the other from the beginning of an hour. */
export function someLines(hour: string, count: number, more: Partial<Line>): Line[] {
  return Array.from({ length: count }, (_, n): Line => {
    const at = hourStartMs(hour) + n * 1_000;
    return {
      tenant: 'acme',
      environment: 'live',
      endpoint: 'ep_1',
      event: `evt_${Object.values(more).join('_')}_${n}`,
      type: 'a.b',
      accepted: at,
      run: 1,
      attempt: 1,
      attemptInRun: 1,
      cause: 'first',
      at,
      ms: 20,
      outcome: 'http_200',
      ...more,
    };
  });
}

/** As rollup puts them. @param asOfMs of an hour that was not over */
export async function putHour(
  rollups: RollupWriter,
  hour: string,
  lines: readonly Line[],
  asOfMs?: number,
): Promise<void> {
  const counting = new HourCount();
  for (const line of lines) counting.take(line);
  counting.settle(() => true);
  await rollups.putRollups(
    hour,
    counting.rollups(() => true),
    asOfMs,
  );
}
