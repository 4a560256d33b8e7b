// How every AWS client is set up: what is slow is given up in time for another try within the function's own,
// and a call does no work that nobody looks at. Calls are most of what a delivery costs in CPU.
import { createAwsRequestHandler } from './aws-requests.ts';

export const CLIENT_OPTIONS = {
  maxAttempts: 5,
  requestHandler: createAwsRequestHandler(),
};
