// The two secrets: both stay when the stack goes. Without the first, every sealed value is lost.
import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';
import { Env } from '../lambdas/environment.ts';
import { titleOf } from './instance.ts';
import type { NodeFunction } from './node-function/node-function.ts';

const VARIABLES = { operator: Env.operatorSecretArn, sealing: Env.sealingSecretArn };

export class Keys extends Construct {
  /** Seals endpoints' secrets and private keys. */
  readonly sealing: Secret;
  /** The operator's key. */
  readonly operator: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const generateSecretString = { passwordLength: 64, excludePunctuation: true };
    // Only those of a deployment that succeeded: one that is rolled back leaves nothing.
    const removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.sealing = new Secret(this, 'Sealing', {
      description: `${titleOf(this)}: seals the secrets of endpoints. Never delete it.`,
      generateSecretString,
      removalPolicy,
    });
    this.operator = new Secret(this, 'Operator', {
      description: `${titleOf(this)}: the operator's key.`,
      generateSecretString,
      removalPolicy,
    });
    NagSuppressions.addResourceSuppressions(
      [this.sealing, this.operator],
      [
        {
          id: 'AwsSolutions-SMG4',
          reason:
            'The sealing key cannot change without sealing anew what it sealed, which the operator sets going; the operator changes the other when needed.',
        },
      ],
    );
  }

  /** Lets a function read these, and tells it where they are. */
  grantRead(fn: NodeFunction, ...names: (keyof typeof VARIABLES)[]): void {
    const arns = names.map((name) => this[name].secretArn);
    fn.allow(['secretsmanager:GetSecretValue'], arns);
    for (const name of names) fn.tell({ [VARIABLES[name]]: this[name].secretArn });
  }
}
