// What Lambda refuses, by https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: what AWS would not
// take must not work here either.
import { StartFailure } from '../start-failure.ts';

/** "6 MB each for request and response (synchronous)": the service's own message has the bytes. */
const MAX_RESULT_BYTES = 6_291_556;
/** "4 KB, for all environment variables associated with the function, in aggregate". */
const MAX_ENVIRONMENT_BYTES = 4_096;

/** Lambda's message for a result that is too large. */
export function faultOfResult(result: string): string | undefined {
  return Buffer.byteLength(result) > MAX_RESULT_BYTES
    ? `Response payload size exceeded maximum allowed payload size (${MAX_RESULT_BYTES} bytes).`
    : undefined;
}

/** @throws StartFailure, as Lambda refuses the function while it is deployed */
export function requireEnvironment(
  name: string,
  variables: Readonly<Record<string, string>>,
): void {
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes <= MAX_ENVIRONMENT_BYTES) return;
  throw new StartFailure(
    `${name} has an environment of ${bytes} bytes, and Lambda allows ${MAX_ENVIRONMENT_BYTES}: shorten the settings in cdk.json`,
  );
}
