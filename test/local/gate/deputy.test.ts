// The emulator of DynamoDB decides in its own thread: what it lets in, refuses and counts is known here at once.
import { DynamoDBClient, GetItemCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DynamoDbEmulator } from '../../../local/dynamodb/emulator.ts';
import { startDynamoDbThread } from '../../../local/dynamodb/thread.ts';
import { type Credentials, Gatekeeper } from '../../../local/gate/gatekeeper.ts';
import { Meter } from '../../../local/gate/meter.ts';
import { Permissions } from '../../../local/gate/permissions.ts';
import { temporaryFolder } from '../emulators.ts';

const folder = temporaryFolder();
const action = 'dynamodb:ListTables';
const grant = { roleName: 'reader', action, resource: '*' };
const statement = { Effect: 'Allow', Action: action, Resource: '*' };
const other = { ...grant, roleName: 'writer' };
const rules = new Map(
  [other, grant].map((one) => [one.roleName, { denials: [], grants: [{ grant: one, statement }] }]),
);
const permissions = new Permissions(rules);
const meter = new Meter();
const gatekeeper = new Gatekeeper(meter);
let emulator: DynamoDbEmulator;
let credentials: Credentials;

beforeAll(async () => {
  emulator = await startDynamoDbThread(folder.path, gatekeeper, false);
  credentials = gatekeeper.admit({ functionName: 'fn', roleName: 'reader' });
  gatekeeper.enforce(permissions);
});
afterAll(async () => {
  await emulator.close();
  folder.remove();
});
beforeEach(() => {
  permissions.takeRecord();
  meter.reset();
});

async function asked(
  by: Credentials,
  command: ListTablesCommand | GetItemCommand,
): Promise<string> {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: emulator.url,
    credentials: by,
    maxAttempts: 1,
  });
  try {
    await client.send(command as ListTablesCommand);
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    client.destroy();
  }
}
const list = (by = credentials) => asked(by, new ListTablesCommand({}));
const get = () =>
  asked(credentials, new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } }));

describe('in the thread of the emulator', () => {
  it('what the role grants is done, and the grant counts as used', async () => {
    expect(await list()).toBe('done');
    expect(permissions.takeRecord()).toEqual({ used: new Set([grant]), denied: [] });
    expect(permissions.takeRecord().used.size).toBe(0);
  });

  it('what it does not grant is refused, and known', async () => {
    expect(await get()).toBe('AccessDeniedException');
    const denied = [
      { roleName: 'reader', need: expect.objectContaining({ action: 'dynamodb:GetItem' }) },
    ];
    expect(permissions.denied).toEqual(denied);
    expect(permissions.takeRecord().denied).toEqual(denied);
    expect(permissions.denied).toEqual([]);
  });

  it('a grant that is withheld is none, until it is given back', async () => {
    permissions.withhold(grant);
    expect(await list()).toBe('AccessDeniedException');
    permissions.withhold(other);
    expect(await list()).toBe('done');
    permissions.withhold(undefined);
    expect(await list()).toBe('done');
  });

  it('calls count together with those made here', async () => {
    await list();
    await list(gatekeeper.host);
    meter.count('fn', 'dynamodb', 'ListTables');
    meter.count('fn', 'sqs', 'SendMessage');
    meter.add('fn', 'sqs.requests', 1);
    expect(meter.snapshot()).toEqual({
      fn: { 'dynamodb:ListTables': 2, 'sqs:SendMessage': 1 },
      host: { 'dynamodb:ListTables': 1 },
    });
    expect(meter.units()).toEqual({ fn: { 'sqs.requests': 1 } });
    meter.reset();
    expect(meter.snapshot()).toEqual({});
  });

  it('a key that nobody was given is refused', async () => {
    expect(await list({ ...credentials, accessKeyId: 'AKIA0' })).toBe(
      'UnrecognizedClientException',
    );
    expect(await list({ ...credentials, secretAccessKey: 'x' })).toBe('InvalidSignatureException');
  });
});
