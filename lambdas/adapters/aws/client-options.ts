// How the SDK's clients are set up: what is slow is given up in time for another try within the function's own.
import { createAwsRequestHandler } from './requests.ts';

export const CLIENT_OPTIONS = {
  maxAttempts: 5,
  requestHandler: createAwsRequestHandler(),
};
