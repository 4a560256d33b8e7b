// Tests of endpoints, by the dispatch function: they take the same way out as deliveries.

import type { TestDeliveries } from '../core/deliveries/test.ts';
import { MAX_TEST_MS, testReportSchema } from '../core/deliveries/test.ts';
import { TestNotSentError } from '../core/errors.ts';

/** Beside the request's own timeout: for a cold start of dispatch, and its work around the request. */
const MARGIN_MS = 5_000;

/** @param functionName gives the dispatch function's name when it is needed */
export function createTestDeliveries(functionName: () => string): TestDeliveries {
  const config = {
    // A second try would be a second request to the receiver.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: MAX_TEST_MS + MARGIN_MS },
  };
  let invoke: ((functionName: string, payload: object) => Promise<unknown>) | undefined;
  return {
    async send(request) {
      try {
        invoke ??= (await import('#on-demand/lambda')).createInvoke(config);
        return testReportSchema.parse(await invoke(functionName(), { test: request }));
      } catch (error) {
        throw new TestNotSentError(error);
      }
    },
  };
}
