// Where alarms go: a topic that is there already, one of the stack's own that writes to an address, or nowhere.
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Configuration } from '../configuration.ts';
import { addOutput } from '../instance.ts';

export class AlarmTarget extends Construct {
  readonly topic: ITopic | undefined;

  constructor(
    scope: Construct,
    id: string,
    { topicArn, email }: Pick<Configuration['alarms'], 'topicArn' | 'email'>,
  ) {
    super(scope, id);
    if (topicArn !== undefined) this.topic = Topic.fromTopicArn(this, 'Given', topicArn);
    else if (email !== undefined) this.topic = this.ownTopic(email);
    if (this.topic) {
      addOutput(this, 'AlarmTopic', this.topic.topicArn, 'Where alarms are sent to.');
    }
  }

  get action(): SnsAction | undefined {
    return this.topic && new SnsAction(this.topic);
  }

  /** Encrypted with a key of its own: AWS's key for SNS does not let CloudWatch write. */
  private ownTopic(email: string): Topic {
    const { account } = Stack.of(this);
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': account } };
    const key = new Key(this, 'Key', {
      description: 'Posthorn: the topic of the alarms.',
      enableKeyRotation: true,
      // The messages it opens are on their way: nothing needs it later.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'], // in a key's own policy: this key
        conditions: ofThisAccount,
      }),
    );
    const topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: ofThisAccount,
      }),
    );
    topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}
