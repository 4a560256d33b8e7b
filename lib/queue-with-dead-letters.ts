// A queue and the queue for the messages that our own code could not process.
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';

/** What may be done with messages; a policy names actions, never a wildcard. */
const MESSAGE_ACTIONS = [
  'sqs:SendMessage',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:PurgeQueue',
];

/** SQS's longest, counted from the first sending, in the dead-letter queue too. */
const KEPT = Duration.days(14);

/** SQS's largest. Queues made before it was raised have 256 KiB, and a sealed event of 256 KiB takes 350 KB. */
export const MAX_MESSAGE_BYTES = 1_048_576;

/** How a function takes messages from a queue. */
export interface QueueSource {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maxConcurrency: number;
}

interface QueueWithDeadLettersProps {
  /** The environment variable that tells functions the queue's URL. */
  readonly urlVariable: string;
  /** The same for its dead letters. */
  readonly deadLettersVariable: string;
  /** The time that the consuming function may take for a batch. */
  readonly functionTimeout: Duration;
  readonly source: QueueSource;
  /** Whether messages are sent with delays, up to the 15 minutes that SQS allows. */
  readonly isDelayed: boolean;
}

export class QueueWithDeadLetters extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly source: QueueSource;
  readonly urlVariable: string;
  readonly deadLettersVariable: string;
  /** A message this old says that something is stuck: accepted, and not gone on with. */
  readonly stuckAfter: Duration;
  /** After so long what was received, and not deleted, is received again. */
  readonly visibility: Duration;

  constructor(scope: Construct, id: string, props: QueueWithDeadLettersProps) {
    super(scope, id);
    const { functionTimeout, isDelayed, source, urlVariable, deadLettersVariable } = props;
    this.source = source;
    this.urlVariable = urlVariable;
    this.deadLettersVariable = deadLettersVariable;
    this.stuckAfter = Duration.minutes(isDelayed ? 20 : 5);
    // Maximum concurrency keeps the poller from fetching more than the function can take, which a
    // visibility timeout of six times the function's would otherwise have to make up for.
    this.visibility = Duration.seconds(functionTimeout.toSeconds() + source.windowSeconds + 30);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: KEPT,
      maxMessageSizeBytes: MAX_MESSAGE_BYTES,
      receiveMessageWaitTime: Duration.seconds(20),
      // Longer than any function that may read them.
      visibilityTimeout: Duration.minutes(5),
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: KEPT,
      maxMessageSizeBytes: MAX_MESSAGE_BYTES,
      receiveMessageWaitTime: Duration.seconds(20),
      visibilityTimeout: this.visibility,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 10 },
    });
    for (const queue of [this.queue, this.deadLetters]) {
      queue.addToResourcePolicy(
        new PolicyStatement({
          sid: 'TlsOnly',
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: MESSAGE_ACTIONS,
          resources: [queue.queueArn],
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
    NagSuppressions.addResourceSuppressions(
      [this.queue, this.deadLetters],
      [
        {
          id: 'AwsSolutions-SQS4',
          reason:
            'TLS is enforced for every action on messages by name; the rule looks for sqs:* only.',
        },
      ],
    );
  }

  /** Dead letters, those included that are hidden because somebody looked at them. */
  metricDeadLetters(options: { readonly period: Duration; readonly label?: string }): IMetric {
    const id = this.node.id.toLowerCase();
    return new MathExpression({
      ...options,
      expression: `FILL(${id}Visible, 0) + FILL(${id}Hidden, 0)`,
      usingMetrics: {
        [`${id}Visible`]: this.deadLetters.metricApproximateNumberOfMessagesVisible(options),
        [`${id}Hidden`]: this.deadLetters.metricApproximateNumberOfMessagesNotVisible(options),
      },
    });
  }
}

export type Queues = Readonly<
  Record<'Events' | 'Deliveries' | 'Slow' | 'Retries' | 'Wakes', QueueWithDeadLetters>
>;
