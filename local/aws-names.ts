// The one account and region that the embedded runtime pretends to be, and ARNs in it.

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';
export const PARTITION = 'aws';
export const URL_SUFFIX = 'amazonaws.com';

export function arnOf(service: string, resource: string): string {
  return `arn:${PARTITION}:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;
}

/** IAM is global: its ARNs have no region. */
export function iamArnOf(resource: string): string {
  return `arn:${PARTITION}:iam::${ACCOUNT_ID}:${resource}`;
}

/** The last part of an ARN such as `arn:aws:sqs:us-east-1:000000000000:name`. */
export function nameInArn(arn: string): string {
  return arn.split(':').slice(5).join(':');
}

/** @param named a function by its name or its ARN */
export function functionNameOf(named: string): string {
  return named.startsWith('arn:') ? nameInArn(named).replace(/^function:/, '') : named;
}
