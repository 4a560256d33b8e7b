// The two tables: registry (tenants, keys, endpoints) and ledger (events, deliveries, dedupe keys, wakes).
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';
import { WORK_INDEX } from '../lambdas/environment.ts';
import type { Configuration } from './configuration.ts';
import type { NodeFunction } from './node-function/node-function.ts';

/** Single reads and writes, batches of reads, and queries. No function scans. */
export const READ_AND_WRITE = [
  'BatchGetItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
] as const;

type ItemAction = (typeof READ_AND_WRITE)[number] | 'BatchWriteItem';

const withService = (action: ItemAction) => `dynamodb:${action}`;

export class Storage extends Construct {
  readonly registry: TableV2;
  readonly ledger: TableV2;
  /** The index of what still needs work, as a resource of IAM. */
  readonly workIndexArn: string;

  constructor(scope: Construct, id: string, { retainData }: Configuration) {
    super(scope, id);
    const basics = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    this.registry = new TableV2(this, 'Registry', basics);
    this.ledger = new TableV2(this, 'Ledger', {
      ...basics,
      timeToLiveAttribute: 'exp',
      // What deliveries went through, for the archive: lib/functions/record.ts.
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      globalSecondaryIndexes: [
        {
          indexName: WORK_INDEX,
          partitionKey: { name: 'wk', type: AttributeType.STRING },
          sortKey: { name: 'wat', type: AttributeType.NUMBER },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
    });
    this.workIndexArn = `${this.ledger.tableArn}/index/${WORK_INDEX}`;
  }

  grantRegistry(fn: NodeFunction, ...actions: readonly ItemAction[]): void {
    fn.allow(actions.map(withService), [this.registry.tableArn]);
  }

  /**
   * Updates of these attributes alone, of items in partitions whose key ends so.
   * @param attributes each may end in `*`
   */
  grantRegistryUpdates(fn: NodeFunction, partition: `#${string}`, ...attributes: string[]): void {
    allowUpdates(fn, this.registry, `*${partition}`, attributes);
  }

  /** Updates of these attributes alone, of items in this partition. */
  grantLedgerUpdates(fn: NodeFunction, partition: string, ...attributes: string[]): void {
    allowUpdates(fn, this.ledger, partition, attributes);
  }

  /** Lets Lambda read the ledger's stream for a function. @returns the stream's ARN */
  grantStream(fn: NodeFunction): string {
    const { tableArn, tableStreamArn: stream } = this.ledger;
    if (stream === undefined) throw new Error('the ledger has no stream');
    fn.allow(
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      [stream],
    );
    fn.allow(['dynamodb:ListStreams'], [`${tableArn}/stream/*`]);
    NagSuppressions.addResourceSuppressions(
      fn.role,
      [
        {
          id: 'AwsSolutions-IAM5',
          reason: 'Streams are listed by their table, and named by the time they were made.',
          appliesTo: [{ regex: '/^Resource::<\\w+\\.Arn>\\/stream\\/\\*$/g' }],
        },
      ],
      true,
    );
    return stream;
  }

  grantLedger(fn: NodeFunction, ...actions: readonly ItemAction[]): void {
    fn.allow(actions.map(withService), [this.ledger.tableArn]);
  }
}

function allowUpdates(
  fn: NodeFunction,
  { tableArn }: TableV2,
  partition: string,
  attributes: readonly string[],
): void {
  fn.allow([withService('UpdateItem')], [tableArn], {
    'ForAllValues:StringLike': {
      'dynamodb:LeadingKeys': [partition],
      'dynamodb:Attributes': ['pk', 'sk', ...attributes],
    },
  });
}
