// How every AWS client is set up: what is slow is given up in time for another try within the function's own,
// and a call does no work that nobody looks at. Calls are most of what a delivery costs in CPU.
import { createAwsRequestHandler } from './aws-requests.ts';
import { Sha256 } from './sha256.ts';

export const CLIENT_OPTIONS = {
  maxAttempts: 5,
  requestHandler: createAwsRequestHandler(),
  // The stack of a command's middleware is put together once, not for every call.
  cacheMiddleware: true,
  sha256: Sha256,
};

/** Steps that we do without: each call's input and output copied for a log that there is none of, and a
 * long name of the client, in place of which aws-requests.ts sends a short one. */
const SPARED = ['loggerMiddleware', 'getUserAgentMiddleware'];

/** The client, without these steps. */
export function spared<T extends { middlewareStack: { remove(name: string): boolean } }>(
  client: T,
): T {
  for (const name of SPARED) client.middlewareStack.remove(name);
  return client;
}
