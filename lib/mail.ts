// What sending e-mail takes beside the identity, which is the operator's: only where the setting `email` is.
import { Duration, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';
import { Env } from '../lambdas/environment.ts';
import type { Configuration } from './configuration.ts';
import type { NodeFunction } from './node-function/node-function.ts';
import { MAX_MESSAGE_BYTES } from './queue-with-dead-letters.ts';
import { READ_AND_WRITE, type Storage } from './storage.ts';

/** Bounces and complaints come by a topic, which is all that SES writes to, into a queue that sweep empties. */
export class Mail extends Construct {
  private readonly set: CfnConfigurationSet;
  private readonly events: Queue;
  private readonly identityArn: string;

  constructor(scope: Construct, id: string, { identityArn }: NonNullable<Configuration['email']>) {
    super(scope, id);
    this.identityArn = identityArn;
    this.set = new CfnConfigurationSet(this, 'Set', {
      // Mails to addresses that bounced or complained before, anywhere in the account, are not sent.
      suppressionOptions: { suppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
    this.events = new Queue(this, 'Events', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      maxMessageSizeBytes: MAX_MESSAGE_BYTES,
      retentionPeriod: Duration.days(14),
    });
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    topic.addSubscription(new SqsSubscription(this.events, { rawMessageDelivery: true }));
    const ses = new ServicePrincipal('ses.amazonaws.com', {
      conditions: { StringEquals: { 'AWS:SourceAccount': Stack.of(this).account } },
    });
    topic.grantPublish(ses);
    const destination = new CfnConfigurationSetEventDestination(this, 'Feedback', {
      configurationSetName: this.set.ref,
      eventDestination: {
        enabled: true,
        matchingEventTypes: ['bounce', 'complaint'],
        snsDestination: { topicArn: topic.topicArn },
      },
    });
    // SES tries the topic when the destination is made.
    destination.node.addDependency(topic);
    NagSuppressions.addResourceSuppressions(
      [this.events],
      [
        {
          id: 'AwsSolutions-SQS3',
          reason: 'What cannot be read stays in the queue, and is logged on every run of sweep.',
        },
      ],
    );
  }

  /** @param apiUrl without a slash at its end: links in mails begin with it */
  send(fn: NodeFunction, apiUrl: string): void {
    const { partition, region, account } = Stack.of(this);
    const setArn = `arn:${partition}:ses:${region}:${account}:configuration-set/${this.set.ref}`;
    fn.allow(['ses:SendEmail'], [this.identityArn, setArn]);
    fn.tell({ [Env.apiUrl]: apiUrl, [Env.mailConfigurationSet]: this.set.ref });
  }

  hear(fn: NodeFunction, storage: Storage): void {
    fn.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], [this.events.queueArn]);
    fn.tell({ [Env.mailEventsQueueUrl]: this.events.queueUrl });
    storage.grantRegistry(fn, ...READ_AND_WRITE);
    storage.grantLedger(fn, 'BatchGetItem', 'GetItem', 'PutItem');
  }
}
