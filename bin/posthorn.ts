// The CDK app: reads the configuration, creates the stack.
import { App } from 'aws-cdk-lib';
import { ConfigurationFault, parseConfiguration } from '../lib/configuration.ts';
import { PosthornStack } from '../lib/posthorn-stack.ts';

const app = new App();
try {
  const configuration = parseConfiguration(app.node.tryGetContext('posthorn') ?? {});
  new PosthornStack(app, configuration.stackName, { configuration });
} catch (error) {
  if (!(error instanceof ConfigurationFault)) throw error;
  console.error(error.message);
  process.exit(1);
}
