// What the api function has of the registry, and the secrets that open it.

import type { DynamoDb } from '../../adapters/aws/dynamodb/calls.ts';
import { tableOf } from '../../adapters/aws/dynamodb/calls.ts';
import { createTombstones } from '../../adapters/ledger/tombstones.ts';
import { createEventTypeStore } from '../../adapters/registry/event-types.ts';
import { createKeyringStore } from '../../adapters/registry/keyring.ts';
import { createRegistry } from '../../adapters/registry/registry.ts';
import { createTemplates } from '../../adapters/registry/templates.ts';
import { withTokens } from '../../adapters/registry/tokens.ts';
import { createSecrets, secretArns } from '../../adapters/secrets.ts';
import { surroundings, variable } from '../../adapters/surroundings.ts';
import type { Settings } from '../../core/settings.ts';
import { Env } from '../../environment.ts';

export function wireRegistry(dynamoDb: DynamoDb, settings: Settings) {
  const table = variable(Env.registryTable);
  const secrets = createSecrets(secretArns(), surroundings);
  const tombstones = createTombstones(tableOf(dynamoDb, variable(Env.ledgerTable)), settings);
  const sealedRegistry = createRegistry(tableOf(dynamoDb, table), surroundings, tombstones);
  return {
    secrets,
    /** Endpoints' tokens are still sealed in it. */
    sealedRegistry,
    registry: withTokens({ secrets, surroundings }, sealedRegistry),
    endpoints: sealedRegistry,
    keyring: createKeyringStore(tableOf(dynamoDb, table)),
    templates: createTemplates(tableOf(dynamoDb, table), tombstones),
    eventTypes: createEventTypeStore(tableOf(dynamoDb, table)),
  };
}
