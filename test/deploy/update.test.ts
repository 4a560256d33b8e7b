// A stack that is at work is deployed again with other settings, removed, and deployed once more under its name.
import { join } from 'node:path';
import { DescribeTableCommand, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import { paginateListScheduleGroups, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newTenant, type TestTenant } from '../acceptance/client.ts';
import { type Deployed, deployedAws, deployedTarget } from '../acceptance/deployed-target.ts';
import { eventually } from '../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { brokenCopy, NO_ROLE, type StackTools, stackTools } from './stack.ts';

const LONG = 240_000;
/** Beyond a message's visibility timeout: the update may end a function in the middle of its work. */
const DELIVERED_WITHIN_MS = 150_000;
const SETTINGS = { retentionDays: 90, memoryMb: { dispatch: 1024 } };

let deployed: Deployed;
let stack: StackTools;
let assembly: string;
let receiver: TestReceiver;
let tenant: TestTenant;

beforeAll(async () => {
  const found = inject('deployed');
  if (!found) throw new Error('run it with npm run test:deploy');
  deployed = found;
  stack = stackTools(found.awsUrl, workDir());
  receiver = await startReceiver();
  tenant = await newTenant(deployedTarget(found));
  assembly = await stack.synthesize('second', SETTINGS);
}, LONG);
afterAll(() => receiver?.close());

/** The event's item: it stands in one of four shards. */
async function eventItem(eventId: string) {
  const { dynamoDb, ledgerTable: TableName } = deployedAws(deployed);
  const answers = await Promise.all(
    [0, 1, 2, 3].map((shard) => {
      const Key = { pk: { S: `live#${tenant.id}#e${shard}` }, sk: { S: eventId } };
      return dynamoDb.send(new GetItemCommand({ TableName, Key }));
    }),
  );
  return answers.find(({ Item }) => Item !== undefined)?.Item;
}

const dispatchMemory = async () =>
  (await stack.functions()).find(({ FunctionName }) => FunctionName?.includes('Dispatch'))
    ?.MemorySize;

const workDir = () => process.env.POSTHORN_DEPLOY_DIR ?? '';
const clientOptions = () => ({
  endpoint: deployed.awsUrl,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

async function groups(): Promise<string[]> {
  const names: string[] = [];
  const client = new SchedulerClient(clientOptions());
  for await (const page of paginateListScheduleGroups({ client }, {})) {
    names.push(...(page.ScheduleGroups ?? []).map(({ Name = '' }) => Name));
  }
  return names;
}

/** What settings may switch on and off, as Lambda has it. */
async function switched() {
  const client = new LambdaClient(clientOptions());
  const windows: unknown[] = [];
  for await (const page of paginateListEventSourceMappings({ client }, {})) {
    for (const one of page.EventSourceMappings ?? []) {
      const { EventSourceArn, MaximumBatchingWindowInSeconds, BatchSize } = one;
      windows.push([EventSourceArn, MaximumBatchingWindowInSeconds, BatchSize]);
    }
  }
  const tracing = (await stack.functions()).map((fn) => fn.TracingConfig?.Mode);
  return { windows: windows.sort(), tracing, resources: await stack.resources() };
}

/** It goes on counting while the endpoint fails. */
const withoutHealth = (endpoint: object) => ({ ...endpoint, health: undefined });

describe('a changed setting', () => {
  it(
    'is deployed in place: what was written stays, and what waits is delivered',
    async () => {
      receiver.answer('/waiting', () => 500);
      const steps = [{ count: 90, seconds: 3 }];
      const retryPolicy = { immediate: false, steps };
      await tenant.endpoint(`${receiver.url}/waiting`, { eventTypes: ['waits'], retryPolicy });
      await tenant.endpoint(`${receiver.url}/done`, { eventTypes: ['done'] });
      const done = await tenant.event({ type: 'done', data: { n: 1 } });
      const waits = await tenant.event({ type: 'waits', data: { n: 2 } });
      await receiver.untilAt('/waiting', 1);
      await eventually(async () => {
        const { body } = await tenant.call('GET', `/v1/events/${done}`);
        return body.deliveries?.[0]?.status === 'delivered';
      });
      const read = async () => {
        const { body: endpoints } = await tenant.call('GET', '/v1/endpoints');
        const { body: event } = await tenant.call('GET', `/v1/events/${done}`);
        const { body: keys } = await tenant.call('GET', '/v1/keys');
        return { endpoints: endpoints.data.map(withoutHealth), event, keys };
      };
      const before = await read();
      const memoryBefore = await dispatchMemory();

      const updated = await stack.deploy(assembly);
      expect(updated).toEqual(deployed);
      expect(await dispatchMemory()).toBe(SETTINGS.memoryMb.dispatch);
      expect(memoryBefore).not.toBe(SETTINGS.memoryMb.dispatch);
      await stack.diff(assembly);

      expect(await read()).toEqual(before);
      receiver.answer('/waiting', () => 200);
      const delivery = await eventually(async () => {
        const { body } = await tenant.call('GET', `/v1/events/${waits}`);
        return body.deliveries?.find(({ status }) => status === 'delivered');
      }, DELIVERED_WITHIN_MS);
      expect(delivery.attempts[0]?.outcome).toBe('http_500');
      expect(delivery.attempts.at(-1)?.outcome).toBe('http_200');

      // And it takes new work, under the new settings.
      const next = await tenant.event({ type: 'done', data: { n: 3 } });
      await receiver.untilAt('/done', 2);
      const kept = await eventually(() => eventItem(next));
      const days = (Number(kept.exp?.N) * 1000 - Number(kept.at?.N)) / 86_400_000;
      expect(Math.round(days)).toBe(SETTINGS.retentionDays);
    },
    LONG,
  );
});

describe('settings that are switched on and off again', () => {
  const ON = {
    ...SETTINGS,
    tracing: 'xray',
    domain: {
      name: 'hooks.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/0f1e2d3c-aaaa-bbbb-cccc',
    },
    sources: { events: { windowSeconds: 0 }, retries: { windowSeconds: 5 } },
  };

  it(
    'leave nothing behind',
    async () => {
      const before = await switched();
      expect(new Set(before.tracing)).toEqual(new Set(['PassThrough']));
      await stack.deploy(await stack.synthesize('switched-on', ON));
      const during = await switched();
      expect(new Set(during.tracing)).toEqual(new Set(['Active']));
      expect(during.windows).not.toEqual(before.windows);
      expect(during.resources.size).toBeGreaterThan(before.resources.size);
      await stack.deploy(assembly);
      expect(await switched()).toEqual(before);
    },
    LONG,
  );
});

describe('cdk destroy', () => {
  it(
    'removes the service and keeps tables and secrets',
    async () => {
      await stack.destroy(assembly);
      expect(await stack.functions()).toEqual([]);
      const gone = await tenant.call('GET', '/v1/endpoints').catch(() => undefined);
      expect(gone?.status).not.toBe(200);
      const { dynamoDb, ledgerTable: TableName } = deployedAws(deployed);
      const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
      expect(Table?.TableStatus).toBe('ACTIVE');
      expect((await dynamoDb.send(new ScanCommand({ TableName, Limit: 1 }))).Items).toHaveLength(1);
      expect(await stack.operatorKey(deployed)).toBe(deployed.operatorKey);
      // Its name is fixed: a group that stayed would be in the way of the next deployment.
      expect(await groups()).not.toContain(deployed.scheduleGroup);
    },
    LONG,
  );
});

describe('after it', () => {
  it(
    'a deployment that fails at its end leaves nothing that blocks the next one, which delivers',
    async () => {
      const broken = brokenCopy(assembly, join(workDir(), 'broken'));
      await expect(stack.deploy(broken)).rejects.toThrow(NO_ROLE);
      expect(await stack.functions()).toEqual([]);
      expect(await groups()).not.toContain(deployed.scheduleGroup);

      const again = await stack.deploy(assembly);
      expect(again.scheduleGroup).toBe(deployed.scheduleGroup);
      // The emulator makes up the same names again for what stayed; AWS makes up others.
      const next = await newTenant(deployedTarget(again));
      await next.endpoint(`${receiver.url}/again`, { eventTypes: ['again'] });
      await next.event({ type: 'again', data: { n: 4 } });
      await receiver.untilAt('/again', 1);
      await stack.destroy(assembly);
    },
    LONG,
  );
});
