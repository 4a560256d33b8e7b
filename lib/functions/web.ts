// Serves the console and the portal: files, and nothing that needs a grant.
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Env } from '../../lambdas/environment.ts';
import { instanceNameOf } from '../instance.ts';
import { NodeFunction } from '../node-function/node-function.ts';
import type { Service } from './service.ts';

export class Web extends NodeFunction {
  constructor(scope: Construct, id: string, { configuration, storage }: Service) {
    super(scope, id, {
      configuration,
      environment: {
        [Env.instanceName]: instanceNameOf(storage),
        [Env.settings]: JSON.stringify({ portal: configuration.portal }),
      },
      folder: 'web',
      memoryMb: configuration.memoryMb.web,
      timeout: Duration.seconds(10),
    });
  }
}
