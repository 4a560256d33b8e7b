// From a request to an emulator to what IAM asks of it: the action and the resources, which for
// batches and indexes are not the names on the wire.

import { arnOf, PARTITION } from '../aws-names.ts';
import { isObject, type JsonObject, listOf, textOf } from '../json.ts';
import type { Need } from './permissions.ts';

export interface AwsCall {
  service: string;
  /** As the API calls it, e.g. `SendMessageBatch`: what AWS bills. */
  operation: string;
  needs: Need[];
}

const SQS_BATCHES = /^(SendMessage|DeleteMessage|ChangeMessageVisibility)Batch$/;

export function sqsCall(operation: string, body: JsonObject): AwsCall {
  const url = textOf(body.QueueUrl);
  const name = url === '' ? textOf(body.QueueName) : url.slice(url.lastIndexOf('/') + 1);
  const action = `sqs:${operation.replace(SQS_BATCHES, '$1')}`;
  return { service: 'sqs', operation, needs: [{ action, resource: arnOf('sqs', name || '*') }] };
}

export function dynamoDbCall(operation: string, body: JsonObject): AwsCall {
  return { service: 'dynamodb', operation, needs: dynamoDbNeeds(operation, body) };
}

function dynamoDbNeeds(operation: string, body: JsonObject): Need[] {
  const need = (name: string, table: string, index = ''): Need => ({
    action: `dynamodb:${name}`,
    resource: tableArn(table) + (index === '' ? '' : `/index/${index}`),
  });
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const tables = isObject(body.RequestItems) ? Object.keys(body.RequestItems) : [];
    return tables.map((table) => need(operation, table));
  }
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return listOf(body.TransactItems)
      .filter(isObject)
      .flatMap((item) =>
        Object.entries(item).map(([kind, part]) => {
          const name = kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`;
          return need(name, isObject(part) ? textOf(part.TableName) : '');
        }),
      );
  }
  const single = need(operation, textOf(body.TableName), textOf(body.IndexName));
  return operation === 'UpdateItem' ? [{ ...single, context: updateContext(body) }] : [single];
}

/** What conditions may ask of an update: the partition that it is in, and the attributes that it names. */
function updateContext({
  Key,
  UpdateExpression,
  ConditionExpression,
  ExpressionAttributeNames,
}: JsonObject): NonNullable<Need['context']> {
  const key = isObject(Key) ? Key : {};
  const names = isObject(ExpressionAttributeNames) ? ExpressionAttributeNames : {};
  const words = `${textOf(UpdateExpression)} ${textOf(ConditionExpression)}`.match(WORDS) ?? [];
  const attributes = words
    .filter((word) => !KEYWORDS.test(word))
    .map((word) => (word.startsWith('#') ? textOf(names[word]) : word));
  const leading = isObject(key.pk) ? [textOf(key.pk.S)] : [];
  return {
    'dynamodb:LeadingKeys': leading,
    'dynamodb:Attributes': [...new Set([...Object.keys(key), ...attributes])],
  };
}

/** Names in an expression, without values and functions. */
const WORDS = /(?<![:#\w])#?[A-Za-z_]\w*(?!\w|\s*\()/g;
const KEYWORDS = /^(SET|ADD|REMOVE|DELETE|AND|OR|NOT|BETWEEN|IN)$/i;

function tableArn(table: string): string {
  return table.startsWith('arn:') ? table : arnOf('dynamodb', `table/${table || '*'}`);
}

/** @param prefix of what is listed */
export function s3Call(operation = '', bucket = '', key = '', prefix = ''): AwsCall {
  // Amazon's names of buckets are unique in the world: their ARNs have no region and no account.
  const arn = `arn:${PARTITION}:s3:::${bucket}`;
  const need =
    operation === 'ListObjectsV2'
      ? { action: 's3:ListBucket', resource: arn, context: { 's3:prefix': prefix } }
      : { action: `s3:${operation}`, resource: `${arn}/${key}` };
  return { service: 's3', operation, needs: [need] };
}

/** What Lambda does with a stream, by the function's own role. */
export function streamNeeds(streamArn: string): Need[] {
  const operations = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
  return operations.map((operation) => ({
    action: `dynamodb:${operation}`,
    resource: streamArn,
  }));
}

export function secretCall(operation: string, secretArn: string): AwsCall {
  const need = { action: `secretsmanager:${operation}`, resource: secretArn };
  return { service: 'secretsmanager', operation, needs: [need] };
}

export function invokeCall(functionName: string): AwsCall {
  const resource = arnOf('lambda', `function:${functionName}`);
  const needs = [{ action: 'lambda:InvokeFunction', resource }];
  return { service: 'lambda', operation: 'Invoke', needs };
}

/** @param domain of the address that it is sent from: the identity */
export function mailCall(domain: string, configurationSet: string): AwsCall {
  const resources = [`identity/${domain}`, `configuration-set/${configurationSet}`];
  const needs = resources.map((resource) => ({
    action: 'ses:SendEmail',
    resource: arnOf('ses', resource),
  }));
  return { service: 'ses', operation: 'SendEmail', needs };
}

/** Whoever creates or changes a schedule also passes the role that it will run with. */
export function scheduleCall(
  operation: string,
  group: string,
  name: string,
  roleArn = '',
): AwsCall {
  const resource = arnOf('scheduler', `schedule/${group}/${name}`);
  const needs: Need[] = [{ action: `scheduler:${operation}`, resource }];
  if (roleArn !== '') {
    const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
    needs.push({ action: 'iam:PassRole', resource: roleArn, context });
  }
  return { service: 'scheduler', operation, needs };
}

/** Which emulator access key made a request: `AWS4-HMAC-SHA256 Credential=<key>/<date>/...`. */
export function accessKeyOf(authorization: string | undefined): string | undefined {
  return authorization?.match(/Credential=([^/,\s]+)\//)?.[1];
}
