// The template of `npm run template`, deployed without CDK: by plain calls of CloudFormation, or by Terraform.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEMPLATE, writeTemplate } from '../../scripts/template/write.ts';
import { eventually } from '../builders/eventually.ts';
import { leaveOutWhatIsUnknown } from './stack.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUCKET = 'posthorn-code';
const STACK = 'Posthorn';
const DEPLOYED_WITHIN_MS = 120_000;
/** It is a large download. */
const PROVIDER_WITHIN_MS = 180_000;

export type Outputs = Readonly<Record<string, string>>;

/** @returns the folder with template and zips */
export function writtenTemplate(workDir: string): string {
  const folder = join(workDir, 'posthorn');
  writeTemplate(folder, {});
  leaveOutWhatIsUnknown(join(folder, TEMPLATE));
  return folder;
}

/** The emulator finds the service in the header, and takes any signature. */
const headersOf = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

async function put(awsUrl: string, key: string, body: Buffer | undefined): Promise<void> {
  const answer = await fetch(`${awsUrl}/${BUCKET}${key}`, {
    method: 'PUT',
    headers: headersOf('s3'),
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
  if (!answer.ok) throw new Error(`S3 answered ${answer.status}: ${await answer.text()}`);
}

export const makeBucket = (awsUrl: string) => put(awsUrl, '', undefined);

async function cloudFormation(awsUrl: string, call: Outputs): Promise<string> {
  const answer = await fetch(awsUrl, {
    method: 'POST',
    headers: headersOf('cloudformation'),
    body: new URLSearchParams({ Version: '2010-05-15', StackName: STACK, ...call }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`CloudFormation answered ${answer.status}: ${text}`);
  return text;
}

async function untilStatus(awsUrl: string, wanted: string): Promise<string> {
  let text = '';
  await eventually(async () => {
    text = await cloudFormation(awsUrl, { Action: 'DescribeStacks' });
    return /<StackStatus>\w+_(COMPLETE|FAILED)<\/StackStatus>/.test(text);
  }, DEPLOYED_WITHIN_MS);
  if (!text.includes(`<StackStatus>${wanted}</StackStatus>`)) throw new Error(text);
  return text;
}

export async function createStack(awsUrl: string, folder: string): Promise<Outputs> {
  for (const file of readdirSync(folder)) {
    await put(awsUrl, `/posthorn/${file}`, readFileSync(join(folder, file)));
  }
  await cloudFormation(awsUrl, {
    Action: 'CreateStack',
    TemplateURL: `https://s3.us-east-1.amazonaws.com/${BUCKET}/posthorn/${TEMPLATE}`,
    'Capabilities.member.1': 'CAPABILITY_IAM',
    'Parameters.member.1.ParameterKey': 'CodeBucket',
    'Parameters.member.1.ParameterValue': BUCKET,
    'Parameters.member.2.ParameterKey': 'CodePrefix',
    'Parameters.member.2.ParameterValue': 'posthorn/',
  });
  const described = await untilStatus(awsUrl, 'CREATE_COMPLETE');
  const outputs = described.matchAll(
    /<OutputKey>(\w+)<\/OutputKey>\s*<OutputValue>([^<]*)<\/OutputValue>/g,
  );
  return Object.fromEntries([...outputs].map(([, key, value]) => [key, value]));
}

export async function deleteStack(awsUrl: string): Promise<void> {
  await cloudFormation(awsUrl, { Action: 'DeleteStack' });
  await eventually(async () => {
    const text = await cloudFormation(awsUrl, { Action: 'DescribeStacks' }).catch(String);
    return /does not exist|DELETE_COMPLETE/.test(text);
  }, DEPLOYED_WITHIN_MS);
}

/** @returns the example's folder, or undefined where Terraform or its provider for AWS is not to be had */
export function terraformReady(workDir: string, awsUrl: string): string | undefined {
  const folder = join(workDir, 'terraform');
  cpSync(join(ROOT, 'examples/terraform'), folder, { recursive: true });
  const endpoints = ['cloudformation', 's3', 'sts', 'iam'].map((name) => `${name} = "${awsUrl}"`);
  const provider = `provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints {
    ${endpoints.join('\n    ')}
  }
}
`;
  writeFileSync(join(folder, 'provider.tf'), provider);
  const { status } = spawnSync('terraform', ['init', '-no-color', '-input=false'], {
    cwd: folder,
    stdio: 'ignore',
    timeout: PROVIDER_WITHIN_MS,
  });
  return status === 0 ? folder : undefined;
}

export function applyTerraform(folder: string, template: string): Outputs {
  const terraform = (...args: string[]) =>
    execFileSync('terraform', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  const variables = [`-var=code_bucket=${BUCKET}`, `-var=folder=${template}`];
  terraform('apply', '-no-color', '-auto-approve', '-input=false', ...variables);
  // An unchanged template is no change.
  terraform('plan', '-no-color', '-detailed-exitcode', '-input=false', ...variables);
  return JSON.parse(terraform('output', '-json', 'posthorn'));
}
