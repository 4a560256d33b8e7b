// The service as a stack of its own. CDK leaves the id `Default` out of logical ids and names.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AppConfiguration } from './configuration.ts';
import { Posthorn } from './posthorn.ts';

export class PosthornStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { configuration }: { readonly configuration: AppConfiguration },
  ) {
    super(scope, id, { description: 'Posthorn: webhook delivery.' });
    const { stackName: _, ...props } = configuration;
    new Posthorn(this, 'Default', props);
  }
}
