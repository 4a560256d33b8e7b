// What the api function has of the ledger, with everything sealed opened.

import { createDueHours } from '../../adapters/analytics/due-hours.ts';
import { createRollups } from '../../adapters/analytics/rollups.ts';
import type { DynamoDb } from '../../adapters/aws/dynamodb/calls.ts';
import { tableOf } from '../../adapters/aws/dynamodb/calls.ts';
import { countStates } from '../../adapters/ledger/counted.ts';
import { createDeliveryLedger } from '../../adapters/ledger/deliveries.ts';
import { createEventLedger } from '../../adapters/ledger/events.ts';
import { createHealthLedger } from '../../adapters/ledger/health.ts';
import { createNoticeLedger } from '../../adapters/ledger/notices.ts';
import { createRedactionLedger } from '../../adapters/ledger/redaction.ts';
import { createReplayLedger } from '../../adapters/ledger/replays.ts';
import { createSessionStore } from '../../adapters/ledger/sessions.ts';
import {
  openingDeliveries,
  openingEvents,
  sealingDeliveries,
  type VaultPorts,
} from '../../adapters/ledger/vault.ts';
import { createWakes } from '../../adapters/ledger/wakes.ts';
import { createWorkLedger } from '../../adapters/ledger/work.ts';
import { metrics } from '../../adapters/metrics.ts';
import { surroundings, variable } from '../../adapters/surroundings.ts';
import type { Settings } from '../../core/settings.ts';
import { Env } from '../../environment.ts';

export function wireLedger(dynamoDb: DynamoDb, settings: Settings, vault: VaultPorts) {
  const table = variable(Env.ledgerTable);
  const events = createEventLedger(tableOf(dynamoDb, table), settings);
  const deliveries = countStates(createDeliveryLedger(tableOf(dynamoDb, table), settings), metrics);
  const sealed = settings.sealEventData ? sealingDeliveries(vault, deliveries) : deliveries;
  return {
    ledger: { ...events, ...openingEvents(vault, events), ...openingDeliveries(vault, sealed) },
    notices: createNoticeLedger(tableOf(dynamoDb, table)),
    redactions: createRedactionLedger(tableOf(dynamoDb, table)),
    sessions: createSessionStore(tableOf(dynamoDb, table)),
    health: createHealthLedger(tableOf(dynamoDb, table)),
    replays: createReplayLedger(tableOf(dynamoDb, table), settings),
    wakes: createWakes(tableOf(dynamoDb, table), surroundings),
    dueHours: createDueHours(tableOf(dynamoDb, table)),
    rollups: createRollups(tableOf(dynamoDb, table)),
    work: createWorkLedger(tableOf(dynamoDb, table)),
  };
}
