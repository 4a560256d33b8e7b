// The metrics that the functions really emit: the stack runs, things go well and wrong, and every line is read
// as CloudWatch reads it. What is declared and not seen here is listed, with the reason.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { METRICS, type MetricName, NAMESPACE } from '../../lambdas/core/metrics.ts';
import { encodeWakeMessage } from '../../lambdas/core/wakes/message.ts';
import { TRACE } from '../builders/events.ts';
import { STEPS } from '../grants/steps.ts';
import { Run, startWorld, type World } from '../grants/world.ts';
import { type Datum, dataOf, isMetricLine } from './metric-lines.ts';

/** Metrics that this scenario cannot bring about, and where their way is tested. */
const NOT_HERE: Partial<Record<MetricName, string>> = {
  Attempts_timeout_connect:
    'Nothing on a loopback network takes a connection and never answers it.',
  Attempts_blocked_address:
    'The embedded runtime allows all addresses; test/guard has the refusals.',
  Attempts_http_other:
    'No client takes a final answer with such a status; test/metrics/metric-lines.',
};

const STEPS_HERE = [
  'a batch',
  'a retry within seconds',
  'a retry after an hour, by hand, and cancelled',
  'a purge',
  'a wake-up that was lost',
  'a write that record cannot read',
];

let world: World;
let hostile: Server;
const lines: { readonly functionName: string; readonly line: string }[] = [];
const data: Datum[] = [];
/** Of endpoints that were sent an event with a trace, and one without. */
const paths: string[] = [];

