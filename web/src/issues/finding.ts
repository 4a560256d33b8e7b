// Issues: failures of the same kind at the same endpoint, from the counts of the last 24 hours and a sample delivery.

import { type Api, path } from '../base/api.ts';
import type { Attempts, Delivery, Endpoint, IssueMark, Page } from '../base/models.ts';
import { allPages } from '../base/pages.ts';
import type { Bar } from '../charts/bars.tsx';
import { barsOf, readAttempts } from '../figures/reading.ts';
import { windowOf } from '../figures/window.ts';
import { stateOf } from '../parts/badge.tsx';

/** Each costs two requests. */
const MAX_ENDPOINTS = 25;

export interface Issue {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly outcome: string;
  readonly count: number;
  /** The hours in which it was seen. */
  readonly bars: readonly Bar[];
  readonly sample: Delivery | undefined;
  readonly lastAt: string | undefined;
  /** Who looks after it, or muted it. */
  readonly mark: IssueMark | undefined;
}

export interface Issues {
  readonly issues: readonly Issue[];
  readonly isWhole: boolean;
}

/** The newest delivery that is not over, or is dead, and failed so. */
async function samplesOf(
  api: Api,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const page = (status?: string) =>
    api.get<Page<Delivery>>(
      path`/v1/deliveries`,
      { endpoint: endpoint.id, status, limit: 50 },
      signal,
    );
  const [any, dead] = await Promise.all([page(), page('dead')]);
  return [...any.data, ...dead.data];
}

function issuesOf(
  endpoint: Endpoint,
  attempts: Attempts,
  samples: readonly Delivery[],
  marks: readonly IssueMark[],
): Issue[] {
  const groups = Map.groupBy(attempts.data, ({ group }) => group ?? '');
  return [...groups].flatMap(([outcome, points]) => {
    if (outcome === '' || outcome.startsWith('http_2')) return [];
    const count = points.reduce((sum, point) => sum + point.count, 0);
    if (count === 0) return [];
    const failed = samples.flatMap((delivery) => {
      const last = delivery.attempts.findLast((attempt) => attempt.outcome === outcome);
      return last ? [{ delivery, at: last.at }] : [];
    });
    const newest = failed.toSorted((one, other) => (one.at < other.at ? 1 : -1))[0];
    const bars = barsOf({ data: points }).map(({ at, ok, bad }) => ({ at, ok: 0, bad: ok + bad }));
    return [
      {
        id: `${endpoint.id} ${outcome}`,
        endpoint,
        outcome,
        count,
        bars,
        sample: newest?.delivery,
        lastAt: newest?.at,
        mark: marks.find((one) => one.endpoint === endpoint.id && one.outcome === outcome),
      },
    ];
  });
}

export async function findIssues(api: Api, signal: AbortSignal): Promise<Issues> {
  const { rows } = await allPages<Endpoint>((cursor) =>
    api.get<Page<Endpoint>>(path`/v1/endpoints`, { cursor, limit: 100 }, signal),
  );
  const byEndpoint = await readAttempts(api, windowOf('24h'), { by: 'endpoint' }, signal);
  const { data: marks } = await api.get<Page<IssueMark>>(path`/v1/issue-marks`, {}, signal);
  const failing = new Set(
    byEndpoint.data.filter(({ failure }) => failure > 0).map(({ group }) => group),
  );
  const looked = rows.filter(
    (endpoint) => failing.has(endpoint.id) || stateOf(endpoint) !== 'healthy',
  );
  const found = await Promise.all(
    looked.slice(0, MAX_ENDPOINTS).map(async (endpoint) => {
      const [attempts, samples] = await Promise.all([
        readAttempts(api, windowOf('24h'), { endpoint: endpoint.id, by: 'outcome' }, signal),
        samplesOf(api, endpoint, signal),
      ]);
      return issuesOf(endpoint, attempts, samples, marks);
    }),
  );
  const issues = found.flat().toSorted((one, other) => other.count - one.count);
  return { issues, isWhole: looked.length <= MAX_ENDPOINTS };
}
