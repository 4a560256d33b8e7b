// The bucket with the archive of attempts: ids, outcomes and times, from which analytics are counted.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';
import { Env } from '../lambdas/environment.ts';
import type { Configuration } from './configuration.ts';
import type { NodeFunction } from './node-function/node-function.ts';

export class Archive extends Construct {
  private readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { retainData, analytics }: Configuration) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [{ expiration: Duration.days(analytics.archiveDays) }],
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TlsOnly',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'],
        resources: [this.bucket.bucketArn, this.bucket.arnForObjects('*')],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    const suppressed = [
      {
        id: 'AwsSolutions-S10',
        reason: 'TLS is enforced for the actions on objects by name; the rule looks for s3:* only.',
      },
      {
        id: 'AwsSolutions-S1',
        reason:
          'The functions alone read and write it. A log of each access would cost more than what it is about: CloudTrail has data events for who wants them.',
      },
    ];
    NagSuppressions.addResourceSuppressions(this.bucket, suppressed, true);
  }

  grantWriting(fn: NodeFunction): void {
    fn.allow(
      ['s3:PutObject'],
      ['attempts', 'unread'].map((prefix) => this.bucket.arnForObjects(`${prefix}/*`)),
    );
    this.tell(fn);
  }

  grantReading(fn: NodeFunction): void {
    fn.allow(['s3:ListBucket'], [this.bucket.bucketArn], {
      StringLike: { 's3:prefix': 'attempts/*' },
    });
    fn.allow(['s3:GetObject'], [this.bucket.arnForObjects('attempts/*')]);
    this.tell(fn);
  }

  private tell(fn: NodeFunction): void {
    fn.tell({ [Env.archiveBucket]: this.bucket.bucketName });
    NagSuppressions.addResourceSuppressions(
      fn.role,
      [
        {
          id: 'AwsSolutions-IAM5',
          reason:
            'Objects are named by hour while the stack runs: the wildcard covers those of a prefix.',
          appliesTo: [{ regex: '/^Resource::<\\w+\\.Arn>\\/(attempts|unread)\\/\\*$/g' }],
        },
      ],
      true,
    );
  }
}