/** A server that breaks off, says too much, or says where else to go. */
function startHostile(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/reset') request.socket.resetAndDestroy();
    else if (request.url === '/large') {
      response.setHeader('X-Large', 'x'.repeat(200_000)).end();
    } else if (request.url === '/slow') {
      request.on('close', () => response.destroy());
    } else response.writeHead(request.url === '/moved' ? 301 : 404).end();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const seen = (name: MetricName): boolean => data.some((datum) => datum.name === name);

beforeAll(async () => {
  world = await startWorld();
  hostile = await startHostile();
  const { meter, permissions } = world.runtime;
  const counted = meter.logLine.bind(meter);
  vi.spyOn(meter, 'logLine').mockImplementation((functionName, line) => {
    counted(functionName, line);
    lines.push({ functionName, line });
    if (isMetricLine(line)) data.push(...dataOf(line));
  });
  for (const title of STEPS_HERE) {
    const step = STEPS.find((one) => one.title === title);
    if (!step) throw new Error(`there is no step ${title}`);
    await step.run(new Run(world));
  }

  const run = new Run(world, 30_000);
  const customer = await run.tenant();
  const { port } = hostile.address() as AddressInfo;
  const none = { retryPolicy: { steps: [] }, timeoutMs: 1_000 };
  for (const url of [
    `http://127.0.0.1:${port}/moved`,
    `http://127.0.0.1:${port}/gone`,
    `http://127.0.0.1:${port}/reset`,
    `http://127.0.0.1:${port}/large`,
    `http://127.0.0.1:${port}/slow`,
    `https://127.0.0.1:${port}/tls`,
    'http://127.0.0.1:9/refused',
    'http://no-such-name.invalid/dns',
  ]) {
    await customer.ask('POST', '/v1/endpoints', { url, ...none });
  }
  await customer.ask('POST', '/v1/endpoints', { url: `${world.receiver.url}/b`, contract: 'bynn' });
  const transform = { language: 'jsonata', source: '$uppercase(resource)' };
  await customer.ask('POST', '/v1/endpoints', { url: `${world.receiver.url}/t`, transform });
  await customer.post({ data: { resource: 3 } });
  await run.until(
    () =>
      ['3xx', '4xx'].every((kind) => seen(`Attempts_http_${kind as '3xx'}`)) &&
      seen('Attempts_dns') &&
      seen('Attempts_unshapeable') &&
      seen('Attempts_transform_failed') &&
      seen('Attempts_timeout_response') &&
      seen('Attempts_connection_refused'),
  );

  const traced = await run.tenant();
  const own = { traceparent: 'of-the-endpoint' };
  paths.push((await traced.endpoint()).path, (await traced.endpoint({ headers: own })).path);
  await traced.post({}, { traceparent: TRACE.parent, tracestate: TRACE.state });
  await run.until(() => paths.every((path) => world.receiver.at(path).length === 1));
  await traced.post({}, { traceparent: 'nonsense', tracestate: TRACE.state });
  await run.until(() => paths.every((path) => world.receiver.at(path).length === 2));

  // Refused: for its form, in a batch, without the queue, and too often.
  await customer.post({ type: 'not a type' }).catch(() => undefined);
  await customer.ask('POST', '/v1/events/batch', { events: [{ type: 'a.b' }] });
  // Over their budgets: a filter, and an event against the schema of its type.
  const filter = { a: Array.from({ length: 20 }, (_, n) => ({ wildcard: `*${n}*x*` })) };
  await customer.endpoint({ eventTypes: ['over.filter'], filter });
  await customer.post({ type: 'over.filter', data: { a: '0123456789'.repeat(20_000) } });
  const schema = { properties: { a: { allOf: Array(20).fill({ uniqueItems: true }) } } };
  await run.operator('PUT', '/v1/event-types/over.schema', { schema, onMismatch: 'refuse' });
  const large = { a: Array.from({ length: 12_000 }, (_, n) => n) };
  await run.until(async () => {
    await customer.post({ type: 'over.schema', data: large }).catch(() => undefined);
    return seen('SchemasOverBudget') && seen('FiltersOverBudget');
  });
  for (const queue of ['Events', 'Deliveries', 'Wakes']) await run.send(`^${queue}(?!Dead)`, '{}');
  await run.send('^RetriesDead', '{}');
  const nobody = { tenant: 'nobody', environment: 'live', endpointId: 'ep_nobody' } as const;
  await run.send('^WakesDead', encodeWakeMessage({ ...nobody, bucketMs: 0 }));
  await run.invoke('Sweep');
  await run.invoke('Rollup');
  const grantOf = (role: string, action: string, resource: string) =>
    permissions
      .grants()
      .find(
        (one) =>
          one.roleName.includes(role) && one.action === action && one.resource.includes(resource),
      );
  permissions.withhold(grantOf('Ingest', 'sqs:SendMessage', 'Events'));
  await customer.post().catch(() => undefined);
  permissions.withhold(grantOf('Dispatch', 'scheduler:CreateSchedule', ''));
  const refusing = await run.tenant();
  const { path } = await refusing.endpoint({
    retryPolicy: { steps: [{ count: 1, seconds: 3600 }] },
  });
  world.receiver.answer(path, () => 500);
  await refusing.post();
  await run.until(() => seen('SchedulesRefused'));
  permissions.withhold(undefined);
  for (let n = 0; n < 130 && !seen('EventsRefused429'); n++) {
    await fetch(`${world.runtime.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer unknown-${n}`, 'content-type': 'application/json' },
      body: '{}',
    });
  }
  await run.until(() => seen('EventsRefused429') && seen('EventsRefused5xx'));
  // What is counted within a second of the last line is written when that second is over.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
}, 240_000);
afterAll(async () => {
  hostile?.closeAllConnections();
  hostile?.close();
  await world?.stop();
});

