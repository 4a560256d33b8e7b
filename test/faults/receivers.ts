// The receivers' end: writes down what comes, and answers by the scenario.

import type { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import type { Receive } from '../../local/simulation/system/system.ts';
import { urlOf } from '../builders/endpoints.ts';
import type { Arrival } from './checker.ts';
import type { Injector } from './injector.ts';
import type { ScenarioEndpoint } from './scenario.ts';

export function receivers(
  clock: VirtualClock,
  endpoints: readonly ScenarioEndpoint[],
  arrivals: Arrival[],
  injector: Injector,
): Receive {
  const startMs = clock.nowMs;
  return async (request) => {
    const atMs = clock.nowMs;
    const place = new URL(request.url).pathname.slice(1);
    const known = endpoints.find(({ endpoint }) => urlOf(endpoint).endsWith(`/${place}`));
    const headers = Object.fromEntries(
      request.headers.map(([name, value]) => [name.toLowerCase(), value]),
    );
    const body = request.body.toString('utf8');
    const challenge = /"challenge":"([\w-]+)"/.exec(body)?.[1];
    if (challenge !== undefined) {
      const isUp = known?.answer(atMs - startMs).status === 200;
      const response = { status: isUp ? 200 : 503, headers: {}, body: isUp ? challenge : '' };
      return { kind: 'response', response };
    }
    const { status, latencyMs } = known?.answer(atMs - startMs) ?? { status: 404, latencyMs: 0 };
    const endpointId = known?.endpoint.id ?? place;
    arrivals.push({ endpointId, headers, body, atMs, status });
    if (status !== 0) {
      await clock.sleep(Math.floor(latencyMs));
      return { kind: 'response', response: { status, headers: {}, body: '' } };
    }
    const subject = `${headers['webhook-id']}|${endpointId}`;
    injector.add('receiver accepted, answer too late', 'a receiver', [subject]);
    await clock.sleep(request.timeoutMs);
    return { kind: 'failure', failure: 'timeout_response', detail: 'no answer in time' };
  };
}
