// DynamoDB calls that go wrong, for tests over the API's routes.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Settings } from '../../lambdas/core/settings.ts';
import { type ApiService, startApiService } from './api-service.ts';

/** What these tests look at in a call's input. */
export interface CallInput {
  readonly TableName?: string;
  readonly ConditionExpression?: string;
  readonly Item?: Readonly<Record<string, { readonly S?: string } | undefined>>;
  readonly Key?: Readonly<Record<string, { readonly S?: string } | undefined>>;
}

/**
 * A call fails without effect, or takes effect and its answer is lost: it is then repeated, or the function has died.
 */
export type Fate = 'fails' | 'loses its answer' | 'is the last' | undefined;
export type FateOf = (command: string, input: CallInput) => Fate | Promise<Fate>;

let hooks = 0;

/** The note of a key's use, which is left behind the answer. */
export const isNoteOfUse = (command: string, { Key }: CallInput): boolean =>
  command === 'UpdateItemCommand' && Key?.sk?.S?.startsWith('key_') === true;

export const isWrite = (command: string): boolean =>
  /^(Put|Update|Delete|BatchWrite)/.test(command);

/** The API's routes, and how many writes are under way; the end waits for all that was left behind an answer. */
export async function startService(
  limits: Partial<Settings['limits']> = {},
): Promise<ApiService & { readonly writesUnderWay: () => number }> {
  const service = await startApiService(limits);
  const underWay = new Map<Promise<unknown>, boolean>();
  service.client.middlewareStack.add(
    (next, { commandName }) =>
      (given) => {
        const call = next(given);
        const command = String(commandName);
        underWay.set(call, isWrite(command) && !isNoteOfUse(command, given.input as CallInput));
        call.catch(() => undefined).finally(() => underWay.delete(call));
        return call;
      },
    { step: 'initialize', priority: 'high', name: 'callsUnderWay' },
  );
  return {
    ...service,
    writesUnderWay: () => [...underWay.values()].filter((isMeant) => isMeant).length,
    async stop() {
      while (underWay.size > 0) await Promise.allSettled(underWay.keys());
      await service.stop();
    },
  };
}

/** Decides on each call that a client makes from now on. */
export function decideOnCalls(client: DynamoDBClient, fateOf: FateOf): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (given) => {
        const fate = await fateOf(String(commandName), given.input as CallInput);
        if (fate === 'fails') throw named('InternalFailure', 'the call failed');
        const answer = await next(given);
        // The SDK repeats a call that ends so.
        if (fate === 'loses its answer') throw named('TimeoutError', 'the answer was lost');
        if (fate === 'is the last') throw named('InternalFailure', 'the function died');
        return answer;
      },
    { step: 'deserialize', priority: 'high', name: `decideOnCalls${++hooks}` },
  );
}

/** The first call that is meant, and no other. */
export function first(
  fate: Exclude<Fate, undefined>,
  isMeant: (command: string, input: CallInput) => boolean,
): FateOf {
  let isOver = false;
  return (command, input) => {
    if (isOver || !isMeant(command, input)) return undefined;
    isOver = true;
    return fate;
  };
}

/** Counts the calls of one kind that a client makes from now on. */
export function countCalls(client: DynamoDBClient, command: string): () => number {
  let count = 0;
  decideOnCalls(client, (name) => {
    if (name === command) count++;
    return undefined;
  });
  return () => count;
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
