// The stack on the emulator: the cdk's own commands, and what a test must know and set afterwards.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type FunctionConfiguration,
  LambdaClient,
  paginateListFunctions,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Env } from '../../lambdas/environment.ts';
import { asEnvironment, LAX } from '../../local/destination-rules.ts';
import type { Deployed } from '../acceptance/deployed-target.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STACK = 'Posthorn';
const PLACE = 'aws://000000000000/us-east-1';
const REGION = 'us-east-1';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface StackTools {
  /** A cloud assembly with these settings beside those of cdk.json. */
  synthesize(name: string, settings?: Readonly<Record<string, unknown>>): Promise<string>;
  bootstrap(assembly: string): Promise<void>;
  deploy(assembly: string): Promise<Deployed>;
  /** What a test must know of a stack that has these outputs. */
  deployedBy(outputs: Readonly<Record<string, string>>): Promise<Deployed>;
  /** What `cdk diff` prints; it fails if there is a difference. */
  diff(assembly: string): Promise<string>;
  destroy(assembly: string): Promise<void>;
  /** The stack's resources as CloudFormation has them: physical ids by logical ones. */
  resources(): Promise<ReadonlyMap<string, string>>;
  functions(): Promise<FunctionConfiguration[]>;
  operatorKey(deployed: Deployed): Promise<string>;
}

export function stackTools(awsUrl: string, workDir: string): StackTools {
  const client = { endpoint: awsUrl, region: REGION, credentials: CREDENTIALS };
  const lambda = new LambdaClient(client);
  const secrets = new SecretsManagerClient(client);

  async function cdk(cwd: string, ...args: string[]): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'node_modules/aws-cdk/bin/cdk'), ...args],
      {
        cwd,
        maxBuffer: 64 * 1024 * 1024,
        env: {
          PATH: process.env.PATH,
          HOME: workDir,
          AWS_ENDPOINT_URL: awsUrl,
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
          AWS_REGION: REGION,
          AWS_EC2_METADATA_DISABLED: 'true',
          CDK_DISABLE_CLI_TELEMETRY: 'true',
        },
      },
    ).catch((error) => {
      throw new Error(`cdk ${args[0]} failed:\n${error.stdout}\n${error.stderr}`);
    });
    return stdout + stderr;
  }

  /** The one call that is not worth a client: the emulator asks for no signature. */
  async function cloudFormation(action: string, more: object = {}): Promise<string> {
    const scope = `test/20260101/${REGION}/cloudformation/aws4_request`;
    const answer = await fetch(awsUrl, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      },
      body: new URLSearchParams({
        ...{ Action: action, StackName: STACK, Version: '2010-05-15' },
        ...more,
      }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  }

  async function functions(): Promise<FunctionConfiguration[]> {
    const all: FunctionConfiguration[] = [];
    for await (const page of paginateListFunctions({ client: lambda }, {})) {
      all.push(...(page.Functions ?? []));
    }
    return all.filter((fn) => fn.Environment?.Variables?.[Env.settings] !== undefined);
  }

  /**
   * What the embedded runtime gives its functions, and no stack does: receivers on this machine. It is
   * set from outside, since the product has no setting that switches the destination guard off.
   */
  async function allowLoopback(): Promise<void> {
    for (const { FunctionName, Environment } of await functions()) {
      const variables = Environment?.Variables ?? {};
      if (!(Env.allowedPorts in variables)) continue;
      await lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          Environment: { Variables: { ...variables, ...asEnvironment(LAX) } },
        }),
      );
      await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 30 }, { FunctionName });
    }
  }

  async function deployedBy(outputs: Readonly<Record<string, string>>): Promise<Deployed> {
    await allowLoopback();
    const operatorSecret = outputOf(outputs, 'OperatorKeySecret');
    // The emulator has no name service: its HTTP APIs answer below a path of its own.
    const apiId = new URL(outputOf(outputs, 'ApiUrl')).hostname.split('.')[0];
    const variables = Object.assign(
      {},
      ...(await functions()).map((fn) => fn.Environment?.Variables),
    );
    return {
      url: `${awsUrl}/_aws/execute-api/${apiId}/$default`,
      operatorKey: await secretOf(operatorSecret),
      operatorSecret,
      awsUrl,
      ledgerTable: variables[Env.ledgerTable],
      scheduleGroup: variables[Env.scheduleGroup],
    };
  }

  const secretOf = async (SecretId: string): Promise<string> =>
    (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';

  return {
    async synthesize(name, settings = {}) {
      const project = join(workDir, name);
      mkdirSync(project, { recursive: true });
      const app = `"${process.execPath}" "${join(ROOT, 'bin/posthorn.ts')}"`;
      const own = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
      const posthorn = { ...own.context.posthorn, ...settings };
      const changed = { ...own, app, context: { ...own.context, posthorn } };
      writeFileSync(join(project, 'cdk.json'), JSON.stringify(changed));
      await cdk(project, 'synth', '--quiet');
      const assembly = join(project, own.output);
      leaveOutWhatIsUnknown(join(assembly, `${STACK}.template.json`));
      return assembly;
    },
    bootstrap: async (assembly) => void (await cdk(ROOT, 'bootstrap', PLACE, '--app', assembly)),
    async deploy(assembly) {
      const file = join(workDir, 'outputs.json');
      const unasked = ['--require-approval', 'never'];
      await cdk(ROOT, 'deploy', '--app', assembly, ...unasked, '--outputs-file', file);
      const [outputs] = Object.values<Record<string, string>>(
        JSON.parse(readFileSync(file, 'utf8')),
      );
      return deployedBy(outputs ?? {});
    },
    deployedBy,
    diff: (assembly) => cdk(ROOT, 'diff', '--app', assembly, '--fail'),
    destroy: async (assembly) => void (await cdk(ROOT, 'destroy', '--app', assembly, '--force')),
    async resources() {
      const found = new Map<string, string>();
      for (let token: string | undefined = ''; token !== undefined; ) {
        const xml = await cloudFormation('ListStackResources', token ? { NextToken: token } : {});
        for (const [member] of xml.matchAll(/<member>.*?<\/member>/gs)) {
          const [, logicalId = ''] = /<LogicalResourceId>(.*?)</.exec(member) ?? [];
          const [, physicalId = ''] = /<PhysicalResourceId>(.*?)</.exec(member) ?? [];
          found.set(logicalId, physicalId);
        }
        [, token] = /<NextToken>(.+?)</.exec(xml) ?? [];
      }
      return found;
    },
    functions,
    operatorKey: ({ operatorSecret }) => secretOf(operatorSecret),
  };
}

