// Lambda refuses environments above 4 KB while it deploys. How long they are is known before, but for the names that
// CloudFormation makes up: those are taken at their longest.
import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import { type Configuration, ConfigurationFault } from '../configuration.ts';
import { faultsOf } from '../instance.ts';
import type { NodeFunction } from '../node-function/node-function.ts';

/**
 * "4 KB, for all environment variables associated with the function, in aggregate", of the map as JSON.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_BYTES = 4_096;

const ACCOUNT = '0'.repeat(12);
const REGION = 'ap-southeast-99';
const PARTITION = 'aws-us-gov';
const SUFFIX = 'amazonaws.com.cn';
const LONGEST: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': PARTITION,
  'AWS::Region': REGION,
  'AWS::URLSuffix': SUFFIX,
};

/** A nested stack has a name of CloudFormation's, which has no more. */
const LONGEST_STACK_NAME = 'N'.repeat(128);

function stackNameOf(fn: NodeFunction): string {
  const { stackName } = Stack.of(fn);
  return Token.isUnresolved(stackName) ? LONGEST_STACK_NAME : stackName;
}

/** CloudFormation puts 13 characters after the stack's name and the logical id. */
const named = (stackName: string, logicalId: string, maxLength: number) =>
  `${stackName}-${logicalId}-${'X'.repeat(13)}`.slice(0, maxLength);

const arn = (service: string, rest: string) =>
  `arn:${PARTITION}:${service}:${REGION}:${ACCOUNT}:${rest}`;

/** What a reference to a resource, or to its only attribute that functions are told, is at its longest. */
function longestOf(type: string | undefined, attribute: string | undefined, name: Name): string {
  switch (type) {
    case 'AWS::SQS::Queue':
      if (attribute === 'QueueName') return name(80);
      return attribute === undefined
        ? `https://sqs.${REGION}.${SUFFIX}/${ACCOUNT}/${name(80)}`
        : arn('sqs', name(80));
    case 'AWS::IAM::Role':
      return arn('iam', `role/${name(64)}`);
    case 'AWS::Lambda::Function':
    case 'AWS::SES::ConfigurationSet':
      return name(64);
    case 'AWS::DynamoDB::GlobalTable':
      return name(255);
    case 'AWS::S3::Bucket':
      return name(63);
    case 'AWS::SecretsManager::Secret':
      return arn('secretsmanager', `secret:${name(512)}-${'X'.repeat(6)}`);
    case 'AWS::ApiGatewayV2::Api':
      return 'x'.repeat(10);
    case 'AWS::EC2::EIP':
      return '255.255.255.255';
    default:
      throw new Error(`how long is a ${type}? A function is told one.`);
  }
}
type Name = (maxLength: number) => string;

/** The bytes of a function's environment as Lambda counts them, at most. */
export function longestEnvironment(fn: NodeFunction): number {
  const stack = Stack.of(fn);
  const types = new Map(
    stack.node
      .findAll()
      .filter((one) => CfnResource.isCfnResource(one))
      .map((one) => [stack.resolve(one.logicalId), one.cfnResourceType]),
  );
  const lengthen = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const { Ref: id, 'Fn::GetAtt': path, 'Fn::Join': join } = Object(value);
    if (join) return join[1].map(lengthen).join(join[0]);
    const [logicalId, attribute] = path ?? [id];
    const pseudo = LONGEST[logicalId];
    if (pseudo !== undefined) return pseudo;
    const name: Name = (maxLength) => named(stackNameOf(fn), logicalId, maxLength);
    return longestOf(types.get(logicalId), attribute, name);
  };
  const variables = Object.entries(fn.variables).map(([name, value]) => [
    name,
    lengthen(stack.resolve(value)),
  ]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(variables)));
}

/** @throws ConfigurationFault with the settings that take most */
export function checkEnvironments(
  functions: Readonly<Record<string, NodeFunction>>,
  configuration: Configuration,
): void {
  const all = Object.entries(functions).map(([name, fn]) => ({
    name,
    bytes: longestEnvironment(fn),
    stackName: stackNameOf(fn),
    where: faultsOf(fn),
  }));
  const longest = all.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  if (longest.bytes <= MAX_BYTES) return;
  const { stackName, where } = longest;
  const { allowedPorts, destinations, retryPolicy, cors, portal, issuer } = configuration;
  const settings = Object.entries({
    stackName,
    allowedPorts,
    destinations,
    retryPolicy,
    cors,
    portal,
    issuer,
  })
    .map(([name, value]) => ({ name, bytes: JSON.stringify(value ?? '').length }))
    .sort((a, b) => b.bytes - a.bytes);
  const [first, second, third] = settings.map(({ name, bytes }) => `${name} (${bytes})`);
  throw new ConfigurationFault(
    `${where}:\n  ${settings[0]?.name}: the settings are too long together. The environment of ${longest.name} may take ${longest.bytes} bytes, and Lambda allows ${MAX_BYTES}. The longest settings, in bytes: ${first}, ${second}, ${third}`,
  );
}
