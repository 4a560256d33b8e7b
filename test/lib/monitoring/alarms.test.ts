// Each alarm over the metrics of the situation that it is meant for, and of one that it must keep quiet in.
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { resourcesOf, templateOf } from '../../builders/stack.ts';
import { type AlarmProperties, type Recorded, rings } from './cloudwatch.ts';

const alarmsOf = (template: Template) =>
  new Map(
    resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ id, Properties }) => [
      id.replace(/^OverviewAlarms/, '').replace(/[0-9A-F]{8}$/, ''),
      Properties as unknown as AlarmProperties,
    ]),
  );
const alarms = alarmsOf(templateOf());

const PERIODS = 3;
const always = (value: number | undefined) => Array<number | undefined>(PERIODS).fill(value);
/** In the last period alone. */
const lately = (value: number) => [...always(0).slice(1), value];

const QUEUES = ['Events', 'Deliveries', 'Slow', 'Retries', 'Wakes'];
const FUNCTIONS = [
  'Ingest',
  'FanOut',
  'Dispatch',
  'Wake',
  'Sweep',
  'Api',
  'Record',
  'Rollup',
  'Web',
];
const VISIBLE = 'ApproximateNumberOfMessagesVisible';
const HIDDEN = 'ApproximateNumberOfMessagesNotVisible';
const AGE = 'ApproximateAgeOfOldestMessage';

type Situation = readonly [alarm: string, situation: string, isRinging: boolean, Recorded];

const SITUATIONS: readonly Situation[] = [
  ['Api5xx', 'five requests were answered with 5xx', true, { '5xx': lately(5) }],
  ['Api5xx', 'four were', false, { '5xx': lately(4) }],
  [
    'NotFannedOut',
    'a fifth of what is accepted stays in its queue',
    true,
    { 'EventsAccepted live': always(100), 'EventsFannedOut live': always(80) },
  ],
  [
    'NotFannedOut',
    'fan-out stands still, in the environment test',
    true,
    { 'EventsAccepted test': always(20) },
  ],
  [
    'NotFannedOut',
    'a few were accepted at the end of the period',
    false,
    { 'EventsAccepted live': always(20), 'EventsFannedOut live': always(12) },
  ],
  [
    'NotFannedOut',
    'a burst was accepted, and fanned out in the next period',
    false,
    { 'EventsAccepted live': [1_000, 0, 0], 'EventsFannedOut live': [100, 900, 0] },
  ],
  ['SlowFirstAttempt', 'first attempts take a minute', true, { FirstAttemptDelay: always(60_000) }],
  ['SlowFirstAttempt', 'they did once', false, { FirstAttemptDelay: lately(600_000) }],
  [
    'FaultedAttempts',
    'a tenth of what dispatch receives comes back',
    true,
    {
      'MessagesFaulted dispatch': always(10),
      'NumberOfMessagesReceived Deliveries': always(50),
      'NumberOfMessagesReceived Retries': always(50),
    },
  ],
  [
    'FaultedAttempts',
    'all of what the slow lane receives comes back',
    true,
    { 'MessagesFaulted dispatch': always(20), 'NumberOfMessagesReceived Slow': always(20) },
  ],
  [
    'FaultedAttempts',
    'one of few comes back',
    false,
    { 'MessagesFaulted dispatch': always(1), 'NumberOfMessagesReceived Deliveries': always(8) },
  ],
  [
    'FaultedAttempts',
    'messages of fan-out come back',
    false,
    { 'MessagesFaulted fan-out': always(50), 'NumberOfMessagesReceived Deliveries': always(100) },
  ],
  ['SchedulesRefused', 'one was refused', true, { SchedulesRefused: lately(1) }],
  ['DeadLettersRedriven', 'sweep sent one back', true, { DeadLettersRedriven: lately(1) }],
  ['DeadLettersRedriven', 'there were none', false, { DeadLettersRedriven: always(0) }],
  ...QUEUES.flatMap((queue): Situation[] => {
    const isDelayed = queue === 'Retries' || queue === 'Wakes';
    const name = `${queue}DeadLetters`;
    return [
      [name, 'a message waits', true, { [`${VISIBLE} ${name}`]: lately(1) }],
      [name, 'sweep or a person looks at it', true, { [`${HIDDEN} ${name}`]: lately(1) }],
      [name, 'it is empty', false, { [`${VISIBLE} ${name}`]: always(0) }],
      [`${queue}Stuck`, 'the oldest message is too old', true, { [AGE]: lately(1_200) }],
      [`${queue}Stuck`, 'a message waits for its delay', !isDelayed, { [AGE]: lately(900) }],
      [`${queue}Stuck`, 'messages pass through', false, { [AGE]: lately(60) }],
    ];
  }),
  ...[
    ['FanOut', 'fan-out'],
    ['Wake', 'wake'],
  ].flatMap(([name, fn]): Situation[] => [
    [`${name}Faulted`, 'one message always fails', true, { [`MessagesFaulted ${fn}`]: always(3) }],
    [
      `${name}Faulted`,
      'one failed and came through',
      false,
      { [`MessagesFaulted ${fn}`]: lately(1) },
    ],
    [`${name}Faulted`, 'those of dispatch fail', false, { 'MessagesFaulted dispatch': always(9) }],
  ]),
  ...FUNCTIONS.flatMap((fn): Situation[] => [
    [`${fn}Errors`, 'invocations fail, period by period', true, { Errors: always(1) }],
    [`${fn}Errors`, 'one failed', false, { Errors: lately(1) }],
    [`${fn}Throttles`, 'ten are throttled, period by period', true, { Throttles: always(10) }],
    [`${fn}Throttles`, 'a few were', false, { Throttles: always(9) }],
  ]),
  ['RecordBehind', 'the stream is an hour old', true, { IteratorAge: lately(3_600_000) }],
  ['RecordBehind', 'it waits for its window', false, { IteratorAge: always(900_000) }],
  ['RecordsUnread', 'a write could not be read', true, { RecordsUnread: lately(1) }],
  ['RecordsUnread', 'all could', false, { RecordsUnread: always(undefined) }],
  [
    'RecordStill',
    'its event source is disabled',
    true,
    { 'DeliveriesCreated live': always(3), Invocations: always(undefined) },
  ],
  [
    'RecordStill',
    'what came at the end of a period is recorded in the next one',
    false,
    { 'DeliveriesCreated test': [9, 9, 0], Invocations: [undefined, undefined, 1] },
  ],
  [
    'RecordStill',
    'it runs',
    false,
    { 'DeliveriesCreated live': always(3), Invocations: always(1) },
  ],
  ['RollupBehind', 'an hour waits since an hour', true, { RollupWait: always(3_600_000) }],
  ['RollupBehind', 'rollup dies before it reports anything', true, {}],
  ['RollupBehind', 'a run was left out', false, { RollupWait: [60_000, undefined, undefined] }],
  ['RollupBehind', 'nothing waits', false, { RollupWait: always(0) }],
  ['SweepStill', 'sweep reports nothing', true, {}],
  ['SweepStill', 'it ran once in 15 minutes', false, { WakesRepaired: [undefined, 1, undefined] }],
  [
    'Cost',
    'ten million requests came in an hour',
    true,
    { Count: lately(10_000_000), ConsumedWriteCapacityUnits: [] },
  ],
  [
    'Cost',
    'a million deliveries failed: most of it is writes to the index',
    true,
    { 'ConsumedWriteCapacityUnits work': lately(16_000_000) },
  ],
  [
    'Cost',
    'ten million messages take the slow lane',
    true,
    { 'NumberOfMessagesSent Slow': lately(10_000_000) },
  ],
  ['Cost', 'a hundred thousand requests came', false, { Count: lately(100_000) }],
];

