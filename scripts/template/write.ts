// Writes build/template: the stack as one template for plain CloudFormation, and the zips of its functions.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, type IStackSynthesizer } from 'aws-cdk-lib';
import { ConfigurationFault, parseConfiguration } from '../../lib/configuration.ts';
import { PosthornStack } from '../../lib/posthorn-stack.ts';
import { inOutdir } from '../outdir.ts';
import { writeNoticesInto } from '../third-party-notices.ts';
import { CodeByParameters } from './code-by-parameters.ts';
import { zipOf } from './zip.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const TEMPLATE = 'posthorn.template.json';

/** @param settings as under `posthorn` in cdk.json @throws ConfigurationFault */
export function writeTemplate(folder: string, settings: unknown): void {
  const configuration = parseConfiguration(settings);
  const synthesizer = new CodeByParameters();
  inOutdir((outdir) => {
    const app = new App({ outdir, analyticsReporting: false });
    const stack = new PosthornStack(app, configuration.stackName, {
      configuration,
      // The two types of CDK differ in an optional property under exactOptionalPropertyTypes alone.
      synthesizer: synthesizer as IStackSynthesizer,
    });
    app.synth();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const template = JSON.parse(readFileSync(join(outdir, stack.templateFile), 'utf8'));
    writeFileSync(join(folder, TEMPLATE), JSON.stringify(template));
    writeNoticesInto(folder);
    for (const [file, assets] of synthesizer.folders) {
      writeFileSync(join(folder, file), zipOf(join(outdir, assets)));
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  const folder = join(ROOT, 'build/template');
  try {
    writeTemplate(folder, context.posthorn ?? {});
    console.log(folder);
  } catch (error) {
    if (!(error instanceof ConfigurationFault)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
