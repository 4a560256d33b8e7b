// The alarms: what must not happen, each with a heading of docs/runbook.md that says what to do.
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Configuration } from '../configuration.ts';
import { titleOf } from '../instance.ts';
import { AlarmTarget } from './alarm-target.ts';
import { type CostParts, costPerHour } from './cost-estimate.ts';
import { inBoth, ownMetric } from './service-metrics.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
const HALF_AN_HOUR = Duration.minutes(30);
const SWEEP_EVERY = FIVE_MINUTES;
/** What was accepted in the last moments of a period is spread in the next one. */
const ACCEPTED_AHEAD = 10;
const ACCEPTED_AHEAD_PERCENT = 10;
const SLOW_FIRST_ATTEMPT_MS = 60_000;
const FAULTED_PERCENT = 5;
/** Below so many messages in five minutes one fault is a large share. */
const FAULTED_FROM = 10;
const THROTTLES = 10;
const STREAM_BEHIND_MS = 3_600_000;
const COUNT_BEHIND_MS = 3_600_000;
/** Dispatch has an alarm on the share of its messages. */
const COMING_BACK = [
  ['FanOut', 'fan-out', 'Events'],
  ['Wake', 'wake', 'Wakes'],
] as const;
/** In five minutes, at most. */
const COMES_BACK = 3;

export interface AlarmsProps extends CostParts {
  readonly alarms: Configuration['alarms'];
  readonly analytics: Configuration['analytics'];
}

interface Definition {
  /** The heading's anchor in the runbook. */
  readonly heading: string;
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default 1 */
  readonly periods?: number;
  /** @default at or above */
  readonly below?: boolean;
  /** Whether it rings where nothing is reported. @default if it rings below */
  readonly whenMissing?: boolean;
}

