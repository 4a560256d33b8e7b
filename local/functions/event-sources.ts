// The template's SQS event source mappings, started; those of streams are in stream-sources.ts.
import { z } from 'zod';
import { functionNameOf } from '../aws-names.ts';
import { sqsCall } from '../gate/aws-calls.ts';
import type { Meter } from '../gate/meter.ts';
import type { Need, Permissions } from '../gate/permissions.ts';
import type { SqsEmulator } from '../sqs/emulator.ts';
import type { Stack } from '../stack/stack.ts';
import { StartFailure } from '../start-failure.ts';
import { EventSource } from './event-source.ts';
import type { FunctionDefinition, FunctionHost } from './host.ts';

const mappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.number().default(10),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  FunctionResponseTypes: z.array(z.string()).default([]),
  // Lambda goes up to 1,000 or 1,250 when no maximum is said.
  ScalingConfig: z.object({ MaximumConcurrency: z.number().default(1_000) }).prefault({}),
});

/** Where so many invocations may be under way, there is always work: what it invokes is loaded before the first comes. */
const KEPT_FROM = 20;

/** A further source of a function has an instance of its own where so many invocations may be under way. */
const OWN_INSTANCE_FROM = 10;

/** What Lambda does with a queue, by the function's own role. */
const POLLER_OPERATIONS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

/** What an event source needs of a function. */
export interface Invoked extends Pick<FunctionHost, 'invoke' | 'start'> {
  readonly definition: Pick<FunctionDefinition, 'roleName'>;
  lane(name: string): Pick<FunctionHost, 'invoke'>;
}

interface EventSourceSurroundings {
  emulator: SqsEmulator;
  functions: ReadonlyMap<string, Invoked>;
  permissions: Permissions;
  meter: Meter;
  onFailure(error: unknown): void;
}

export function startEventSources(
  stack: Stack,
  { emulator, functions, permissions, meter, onFailure }: EventSourceSurroundings,
): EventSource[] {
  const mappings = stack
    .resources('AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => mappingProperties.parse(properties))
    .filter(({ Enabled, EventSourceArn }) => Enabled && EventSourceArn.includes(':sqs:'));
  const served = new Set<string>();
  return mappings.map((mapping) => {
    const queue = emulator.store.getQueueByArn(mapping.EventSourceArn);
    const name = functionNameOf(mapping.FunctionName);
    const host = functions.get(name);
    if (queue === undefined || host === undefined) {
      throw new Error(`no queue or function for the event source ${mapping.EventSourceArn}`);
    }
    requirePolling(permissions, host.definition.roleName, queue.name);
    const { MaximumConcurrency: maximumConcurrency } = mapping.ScalingConfig;
    const isFurther = served.has(name) && maximumConcurrency >= OWN_INSTANCE_FROM;
    served.add(name);
    const instance = isFurther ? host.lane(queue.name) : host;
    // The API is there first: this is loaded behind it. What cannot be loaded says so, and its messages wait.
    if (!isFurther && maximumConcurrency >= KEPT_FROM) host.start().catch(() => undefined);
    return new EventSource({
      queue,
      emulator,
      batchSize: mapping.BatchSize,
      windowMs: mapping.MaximumBatchingWindowInSeconds * 1000,
      maximumConcurrency,
      reportsBatchItemFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
      invoke: (event) => instance.invoke(event),
      onCall: (operation, payloadBytes) => {
        meter.count(name, 'sqs', operation);
        meter.sqsRequest(name, payloadBytes, false);
      },
      onFailure: (error) => onFailure(error),
    });
  });
}

/** @throws StartFailure if the role lacks what Lambda needs to read the queue for its function */
export function requirePolling(
  permissions: Permissions,
  roleName: string,
  queueName: string,
): void {
  const needs = POLLER_OPERATIONS.flatMap(
    (operation) => sqsCall(operation, { QueueName: queueName }).needs,
  );
  requireGranted(permissions, roleName, needs);
}

/** @throws StartFailure if the role lacks what an event source of its function needs */
export function requireGranted(
  permissions: Permissions,
  roleName: string,
  needs: readonly Need[],
): void {
  const missing = needs.find((need) => !permissions.allows(roleName, need));
  if (missing === undefined) return;
  throw new StartFailure(
    `${roleName} does not grant ${missing.action} on ${missing.resource}, which its event source needs`,
  );
}
