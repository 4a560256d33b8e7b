// The two tables: registry (tenants, keys, endpoints) and ledger (events, deliveries, dedupe keys, wakes).
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
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
    fn.allow([withService('UpdateItem')], [this.registry.tableArn], {
      'ForAllValues:StringLike': {
        'dynamodb:LeadingKeys': [`*${partition}`],
        'dynamodb:Attributes': ['pk', 'sk', ...attributes],
      },
    });
  }

  grantLedger(fn: NodeFunction, ...actions: readonly ItemAction[]): void {
    fn.allow(actions.map(withService), [this.ledger.tableArn]);
  }
}