export class Alarms extends Construct {
  private readonly runbook: string;
  private readonly target: AlarmTarget;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.runbook = props.alarms.runbook;
    this.target = new AlarmTarget(this, 'Target', props.alarms);
    this.watchAccepting(props);
    this.watchDelivering(props);
    this.watchQueues(props);
    this.watchFunctions(props);
    this.alarm('Cost', {
      heading: 'cost',
      says: `the estimated cost is above $${props.alarms.dollarsPerHour} an hour.`,
      metric: costPerHour(props),
      threshold: props.alarms.dollarsPerHour,
    });
  }

  private watchAccepting({ front }: AlarmsProps): void {
    const period = FIVE_MINUTES;
    this.alarm('Api5xx', {
      heading: 'api-5xx',
      says: 'the API answers with errors of its own.',
      metric: front.api.metricServerError({ period }),
      threshold: 5,
    });
    const ahead = new MathExpression({
      expression: `IF(accepted - spread > ${ACCEPTED_AHEAD}, 100 * (accepted - spread) / accepted, 0)`,
      usingMetrics: {
        accepted: inBoth(this, 'EventsAccepted', { period }),
        spread: inBoth(this, 'EventsFannedOut', { period }),
      },
      period,
      label: 'accepted and not fanned out, percent',
    });
    this.alarm('NotFannedOut', {
      heading: 'accepted-and-not-fanned-out',
      says: 'events are accepted faster than they are fanned out, for 15 minutes.',
      metric: ahead,
      threshold: ACCEPTED_AHEAD_PERCENT,
      periods: 3,
    });
  }

  private watchDelivering({ queues }: AlarmsProps): void {
    const period = FIVE_MINUTES;
    this.alarm('SlowFirstAttempt', {
      heading: 'slow-first-attempts',
      says: `one in a hundred first attempts begins ${SLOW_FIRST_ATTEMPT_MS / 1000} s or more after its event was accepted.`,
      metric: ownMetric(this, 'FirstAttemptDelay', { period }),
      threshold: SLOW_FIRST_ATTEMPT_MS,
      periods: 2,
    });
    const received = {
      receivedDeliveries: queues.Deliveries.queue.metricNumberOfMessagesReceived({ period }),
      receivedSlow: queues.Slow.queue.metricNumberOfMessagesReceived({ period }),
      receivedRetries: queues.Retries.queue.metricNumberOfMessagesReceived({ period }),
    };
    const sum = Object.keys(received)
      .map((name) => `FILL(${name}, 0)`)
      .join(' + ');
    this.alarm('FaultedAttempts', {
      heading: 'attempts-that-fail-for-a-reason-on-our-side',
      says: `${FAULTED_PERCENT} % of what dispatch took up came back for a reason on our side.`,
      metric: new MathExpression({
        expression: `IF(${sum} > ${FAULTED_FROM}, 100 * FILL(faulted, 0) / (${sum}), 0)`,
        usingMetrics: {
          faulted: ownMetric(this, 'MessagesFaulted', { period, function: 'dispatch' }),
          ...received,
        },
        period,
        label: 'came back, percent',
      }),
      threshold: FAULTED_PERCENT,
      periods: 2,
    });
    this.alarm('SchedulesRefused', {
      heading: 'schedules-refused',
      says: 'EventBridge Scheduler refuses schedules: retries later than 15 minutes wait for sweep.',
      metric: ownMetric(this, 'SchedulesRefused', { period }),
      threshold: 1,
    });
  }

  private watchQueues({ queues }: AlarmsProps): void {
    for (const [name, one] of Object.entries(queues)) {
      const { queue, stuckAfter } = one;
      this.alarm(`${name}DeadLetters`, {
        heading: 'dead-letters',
        says: `${name} has dead letters: messages that our own code could not process.`,
        metric: one.metricDeadLetters({ period: MINUTE }),
        threshold: 1,
      });
      this.alarm(`${name}Stuck`, {
        heading: 'old-messages',
        says: `the oldest message of ${name} is older than ${stuckAfter.toMinutes()} minutes.`,
        metric: queue.metricApproximateAgeOfOldestMessage({ period: MINUTE }),
        threshold: stuckAfter.toSeconds(),
      });
    }
    // Nor does a message's age tell: SQS leaves out what was received three times.
    for (const [name, fn, queue] of COMING_BACK) {
      // A message that always fails comes back when it is visible again, and counts so often.
      const times = Math.floor(FIVE_MINUTES.toSeconds() / queues[queue].visibility.toSeconds());
      this.alarm(`${name}Faulted`, {
        heading: 'messages-that-come-back',
        says: `messages come back to ${fn} for a reason on our side, again and again.`,
        metric: ownMetric(this, 'MessagesFaulted', { period: FIVE_MINUTES, function: fn }),
        threshold: Math.max(1, Math.min(COMES_BACK, times)),
        periods: 2,
      });
    }
    // SQS counts once a minute, and what sweep sends back at once may have been there for less.
    this.alarm('DeadLettersRedriven', {
      heading: 'dead-letters',
      says: 'there were dead letters, and sweep sent them back to their queues.',
      metric: ownMetric(this, 'DeadLettersRedriven', { period: FIVE_MINUTES }),
      threshold: 1,
    });
  }

  private watchFunctions(props: AlarmsProps): void {
    for (const [name, { fn }] of Object.entries(props.functions)) {
      this.alarm(`${name}Errors`, {
        heading: 'function-errors',
        says: `${name} ends with errors, or out of time.`,
        metric: fn.metricErrors({ period: FIVE_MINUTES }),
        threshold: 1,
        periods: 2,
      });
      this.alarm(`${name}Throttles`, {
        heading: 'function-throttles',
        says: `Lambda throttles ${name}.`,
        metric: fn.metricThrottles({ period: FIVE_MINUTES }),
        threshold: THROTTLES,
        periods: 2,
      });
    }
    this.watchAnalytics(props);
    this.alarm('SweepStill', {
      heading: 'sweep-stands-still',
      says: 'sweep did not come to its end for 15 minutes: lost wake-ups are not repaired.',
      metric: ownMetric(this, 'WakesRepaired', { period: SWEEP_EVERY, statistic: 'SampleCount' }),
      threshold: 1,
      periods: 3,
      below: true,
    });
  }

  private watchAnalytics({ functions, analytics }: AlarmsProps): void {
    this.alarm('RecordBehind', {
      heading: 'record-is-behind',
      says: 'what happened to deliveries is not archived for an hour, and the stream keeps it for 24.',
      metric: functions.Record.fn.metric('IteratorAge', {
        period: FIVE_MINUTES,
        statistic: 'Maximum',
      }),
      threshold: STREAM_BEHIND_MS,
    });
    this.alarm('RecordsUnread', {
      heading: 'writes-that-record-cannot-read',
      says: 'record could not read a write of the ledger, and put it aside.',
      metric: ownMetric(this, 'RecordsUnread', { period: FIVE_MINUTES }),
      threshold: 1,
    });
    // Where nothing reads the stream, nothing tells its age.
    const unread = new MathExpression({
      expression: 'IF(FILL(invocations, 0) < 1, created, 0)',
      usingMetrics: {
        created: inBoth(this, 'DeliveriesCreated', { period: HALF_AN_HOUR }),
        invocations: functions.Record.fn.metricInvocations({ period: HALF_AN_HOUR }),
      },
      period: HALF_AN_HOUR,
      label: 'deliveries created while record did not run',
    });
    this.alarm('RecordStill', {
      heading: 'record-is-behind',
      says: 'there are deliveries, and record was not invoked for an hour: is its event source enabled?',
      metric: unread,
      threshold: 1,
      // What comes at the end of a period is recorded in the next one.
      periods: 2,
    });
    // The time-outs of a run that is always stopped come too seldom for the alarm on errors.
    this.alarm('RollupBehind', {
      heading: 'rollup-is-behind',
      says: 'an hour waits to be counted since an hour, or rollup does not begin its runs.',
      metric: ownMetric(this, 'RollupWait', {
        period: Duration.minutes(Math.max(FIVE_MINUTES.toMinutes(), analytics.everyMinutes)),
        statistic: 'Maximum',
      }),
      threshold: COUNT_BEHIND_MS,
      periods: 3,
      whenMissing: true,
    });
  }

  private alarm(id: string, { heading, says, metric, ...limit }: Definition): void {
    const { threshold, periods = 1, below = false, whenMissing = below } = limit;
    const alarm = new Alarm(this, id, {
      alarmDescription: `${titleOf(this)}: ${says} Runbook: ${this.runbook}#${heading}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: whenMissing ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const { action } = this.target;
    if (action) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
}
