// DynamoDB's emulator in a process of its own, with Lambda's readers of its streams.
import { startDynamoDb } from '../../local/dynamodb/emulator.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { startStreamSources } from '../../local/functions/stream-sources.ts';
import { gatekeeper, onFailure, served, tell } from './service.ts';

const dynamoDb = await startDynamoDb(process.argv[2] ?? '', gatekeeper);
tell({ tell: 'ready', url: dynamoDb.url });
const { stack, permissions, functions } = await served(() => '');
await createTables(stack, dynamoDb.url, gatekeeper.host);
await startStreamSources(stack, { dynamoDb, functions, permissions, onFailure });
tell({ tell: 'open' });
