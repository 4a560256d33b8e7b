// A client of the SDK as calls by the names of its operations.
import type { Calls, Operations } from '../aws/direct-calls.ts';

interface Client {
  send(command: object, options?: { readonly abortSignal: AbortSignal }): Promise<object>;
}

/** @param commands the SDK's classes, by operation */
export function callsBySdk<O extends Operations<O>>(
  client: object,
  commands: { readonly [Name in keyof O]: new (input: O[Name]['input']) => object },
): Calls<O> {
  // The SDK's types name each command's input and output: those of the operations are the same ones.
  const typed = client as Client;
  return {
    call: async (operation, input, signal) => {
      const options = signal && { abortSignal: signal };
      return (await typed.send(new commands[operation](input), options)) as never;
    },
  };
}
