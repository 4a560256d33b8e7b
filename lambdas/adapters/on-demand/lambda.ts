// Lambda by the SDK's client, for tests of endpoints.
import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';

/** @returns the function's answer as JSON. @throws Error if it failed */
export function createInvoke(config: LambdaClientConfig) {
  const client = new LambdaClient(config);
  return async (functionName: string, payload: object): Promise<unknown> => {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
    if (answer.FunctionError !== undefined) throw new Error(answer.FunctionError);
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8'));
  };
}
