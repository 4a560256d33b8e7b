// Takes the place of the SDK's chain of credential providers in our bundles (lib/node-function/node-function.ts): a
// function's credentials are in its environment, and files, SSO and STS would only weigh on its start.
import { defined } from '../../core/defined.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html: reserved variables */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new Error('the environment holds no AWS credentials');
    }
    return defined({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN || undefined,
    });
  };
}
