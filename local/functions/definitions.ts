// The template's Lambda functions as this machine runs them: bundle, timeout and environment, with
// the emulators in the place of AWS.
import { join } from 'node:path';
import { z } from 'zod';
import { nameInArn, REGION } from '../aws-names.ts';
import type { Gatekeeper } from '../gate/gatekeeper.ts';
import type { Assembly } from '../stack/assembly.ts';
import type { Stack } from '../stack/stack.ts';
import type { FunctionDefinition } from './host.ts';
import { requireEnvironment } from './limits.ts';

const functionProperties = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Role: z.string(),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Environment: z
    .object({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
});

export interface Endpoints {
  sqs: string;
  dynamoDb: string;
  s3: string;
  /** Secrets Manager, Scheduler, Lambda and SES. */
  control: string;
}

export function defineFunctions(
  stack: Stack,
  assembly: Assembly,
  gatekeeper: Gatekeeper,
  endpoints: Endpoints,
  destinationRules: Record<string, string>,
): FunctionDefinition[] {
  return stack.resources('AWS::Lambda::Function').map(({ logicalId, properties }) => {
    const wanted = functionProperties.parse(properties);
    const name = stack.reference(logicalId);
    const roleName = nameInArn(wanted.Role).replace(/^role\//, '');
    const [file, exported] = wanted.Handler.split('.');
    requireEnvironment(name, wanted.Environment.Variables);
    const { accessKeyId, secretAccessKey } = gatekeeper.admit({ functionName: name, roleName });
    if (exported !== 'handler') throw new Error(`${name}: the handler must be called "handler"`);
    return {
      name,
      arn: stack.attribute(logicalId, 'Arn'),
      roleName,
      bundleFile: join(assembly.assetFolder(wanted.Code.S3Key), `${file}.mjs`),
      timeoutMs: wanted.Timeout * 1000,
      memoryMb: wanted.MemorySize,
      env: {
        TZ: 'UTC',
        ...wanted.Environment.Variables,
        ...destinationRules,
        AWS_REGION: REGION,
        AWS_DEFAULT_REGION: REGION,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(wanted.MemorySize),
        AWS_ENDPOINT_URL_SQS: endpoints.sqs,
        AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
        AWS_ENDPOINT_URL_S3: endpoints.s3,
        AWS_ENDPOINT_URL_SCHEDULER: endpoints.control,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.control,
        AWS_ENDPOINT_URL_LAMBDA: endpoints.control,
        AWS_ENDPOINT_URL_SESV2: endpoints.control,
      },
    };
  });
}
