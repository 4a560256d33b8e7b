// The ways to deploy but `cdk deploy` of our own app: the construct in the example, the template by plain calls of
// CloudFormation, the template by Terraform. One after the other, on an emulator of their own.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployed } from '../acceptance/deployed-target.ts';
import { deployExample, produceOnce, synthesizedExample } from './installed.ts';
import { startMinistack } from './ministack.ts';
import {
  applyTerraform,
  createStack,
  deleteStack,
  makeBucket,
  terraformReady,
  writtenTemplate,
} from './plain-template.ts';
import { stackTools } from './stack.ts';

interface Run {
  /** The folder of the emulator's programs. */
  readonly programs: string;
  readonly buildDir: string;
  step<T>(what: string, work: () => Promise<T> | T): Promise<T>;
  /** Runs acceptance tests against what is deployed. @returns whether all passed */
  accept(path: string, deployed: Deployed, workDir: string, without?: string): Promise<boolean>;
}

/** The example has the windows of analytics as shipped: five minutes, twice. */
const ANALYTICS = 'test/acceptance/analytics.test.ts';
/** One way's template is another's: a path through the whole service shows that it is whole. */
const MAIN_PATH = 'test/acceptance/main-path.test.ts';

export async function otherWays({ programs, buildDir, step, accept }: Run): Promise<boolean> {
  const workDir = mkdtempSync(join(buildDir, 'deploy-'));
  const { url, stop } = await startMinistack(programs);
  try {
    const stack = stackTools(url, workDir);
    const example = await step('the construct, installed', () => synthesizedExample(workDir));
    const installed = await step('the construct, deployed', () => deployExample(stack, example));
    await step('its producer', () => produceOnce(installed, workDir));
    const isWhole = [await accept('test/acceptance/', installed, workDir, ANALYTICS)];
    await step('the construct, destroyed', () => stack.destroy(example));

    const template = writtenTemplate(workDir);
    await makeBucket(url);
    const plain = await step('the template, by CloudFormation', () => createStack(url, template));
    isWhole.push(await accept(MAIN_PATH, await stack.deployedBy(plain), workDir));
    await deleteStack(url);

    const terraform = terraformReady(workDir, url);
    if (terraform === undefined) {
      console.log('skipped: the template by Terraform needs Terraform and its provider for AWS');
    } else {
      const applied = await step('the template, by Terraform', () =>
        applyTerraform(terraform, template),
      );
      isWhole.push(await accept(MAIN_PATH, await stack.deployedBy(applied), workDir));
    }
    return isWhole.every(Boolean);
  } finally {
    await stop();
    rmSync(workDir, { recursive: true, force: true });
  }
}
