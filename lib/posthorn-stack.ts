// The service as a stack of its own. CDK leaves the id `Default` out of logical ids and names.
import { type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type AppConfiguration, IN_CDK_JSON } from './configuration.ts';
import { Posthorn } from './posthorn.ts';

interface PosthornStackProps {
  readonly configuration: AppConfiguration;
  /** Where the code of the functions is found. @default in the bucket of `cdk bootstrap` */
  readonly synthesizer?: IStackSynthesizer;
}

class OwnPosthorn extends Posthorn {
  override get faultsBegin(): string {
    return IN_CDK_JSON;
  }
}

export class PosthornStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, ...props }: PosthornStackProps) {
    super(scope, id, { description: 'Posthorn: webhook delivery.', ...props });
    const { stackName: _, ...settings } = configuration;
    new OwnPosthorn(this, 'Default', settings);
  }
}
