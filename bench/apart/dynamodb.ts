// DynamoDB's emulator in a process of its own: see emulators.ts.
import { startDynamoDb } from '../../local/dynamodb/emulator.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { gatekeeper, served, tell } from './service.ts';

const { url } = await startDynamoDb(process.argv[2] ?? '', gatekeeper);
tell({ tell: 'ready', url });
const { stack } = await served(() => '');
await createTables(stack, url, gatekeeper.host);
tell({ tell: 'open' });
