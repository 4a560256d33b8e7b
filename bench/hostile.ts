// Attacks by a tenant: what the worst inputs take, and how much later another tenant's events arrive while one attacking
// request comes in every second. npm run bench -- hostile
//
// BENCH_SECONDS and BENCH_ROUNDS make it shorter; BENCH_INPUTS_ONLY leaves the second part out. The exit code is 1 if a
// bound does not hold.
import { setTimeout as delay } from 'node:timers/promises';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { FILTER_ATTACKS, type FilterAttack } from '../test/hostile/attacks/filters.ts';
import { text } from '../test/hostile/attacks/parts.ts';
import { PEM_ATTACKS } from '../test/hostile/attacks/pem.ts';
import { KEYWORD_ATTACKS, type SchemaAttack } from '../test/hostile/attacks/schemas.ts';
import { TRANSFORM_ATTACKS, type TransformAttack } from '../test/hostile/attacks/transforms.ts';
import { inputRows, MAX_INPUT_MS, worstOf } from './hostile-inputs.ts';
import { median, percentile, report, rounded } from './report.ts';
import { startWorld, type World } from './world.ts';

const RATE = 20;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 15);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Beside it, an attack that nobody notices takes its place in the queue of an instance. */
const ADDED_MS = 20;
const FACTOR = 1.5;

const ATTACKER = 'attacker';

interface Attack {
  readonly method: string;
  readonly path: string;
  readonly body: object;
  /** What the service answers, or nothing was attacked. */
  readonly statuses: readonly number[];
}

interface Worst {
  readonly transform: TransformAttack;
  readonly filter: FilterAttack;
  readonly keyword: SchemaAttack;
}

const event = (type: string, data: object, statuses = [202]): Attack => ({
  method: 'POST',
  path: '/v1/events',
  body: { type, data },
  statuses,
});

/** Each once a second, by a tenant of its own; the first of them is as large as the others, and does nothing. */
const attacksOf = ({ filter, keyword, transform }: Worst): Readonly<Record<string, Attack>> => ({
  'a large event': event('attack.none', { a: text('a') }),
  filter: event('attack.filter', filter.data),
  transformation: event('attack.transform', transform.data ?? {}),
  schema: event('attack.schema', keyword.data, [202, 422]),
  pem: {
    method: 'POST',
    path: '/v1/endpoints',
    body: { url: 'https://acme.io', tls: { ca: PEM_ATTACKS.ca[0] } },
    statuses: [422],
  },
  'filter test': {
    method: 'POST',
    path: '/v1/filters/test',
    body: { ...filter },
    statuses: [200],
  },
  receiver: event('attack.receiver', { a: 1 }),
});

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

