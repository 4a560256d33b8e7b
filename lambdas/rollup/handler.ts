// The rollup function: runs every few minutes, for the hours that are due.
import type { Context } from 'aws-lambda';
import { createArchive } from '../adapters/analytics/archive.ts';
import { createDueHours } from '../adapters/analytics/due-hours.ts';
import { createLivingTenants } from '../adapters/analytics/living-tenants.ts';
import { createRollups } from '../adapters/analytics/rollups.ts';
import { createCountingTurn } from '../adapters/analytics/turn.ts';
import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { createS3 } from '../adapters/aws/s3.ts';
import { log } from '../adapters/log.ts';
import { metrics } from '../adapters/metrics.ts';
import { surroundings, variable } from '../adapters/surroundings.ts';
import { Env } from '../environment.ts';
import { countDue, type RollupPorts } from './count-due.ts';

/** What is left of an invocation is enough for an hour that was begun. */
const STOP_MS = 120_000;
/** Beside the stream's window: what record takes, and its first tries again. */
const MARGIN_SECONDS = 30;

const dynamoDb = createDynamoDb();
const ledger = tableOf(dynamoDb, variable(Env.ledgerTable));
const ports: RollupPorts = {
  hours: createDueHours(ledger),
  turn: createCountingTurn(ledger),
  archive: createArchive(createS3(), variable(Env.archiveBucket)),
  rollups: createRollups(ledger),
  tenants: createLivingTenants(tableOf(dynamoDb, variable(Env.registryTable))),
  surroundings,
  graceMs: (Number(variable(Env.archiveWindowSeconds)) + MARGIN_SECONDS) * 1000,
  reportWait(ms) {
    metrics.time('RollupWait', {}, ms);
    // Now, and not at the end: a run that runs out of time has none.
    metrics.flush();
  },
  reportFailure(hour, error) {
    log.error('an hour is not counted', error, { hour });
  },
};

export async function handler(_schedule: unknown, context: Context): Promise<void> {
  const untilMs = surroundings.now() + context.getRemainingTimeInMillis();
  const isOver = () => context.getRemainingTimeInMillis() < STOP_MS;
  const report = await countDue(ports, untilMs, isOver);
  if (report.counted + report.current > 0) log.info('counted', { ...report });
}