it.each(SITUATIONS)('%s: %s (rings: %s)', (name, _, isRinging, recorded) => {
  const alarm = alarms.get(name);
  if (!alarm) throw new Error(`no alarm ${name}`);
  expect(rings(alarm, recorded, PERIODS)).toBe(isRinging);
});

it('each alarm has a situation in which it rings, and one in which it does not', () => {
  const seen = (isRinging: boolean) =>
    new Set(SITUATIONS.filter((one) => one[2] === isRinging).map(([name]) => name));
  expect([...seen(true)].sort()).toEqual([...alarms.keys()].sort());
  // Nothing happened at all: only sweep and rollup must say that they are alive.
  const atRest = [...alarms].filter(([, alarm]) => rings(alarm, {}, PERIODS));
  expect(atRest.map(([name]) => name)).toEqual(['RollupBehind', 'SweepStill']);
});

it('none rests on what SQS shows of a queue that a function reads all the time', () => {
  const template = templateOf();
  const read = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) =>
    JSON.stringify(Properties.EventSourceArn),
  );
  for (const [name, alarm] of alarms) {
    const text = JSON.stringify(alarm);
    if (!text.includes(VISIBLE)) continue;
    expect([name, text.includes(HIDDEN)]).toEqual([name, true]);
    const queue = /"(\w+DeadLetters[0-9A-F]{8})"/.exec(text)?.[1] ?? '';
    expect([name, read.some((arn) => arn.includes(queue))]).toEqual([name, false]);
  }
});

describe.each([0, 30, 60])('with windows of %i seconds', (windowSeconds) => {
  const source = { windowSeconds, batchSize: 10 };
  const template = templateOf({ sources: { events: source, wakes: source } });
  const visibilityOf = (queue: string): number => {
    const found = resourcesOf(template, 'AWS::SQS::Queue').find(({ id }) =>
      id.startsWith(`${queue}Queue`),
    );
    return Number(found?.Properties.VisibilityTimeout);
  };

  it.each([
    ['FanOutFaulted', 'MessagesFaulted fan-out', 'Events'],
    ['WakeFaulted', 'MessagesFaulted wake', 'Wakes'],
  ])(
    '%s rings for one message that always fails, however seldom it comes back',
    (name, metric, queue) => {
      const alarm = alarmsOf(template).get(name);
      if (!alarm) throw new Error(`no alarm ${name}`);
      const times = Math.floor(300 / visibilityOf(queue));
      expect(times).toBeGreaterThanOrEqual(1);
      expect(rings(alarm, { [metric]: always(times) }, PERIODS)).toBe(true);
      expect(rings(alarm, { [metric]: lately(times) }, PERIODS)).toBe(false);
      expect(rings(alarm, { [metric]: always(0) }, PERIODS)).toBe(false);
    },
  );
});