async function prepared(world: World, path: string, body: object, method = 'POST'): Promise<void> {
  const status = await send(world, method, path, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${status}`);
}

/** Attacks that were answered as they should, and those that were not. */
const answered = { asExpected: 0, otherwise: [] as string[] };

/** From accepted to received, of the other tenant. */
async function p95(world: World, attack: Attack | undefined): Promise<number> {
  const body = JSON.stringify(attack?.body ?? {});
  const running: Promise<void>[] = [];
  const strike = async ({ method, path, statuses }: Attack): Promise<void> => {
    const status = await send(world, method, path, body).catch(() => 0);
    if (statuses.includes(status)) answered.asExpected++;
    else answered.otherwise.push(`${method} ${path} ${body.slice(0, 40)}: ${status}`);
  };
  world.forgetArrivals();
  const attacking = setInterval(() => {
    if (attack) running.push(strike(attack));
  }, 1_000);
  const posted = await world.post({ count: RATE * SECONDS, rate: RATE, type: 'plain' });
  clearInterval(attacking);
  const arrivals = await world.untilArrived(posted.length, 120_000, '/plain/');
  // The next run begins with nothing of this one under way.
  await Promise.all(running);
  await delay(attack ? 1_000 : 0);
  const at = new Map(posted.map(({ id, answeredAtMs }) => [id, answeredAtMs]));
  return percentile(
    arrivals.map(({ id, atMs }) => Math.max(0, atMs - (at.get(id) ?? Number.NaN))),
    0.95,
  );
}

async function setUp(world: World, { filter, keyword, transform }: Worst): Promise<void> {
  await world.endpoint('/plain/0', { eventTypes: ['plain'] });
  await prepared(world, `/v1/tenants/${ATTACKER}`, { name: 'Attacker' }, 'PUT');
  const insisting = { schema: keyword.schema, onMismatch: 'refuse' };
  await prepared(world, '/v1/event-types/attack.schema', insisting, 'PUT');
  const url = `${world.receiverUrls[1]}/attack`;
  for (let n = 0; n < 20; n++) {
    const settings = { url: `${url}/0`, eventTypes: ['attack.filter'], filter: filter.filter };
    await prepared(world, '/v1/endpoints', settings);
  }
  for (let n = 0; n < 20; n++) {
    const { source } = transform;
    const settings = { url: `${url}/0`, eventTypes: ['attack.transform'] };
    const shaping = { transform: { language: 'jsonata', source } };
    await prepared(world, '/v1/endpoints', { ...settings, ...shaping });
  }
  const silent = { url: `${url}/never`, eventTypes: ['attack.receiver'], timeoutMs: 30_000 };
  await prepared(world, '/v1/endpoints', silent);
  await world.post({ count: 300, rate: 50, type: 'plain' });
  await world.untilArrived(300, 120_000, '/plain/');
}

/** Messages in the queues of what the service could not process. */
async function deadLetters({ runtime }: World): Promise<number> {
  const { sqsUrl: endpoint, credentials } = runtime.aws;
  const sqs = new SQSClient({ region: 'us-east-1', endpoint, credentials });
  const queues = runtime.stack
    .resources('AWS::SQS::Queue')
    .filter(({ logicalId }) => logicalId.includes('DeadLetters'));
  const counts = queues.map(async ({ logicalId }) => {
    const QueueUrl = runtime.stack.reference(logicalId);
    const asked = { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages' as const] };
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand(asked));
    return Number(Attributes?.ApproximateNumberOfMessages);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function neighbourRows(worst: Worst) {
  const world = await startWorld();
  const attacks = attacksOf(worst);
  try {
    await setUp(world, worst);
    const kinds = ['none', ...Object.keys(attacks)];
    const found = new Map(kinds.map((kind) => [kind, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      // Each in another place of each round, so that none has all of what else the machine does.
      for (let at = 0; at < kinds.length; at++) {
        const kind = kinds[(at + round) % kinds.length] ?? '';
        found.get(kind)?.push(await p95(world, attacks[kind]));
      }
    }
    const bound = FACTOR * median(found.get('none') ?? []) + ADDED_MS;
    const rows = [...found].map(([attack, values]) => ({
      attack,
      'p95, median of the rounds': rounded(median(values), 1),
      rounds: values.map((value) => rounded(value, 1)).join(' '),
      bound: rounded(bound, 1),
      holds: median(values) <= bound,
    }));
    return { rows, deadLetters: await deadLetters(world) };
  } finally {
    await world.close();
  }
}

/** Told, and so that the exit code says it. */
function verdict(what: string, holds: boolean): void {
  console.log(`${holds ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  if (!holds) process.exitCode = 1;
}

export async function hostile(): Promise<void> {
  const inputs = inputRows();
  report('hostile-inputs', inputs, { unit: 'ms of CPU time, least of five', bytes: 256 * 1024 });
  const slowest = inputs.toSorted((one, other) => other.ms - one.ms).slice(0, 10);
  console.table(slowest);
  verdict(
    `each input takes less than ${MAX_INPUT_MS} ms`,
    inputs.every(({ ms }) => ms < MAX_INPUT_MS),
  );
  if (process.env.BENCH_INPUTS_ONLY) return;
  const { rows, deadLetters } = await neighbourRows({
    filter: worstOf(inputs, 'filter', FILTER_ATTACKS),
    keyword: worstOf(inputs, 'keyword', KEYWORD_ATTACKS),
    transform: worstOf(inputs, 'transform', TRANSFORM_ATTACKS),
  });
  report('hostile', rows, {
    unit: 'ms from accepted to received of another tenant',
    rate: RATE,
    seconds: SECONDS,
    rounds: ROUNDS,
    deadLetters,
    ...answered,
  });
  verdict(
    `p95 of another tenant is at most ${FACTOR} times what it is without, plus ${ADDED_MS} ms`,
    rows.every(({ holds }) => holds),
  );
  verdict(`nothing became a dead letter (${deadLetters})`, deadLetters === 0);
  verdict(
    `${answered.asExpected} attacks were answered as expected, otherwise: ${answered.otherwise.join('; ') || 'none'}`,
    answered.otherwise.length === 0,
  );
}
