// The sweep function: runs every five minutes.
import { createDynamoDb } from '../adapters/dynamodb.ts';
import { log } from '../adapters/log.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues.ts';
import { surroundings, variable } from '../adapters/surroundings.ts';
import { createWakes } from '../adapters/wakes.ts';
import { Env } from '../environment.ts';
import { type SweepPorts, sweep } from './sweep.ts';

const ports: SweepPorts = {
  wakes: createWakes(createDynamoDb(), variable(Env.ledgerTable), surroundings),
  queues: createQueues(createSqs(), queueUrls()),
  surroundings,
};

export async function handler(): Promise<void> {
  const repeated = await sweep(ports);
  log.info('swept', { repeatedWakes: repeated });
}
