// Writes what deliveries went through into the archive, from the ledger's stream.
import { Duration } from 'aws-cdk-lib';
import {
  type CfnEventSourceMapping,
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Archive } from '../archive.ts';
import { NodeFunction } from '../node-function/node-function.ts';
import { inEveryFunction, type Service } from './service.ts';

/** Lambda's largest. An invocation takes 6 MB at most, some 3,700 writes. */
const BATCH_SIZE = 10_000;
/** What deliveries have, and nothing else in the ledger. */
const STATES = ['delivered', 'waiting', 'dead', 'cancelled'];

export class Record extends NodeFunction {
  constructor(scope: Construct, id: string, service: Service & { readonly archive: Archive }) {
    const { archive, configuration, storage } = service;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'record',
      memoryMb: configuration.memoryMb.record,
      timeout: Duration.seconds(60),
    });
    archive.grantWriting(this);
    storage.grantLedgerUpdates(this, 'due-hours', 'tk', 'si');
    const stream = storage.grantStream(this);
    const source = new EventSourceMapping(this, 'Ledger', {
      target: this.fn,
      eventSourceArn: stream,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: Duration.seconds(configuration.analytics.windowSeconds),
      filters: [
        FilterCriteria.filter({
          dynamodb: { NewImage: { s: { S: FilterRule.or(...STATES) } } },
        }),
      ],
      // Without limit, as long as the stream keeps them, and never in halves: the function reports where it stopped.
      reportBatchItemFailures: true,
      bisectBatchOnError: false,
    });
    source.node.addDependency(this.role);
    // Said, because what an update does not say may stay as it was: neither has a limit.
    const mapping = source.node.defaultChild as CfnEventSourceMapping; // CDK's own child of every mapping
    mapping.maximumRetryAttempts = -1;
    mapping.maximumRecordAgeInSeconds = -1;
  }
}
