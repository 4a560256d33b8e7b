// How every AWS client tries: what is slow is given up in time for another try within the function's own.
import { createAwsRequestHandler } from './aws-requests.ts';

export const CLIENT_OPTIONS = {
  maxAttempts: 5,
  requestHandler: createAwsRequestHandler(),
  // The stack of a command's middleware is put together once, not for every call.
  cacheMiddleware: true,
};
