// Says in one line where the suites run over dynalite alone.
import { expect, it } from 'vitest';
import { DYNAMODB_URL_VARIABLE, dynamoDbUrl, LEDGERS, OVER_URL } from './ledgers.ts';

it('the suites run over a second implementation of DynamoDB', ({ skip }) => {
  if (!dynamoDbUrl) {
    const reason = `${DYNAMODB_URL_VARIABLE} is not set`;
    console.log(`skipped: the conformance suites over a second DynamoDB (${reason})`);
    skip(reason);
  }
  expect(LEDGERS).toContain(OVER_URL);
});