describe('what the functions emit', () => {
  it.each(Object.entries(METRICS))('holds %s, as it is declared', (name, declared) => {
    const found = data.filter((datum) => datum.name === name);
    if (name in NOT_HERE) return expect(found).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
    for (const { namespace, dimensions, unit } of found) {
      expect(namespace).toBe(NAMESPACE);
      expect(Object.keys(dimensions).sort()).toEqual([...declared.dimensions].sort());
      expect(unit).toBe('unit' in declared ? declared.unit : undefined);
    }
  });

  it('holds nothing that is not declared', () => {
    expect([...new Set(data.map(({ name }) => name))].filter((name) => !(name in METRICS))).toEqual(
      [],
    );
  });

  it('has bounded dimensions: no tenant, no endpoint, no URL', () => {
    const values = new Set(data.flatMap(({ dimensions }) => Object.values(dimensions)));
    const bounded = ['Posthorn', 'live', 'fan-out', 'dispatch', 'wake', 'sweep'];
    expect([...values].filter((value) => !bounded.includes(value))).toEqual([]);
  });

  it('comes from every function that works behind a queue', () => {
    const faulted = data.filter(({ name }) => name === 'MessagesFaulted');
    const functions = new Set(faulted.map(({ dimensions }) => dimensions.function));
    expect([...functions].sort()).toEqual(['dispatch', 'fan-out', 'sweep', 'wake']);
  });

  it('agrees: no more was fanned out than was accepted', () => {
    const sum = (name: MetricName) =>
      data
        .filter((datum) => datum.name === name)
        .flatMap(({ values }) => values)
        .reduce((total, value) => total + value, 0);
    expect(sum('EventsAccepted')).toBeGreaterThan(5);
    expect(sum('EventsFannedOut')).toBe(sum('EventsAccepted'));
  });

  it('is at most one line per invocation and set of dimensions, and most of the log is attempts', () => {
    const ofDispatch = lines.filter(({ functionName }) => functionName.includes('Dispatch'));
    const attempts = ofDispatch.filter(({ line }) => line.includes('"message":"attempt"'));
    const metrics = ofDispatch.filter(
      ({ line }) => isMetricLine(line) && line.includes('Attempts_'),
    );
    expect(attempts.length).toBeGreaterThan(10);
    expect(metrics.length).toBeLessThanOrEqual(attempts.length);
  });
});

describe('the line of an attempt', () => {
  it('has what Logs Insights asks for, and of the URL the host alone', () => {
    const attempt = lines
      .map(({ line }) => line)
      .filter((line) => line.includes('"message":"attempt"'))
      .map((line) => JSON.parse(line))
      .find(({ outcome }) => outcome === 'http_404');
    const { port } = hostile.address() as AddressInfo;
    expect(attempt).toMatchObject({
      tenant: expect.stringMatching(/^t-/),
      environment: 'live',
      endpointId: expect.stringMatching(/^ep_/),
      eventId: expect.stringMatching(/^evt_/),
      host: `127.0.0.1:${port}`,
      durationMs: expect.any(Number),
      sinceAcceptedMs: expect.any(Number),
      state: 'dead',
    });
    expect(JSON.stringify(attempt)).not.toContain('/gone');
  });
});

describe('trace context', () => {
  const headersAt = (path = '') => world.receiver.at(path).map(({ headers }) => headers);

  it('reaches the receiver with a new parent, and the line of the attempt', () => {
    const [first, second] = headersAt(paths[0]);
    const [, traceId, parentId] =
      /^00-(\w{32})-(\w{16})-01$/.exec(String(first?.traceparent)) ?? [];
    expect(TRACE.parent).toContain(traceId);
    expect(TRACE.parent).not.toContain(parentId);
    expect(first?.tracestate).toBe(TRACE.state);
    expect(lines.some(({ line }) => line.includes(`"traceId":"${traceId}"`))).toBe(true);
    // What is not valid is left out, with its state, and refuses nothing.
    expect(second?.traceparent).toBeUndefined();
    expect(second?.tracestate).toBeUndefined();
  });

  it('does not take the place of a header that the endpoint sets', () => {
    const [first, second] = headersAt(paths[1]);
    expect([first?.traceparent, first?.tracestate]).toEqual(['of-the-endpoint', undefined]);
    expect(second?.traceparent).toBe('of-the-endpoint');
  });
});
