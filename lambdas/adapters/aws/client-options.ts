// How the SDK's clients are set up: a slow request is given up early enough to try again before the function's timeout.
import { createAwsRequestHandler } from './requests.ts';

export const CLIENT_OPTIONS = {
  maxAttempts: 5,
  requestHandler: createAwsRequestHandler(),
};