/** In somebody else's stack an output has the instance before its name, and CDK's hash behind it. */
function outputOf(outputs: Readonly<Record<string, string>>, name: string): string {
  const form = new RegExp(`${name}([0-9A-F]{8})?$`);
  const found = Object.keys(outputs).find((key) => form.test(key));
  if (found === undefined) throw new Error(`there is no output ${name}: ${Object.keys(outputs)}`);
  return outputs[found] ?? '';
}

/**
 * What AWS knows and the emulator refuses a whole template for: saved queries, and alarms with metric math.
 * Nothing refers to them, and none of them delivers.
 */
function isUnknownToEmulator({ Type, Properties }: TemplateResource): boolean {
  if (Type === 'AWS::Logs::QueryDefinition') return true;
  return Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics !== undefined;
}

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: { readonly Metrics?: unknown };
}

export function leaveOutWhatIsUnknown(file: string): void {
  const template = JSON.parse(readFileSync(file, 'utf8'));
  const resources = Object.entries<TemplateResource>(template.Resources);
  template.Resources = Object.fromEntries(
    resources.filter(([, resource]) => !isUnknownToEmulator(resource)),
  );
  writeFileSync(file, JSON.stringify(template, null, 1));
}

/** A copy of the assembly that fails when all else is there, and is rolled back: its policy is for a role that there is not. */
export function brokenCopy(assembly: string, to: string): string {
  cpSync(assembly, to, { recursive: true });
  const name = `${STACK}.template.json`;
  const template = JSON.parse(readFileSync(join(to, name), 'utf8'));
  template.Resources.Broken = {
    Type: 'AWS::IAM::Policy',
    DependsOn: Object.keys(template.Resources),
    Properties: {
      PolicyName: 'Broken',
      Roles: [NO_ROLE],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }],
      },
    },
  };
  writeFileSync(join(to, name), JSON.stringify(template));
  // The template is uploaded under its hash, once.
  const assets = join(to, `${STACK}.assets.json`);
  const { files }: Assets = JSON.parse(readFileSync(assets, 'utf8'));
  const [hash = ''] = Object.entries(files).find(([, { source }]) => source.path === name) ?? [];
  for (const file of [assets, join(to, 'manifest.json')]) {
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(hash, [...hash].reverse().join('')));
  }
  return to;
}

export const NO_ROLE = 'there-is-none';

interface Assets {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
}
