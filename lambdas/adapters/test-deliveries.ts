// Tests of endpoints, by the dispatch function: they take the same way out as deliveries.
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { TestNotSentError } from '../core/errors.ts';
import type { TestDeliveries } from '../core/ports.ts';
import { MAX_TEST_MS, testReportSchema } from '../core/test-delivery.ts';

/** For a cold start of dispatch, and for what it does around the request. */
const MARGIN_MS = 5_000;

/** @param functionName gives the dispatch function's name when it is needed */
export function createTestDeliveries(functionName: () => string): TestDeliveries {
  const client = new LambdaClient({
    // A second try would be a second request to the receiver.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: MAX_TEST_MS + MARGIN_MS },
  });
  return {
    async send(request) {
      try {
        const answer = await client.send(
          new InvokeCommand({
            FunctionName: functionName(),
            Payload: Buffer.from(JSON.stringify({ test: request })),
          }),
        );
        if (answer.FunctionError !== undefined) throw new Error(answer.FunctionError);
        return testReportSchema.parse(
          JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')),
        );
      } catch (error) {
        throw new TestNotSentError(error);
      }
    },
  };
}
