// Attacks by a tenant: what the worst inputs take, and how much later another tenant's events arrive while one attacking
// request comes in every second. npm run bench -- hostile

import { endpointInputSchema } from '../lambdas/core/endpoints/endpoint.ts';
import { faultsOf } from '../lambdas/core/faults.ts';
import { createSchemaCheck } from '../lambdas/core/json/schema-check.ts';
import { Steps, within } from '../lambdas/core/steps.ts';
import { indexData } from '../lambdas/core/subscriptions/filter/data.ts';
import { compileFilter, type FilterPattern } from '../lambdas/core/subscriptions/filter/filter.ts';
import { matchesFilter } from '../lambdas/core/subscriptions/filter/match.ts';
import { filterSteps } from '../lambdas/core/subscriptions/targets.ts';
import { MAX_EVENT_STEPS } from '../lambdas/ingest/event-type-gate.ts';
import { FILTER_ATTACKS } from '../test/hostile/attacks/filters.ts';
import { text } from '../test/hostile/attacks/parts.ts';
import { PEM_ATTACKS } from '../test/hostile/attacks/pem.ts';
import { FORMAT_ATTACKS, KEYWORD_ATTACKS } from '../test/hostile/attacks/schemas.ts';
import { SETTING_ATTACKS } from '../test/hostile/attacks/settings.ts';
import { median, percentile, report, rounded } from './report.ts';
import { startWorld, type World } from './world.ts';

const RUNS = 5;
const RATE = 20;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 15);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

/** CPU time of this thread: what else the machine does is not a part of it. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The least of some runs: the first ones are compiled. */
function leastMs(run: () => unknown): number {
  const spent: number[] = [];
  for (let at = 0; at < RUNS; at++) {
    const startedMs = cpuMs();
    run();
    spent.push(cpuMs() - startedMs);
  }
  return Math.min(...spent);
}

function inputRows(): { kind: string; input: string; steps: number; ms: number }[] {
  const row = (kind: string, input: string, run: (count: (taken: number) => void) => unknown) => {
    let steps = 0;
    const ms = leastMs(() =>
      run((taken) => {
        steps = taken;
      }),
    );
    return { kind, input, steps, ms: rounded(ms, 1) };
  };
  const filters = Object.entries(FILTER_ATTACKS).flatMap(([name, attacks]) =>
    attacks.map(({ filter, data }, index) =>
      row('filter', `${name} ${index + 1}`, (count) => {
        const steps = filterSteps();
        const at = indexData(data);
        within(() => matchesFilter(compileFilter(filter as FilterPattern), at, steps), false);
        count(steps.taken);
      }),
    ),
  );
  const checks = [
    ...Object.entries(KEYWORD_ATTACKS).flatMap(([name, attacks]) =>
      attacks.map(
        ({ schema, data }, index) => ['keyword', `${name} ${index + 1}`, schema, data] as const,
      ),
    ),
    ...Object.entries(FORMAT_ATTACKS).flatMap(([format, texts]) =>
      texts.map((text, index) => ['format', `${format} ${index + 1}`, { format }, text] as const),
    ),
  ].map(([kind, input, schema, data]) => {
    const check = createSchemaCheck({ ...schema });
    return row(kind, input, (count) => {
      const steps = new Steps(MAX_EVENT_STEPS);
      check(data, steps);
      count(steps.taken);
    });
  });
  const settings = endpointInputSchema({
    allowHttp: true,
    allowPrivate: true,
    allowedPorts: 'any',
  });
  const given = [
    ...Object.entries(SETTING_ATTACKS).flatMap(([name, values]) =>
      values.map((value) => ({ [name]: value })),
    ),
    ...Object.entries(PEM_ATTACKS).flatMap(([name, texts]) =>
      texts.map((text) => ({ tls: { [name]: text } })),
    ),
  ].map((setting, index) =>
    row('setting', `${Object.keys(setting.tls ?? setting)} ${index + 1}`, () => {
      const { error } = settings.safeParse({ url: 'https://acme.io', ...setting });
      return error && faultsOf(error);
    }),
  );
  return [...filters, ...checks, ...given];
}

