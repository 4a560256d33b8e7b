// Parts that are broken on purpose.
import type { Services } from '../../local/simulation/system/adapters.ts';
import type { FunctionName } from '../../local/simulation/system/functions.ts';
import type { Sabotage } from '../../local/simulation/system/system.ts';

/** Makes some calls of a function to DynamoDB or SQS in another way. */
export function withCalls(
  services: Services,
  change: (
    operation: string,
    // biome-ignore lint/suspicious/noExplicitAny: each operation has an input of its own
    input: any,
    make: (given: object) => Promise<unknown>,
  ) => Promise<unknown> | undefined,
): Services {
  const changed = <C extends object>({ call }: { call: C }) => ({
    call: ((operation: string, input: object, signal?: AbortSignal) => {
      const make = (given: object) =>
        (call as never as typeof change)(operation, given, signal as never);
      return change(operation, input, make as never) ?? make(input);
    }) as never as C,
  });
  return { ...services, dynamoDb: changed(services.dynamoDb), sqs: changed(services.sqs) };
}

/** Breaks one function alone. */
export const only =
  (name: FunctionName, sabotage: Sabotage): Sabotage =>
  (services, of, instance) =>
    of === name ? sabotage(services, of, instance) : services;
