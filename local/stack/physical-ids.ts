// What `Ref` and `Fn::GetAtt` give for each type of resource: names, ARNs and URLs as AWS makes
// them, the same at every start.
import { arnOf, iamArnOf, PARTITION } from '../aws-names.ts';

/** Addresses that are known only once the emulators listen. */
export interface PhysicalPlace {
  queueUrl(queueName: string): string;
  apiUrl(): string;
}

interface PhysicalResource {
  stackName: string;
  logicalId: string;
  type: string;
  /** A property that the template gives, resolved; empty when it does not. */
  given(property: string): string;
}

interface Kind {
  nameProperty: string;
  maxLength: number;
  arn(name: string): string;
  isLowerCase?: true;
  /** What `Ref` is; the name unless said. */
  reference?: 'arn' | 'url';
}

const KINDS: Record<string, Kind> = {
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    maxLength: 80,
    arn: (name) => arnOf('sqs', name),
    reference: 'url',
  },
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    maxLength: 255,
    arn: (name) => arnOf('dynamodb', `table/${name}`),
  },
  'AWS::DynamoDB::GlobalTable': {
    nameProperty: 'TableName',
    maxLength: 255,
    arn: (name) => arnOf('dynamodb', `table/${name}`),
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    maxLength: 63,
    arn: (name) => `arn:${PARTITION}:s3:::${name}`,
    isLowerCase: true,
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    maxLength: 64,
    arn: (name) => arnOf('lambda', `function:${name}`),
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    maxLength: 64,
    arn: (name) => iamArnOf(`role/${name}`),
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    maxLength: 500,
    arn: (name) => arnOf('secretsmanager', `secret:${name}-local0`),
    reference: 'arn',
  },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    maxLength: 64,
    arn: (name) => arnOf('scheduler', `schedule-group/${name}`),
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    maxLength: 512,
    arn: (name) => arnOf('logs', `log-group:${name}:*`),
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    maxLength: 256,
    arn: (name) => arnOf('sns', name),
    reference: 'arn',
  },
};

export function referenceTo(resource: PhysicalResource, place: PhysicalPlace): string {
  const kind = KINDS[resource.type];
  const name = physicalName(resource);
  if (kind?.reference === 'url') return place.queueUrl(name);
  return kind?.reference === 'arn' ? kind.arn(name) : name;
}

export function attributeOf(
  resource: PhysicalResource,
  attribute: string,
  place: PhysicalPlace,
): string {
  const name = physicalName(resource);
  switch (attribute) {
    case 'Arn':
    case 'TopicArn':
      return KINDS[resource.type]?.arn(name) ?? genericArn(resource);
    case 'StreamArn':
      // Named by the time it was made.
      return `${KINDS[resource.type]?.arn(name)}/stream/2026-01-01T00:00:00.000`;
    case 'QueueUrl':
      return place.queueUrl(name);
    case 'ApiEndpoint':
      return place.apiUrl();
    case 'Id':
      return referenceTo(resource, place);
    default:
      return attribute.endsWith('Name') ? name : `${name}-${attribute}`;
  }
}

function physicalName(resource: PhysicalResource): string {
  const kind = KINDS[resource.type];
  const given = kind === undefined ? '' : resource.given(kind.nameProperty);
  if (given !== '') return given;
  if (kind === undefined) return resource.logicalId;
  const whole = `${resource.stackName}-${resource.logicalId}`;
  const name = kind.isLowerCase ? whole.toLowerCase() : whole;
  // CDK ends logical ids with a hash of eight characters: that end keeps a cut name unique.
  return name.length <= kind.maxLength
    ? name
    : `${name.slice(0, kind.maxLength - 9)}-${name.slice(-8)}`;
}

function genericArn(resource: PhysicalResource): string {
  const service = (resource.type.split('::')[1] ?? 'aws').toLowerCase();
  return arnOf(service, resource.logicalId);
}
