// Fan-out with many subscribers: how long it takes to find who wants an event, among 1,000 endpoints with
// patterns, channels and filters, and to fan it out over ports in memory: npm run bench:fan-out
import type { SQSRecord } from 'aws-lambda';
import type { Event } from '../lambdas/core/events/event.ts';
import type { EventLedger } from '../lambdas/core/events/ledger.ts';
import { encodeEventMessage } from '../lambdas/core/events/message.ts';
import { scopeKey } from '../lambdas/core/scope.ts';
import type { FilterPattern } from '../lambdas/core/subscriptions/filter/filter.ts';
import type { Subscriber } from '../lambdas/core/subscriptions/subscriber.ts';
import { targetsOf } from '../lambdas/core/subscriptions/targets.ts';
import { fanOut } from '../lambdas/fan-out/fan-out.ts';
import { median, report, rounded } from './report.ts';

const ENDPOINTS = 1_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 300);

const event: Event = {
  id: 'evt_01h455vb4pex5vsknk084sn02q',
  tenant: 'acme',
  environment: 'live',
  type: 'identity_document.check.approved',
  acceptedAtMs: 1_769_851_800_000,
  channels: ['eu', 'onboarding'],
  // About 1 KB, as in the other figures.
  data: JSON.stringify({
    session: '0b6f6f0e-6f0c-4f57-9f0e-3a4f3d1f8c21',
    country: 'DE',
    risk: { score: 83, signals: ['vpn', 'new_device'] },
    documents: [
      { kind: 'passport', country: 'DE', number: 'C01X00T47', expires: '2031-05-01' },
      { kind: 'proof_of_address', country: 'AT', issuer: 'Stadtwerke Wien' },
    ],
    ip: '10.20.30.40',
    file: 'uploads/2026/01/31/passport-front.JPG',
    notes: 'x'.repeat(600),
  }),
};

/** One of each kind that customers write, with values that differ from endpoint to endpoint. */
const FILTERS: readonly ((n: number) => FilterPattern)[] = [
  (n) => ({ country: [n % 2 === 0 ? 'DE' : 'FR', 'AT'] }),
  (n) => ({ risk: { score: [{ numeric: ['>', n % 100] }] } }),
  (n) => ({ session: [{ prefix: n.toString(16) }] }),
  (n) => ({ risk: { signals: [{ 'anything-but': ['vpn', `signal-${n}`] }] } }),
  (n) => ({ documents: { kind: ['passport'], country: [n % 3 === 0 ? 'DE' : 'AT'] } }),
  () => ({ ip: [{ cidr: '10.0.0.0/8' }], refusal: [{ exists: false }] }),
  (n) => ({ file: [{ wildcard: `uploads/*/${n % 31}/*.JPG` }] }),
  (n) => ({
    file: [{ suffix: { 'equals-ignore-case': '.jpg' } }],
    country: [{ prefix: 'D' }],
    n: [n, { exists: false }],
  }),
  (n) => ({ $or: [{ country: ['CH'] }, { risk: { score: [{ numeric: ['<=', n % 90] }] } }] }),
];
const PATTERNS: readonly (readonly string[])[] = [
  [],
  ['identity_document.*'],
  ['*.check.approved'],
  ['**.approved', 'decision.*'],
  ['dossier.*'],
];
const CHANNELS: readonly (readonly string[])[] = [[], ['eu'], ['us'], []];

function subscribers(hasFilters: boolean): Subscriber[] {
  return Array.from({ length: ENDPOINTS }, (_, n) => {
    const filter = FILTERS[n % FILTERS.length]?.(n);
    return {
      id: `ep_${String(n).padStart(26, '0')}`,
      eventTypes: PATTERNS[n % PATTERNS.length] ?? [],
      channels: CHANNELS[n % CHANNELS.length] ?? [],
      ...(hasFilters && filter ? { filter } : {}),
    };
  });
}

const record: SQSRecord = {
  messageId: 'm-1',
  receiptHandle: 'h-1',
  body: encodeEventMessage({ event, mayRepeat: false }),
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: '',
  awsRegion: '',
};

function portsOver(list: readonly Subscriber[]) {
  const unused = (): never => {
    throw new Error('not a part of this');
  };
  const ledger: EventLedger = {
    putEvents: async () => new Set(),
    putEventOnce: unused,
    getEvents: unused,
    keepUntil: unused,
    listEvents: unused,
    putFeed: unused,
    readFeed: unused,
    putLatest: unused,
    findLatest: unused,
  };
  return {
    ledger,
    registry: { subscribersOf: async () => new Map([[scopeKey(event), list]]) },
    queues: { sendDeliveries: async () => new Set<number>() },
    surroundings: { now: () => Date.now() },
    settings: { feedLagSeconds: 10 },
  };
}

async function medianMs(run: () => unknown): Promise<number> {
  const spent: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = performance.now();
    await run();
    spent.push(performance.now() - startedMs);
  }
  return median(spent);
}

const rows: object[] = [];
for (const [name, list] of [
  ['patterns and channels', subscribers(false)],
  ['patterns, channels and filters', subscribers(true)],
  [
    'filters alone',
    subscribers(true).map(({ id, filter }) => ({
      id,
      eventTypes: [],
      channels: [],
      ...(filter ? { filter } : {}),
    })),
  ],
] as const) {
  const ports = portsOver(list);
  const failed = await fanOut(ports, [record]);
  if (failed.length > 0) throw failed[0]?.error;
  rows.push({
    'endpoints have': name,
    endpoints: list.length,
    matched: targetsOf(event, list).wanting.length,
    matching: rounded(await medianMs(() => targetsOf(event, list)), 3),
    'fan-out': rounded(await medianMs(() => fanOut(ports, [record])), 3),
  });
}
report('fan-out', rows, { unit: 'ms for one event of 1 KB, medians', rounds: ROUNDS });