const ATTACKER = 'attacker';

/** Each once a second, by a tenant of its own; the first of them is as large as the others, and does nothing. */
const REQUESTS: Readonly<Record<string, readonly [method: string, path: string, body: object]>> = {
  'a large event': ['POST', '/v1/events', { type: 'attack.none', data: { a: text('a') } }],
  filter: [
    'POST',
    '/v1/events',
    { type: 'attack.filter', data: FILTER_ATTACKS.array[0]?.data ?? {} },
  ],
  schema: [
    'POST',
    '/v1/events',
    { type: 'attack.schema', data: KEYWORD_ATTACKS.anyOf?.[0]?.data ?? {} },
  ],
  pem: ['POST', '/v1/endpoints', { url: 'https://acme.io', tls: { ca: PEM_ATTACKS.ca[0] } }],
  'filter test': ['POST', '/v1/filters/test', { ...FILTER_ATTACKS.address[1] }],
};

async function send(
  world: World,
  method: string,
  path: string,
  body: object | string,
): Promise<number> {
  const answer = await fetch(`${world.runtime.url}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${world.runtime.operatorKey}`,
      ...(path.startsWith('/v1/event-types') ? {} : { 'Posthorn-Tenant': ATTACKER }),
      'Content-Type': 'application/json',
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function p95(world: World, attack: string | undefined): Promise<number> {
  const [method, path, body] = REQUESTS[attack ?? ''] ?? [];
  const text = JSON.stringify(body);
  const attacking = setInterval(() => {
    if (method && path) send(world, method, path, text).catch(() => undefined);
  }, 1_000);
  world.forgetArrivals();
  const posted = await world.post({ count: RATE * SECONDS, rate: RATE, type: 'plain' });
  clearInterval(attacking);
  const arrivals = await world.untilArrived(posted.length);
  const answered = new Map(posted.map(({ id, answeredAtMs }) => [id, answeredAtMs]));
  return percentile(
    arrivals.map(({ id, atMs }) => Math.max(0, atMs - (answered.get(id) ?? Number.NaN))),
    0.95,
  );
}

async function neighbourRows() {
  const world = await startWorld();
  try {
    await world.endpoint('/plain/0', { eventTypes: ['plain'] });
    await send(world, 'PUT', `/v1/tenants/${ATTACKER}`, { name: 'Attacker' });
    const schema = KEYWORD_ATTACKS.anyOf?.[0]?.schema;
    await send(world, 'PUT', '/v1/event-types/attack.schema', { schema, onMismatch: 'refuse' });
    for (let n = 0; n < 20; n++) {
      const filter = n % 2 ? FILTER_ATTACKS.array[0]?.filter : FILTER_ATTACKS.wildcard[0]?.filter;
      const settings = { url: `${world.receiverUrls[1]}/attack/0`, eventTypes: ['attack.filter'] };
      await send(world, 'POST', '/v1/endpoints', { ...settings, filter });
    }
    await world.post({ count: 300, rate: 50, type: 'plain' });
    await world.untilArrived(300);
    const kinds = [undefined, ...Object.keys(REQUESTS)];
    const found = new Map(kinds.map((kind) => [kind, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const kind of kinds) found.get(kind)?.push(await p95(world, kind));
    }
    const base = median(found.get(undefined) ?? []);
    return [...found].map(([attack = 'none', values]) => ({
      attack,
      p95: rounded(median(values), 1),
      bound: rounded(1.5 * base + 20, 1),
    }));
  } finally {
    await world.close();
  }
}

export async function hostile(): Promise<void> {
  const rows = inputRows();
  report('hostile-inputs', rows, { unit: 'ms of CPU time, least of five', bytes: 256 * 1024 });
  const slowest = rows.toSorted((one, other) => other.ms - one.ms).slice(0, 10);
  console.table(slowest);
  if (process.env.BENCH_INPUTS_ONLY) return;
  report('hostile', await neighbourRows(), {
    unit: 'ms from accepted to received of another tenant, median of the rounds',
    rate: RATE,
    rounds: ROUNDS,
  });
}
